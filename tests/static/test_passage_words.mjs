// Where a passage stands in what is drawn, which is cut into other pieces than it was written in.
import assert from "node:assert/strict";
import { test } from "node:test";
import { find, lastWords } from "../../static/js/passage_words.js";

const texts = ["Walk up to the ", "castle", ", then\n", "dinner", " in Alfama."];

test("passage over several pieces is found from its first letter to its last", () => {
  assert.deepEqual(find("the castle, then dinner", texts), { from: [0, 11], to: [3, 6] });
});

test("marks and spaces between words make no difference", () => {
  assert.deepEqual(find("**castle** then   dinner", texts), { from: [1, 0], to: [3, 6] });
});

test("word that is drawn in two pieces is one", () => {
  assert.deepEqual(find("Alfama", ["in Al", "fa", "ma."]), { from: [0, 3], to: [2, 2] });
});

test("passage of another script is found", () => {
  assert.deepEqual(find("里斯本 四天", ["你好，里斯本，四天。"]), { from: [0, 3], to: [0, 9] });
});

test("what does not stand there is not found", () => {
  assert.equal(find("the tower", texts), null);
  assert.equal(find("!?", texts), null);
  assert.equal(find("castle", []), null);
});

test("of several places the one after the words before it is meant", () => {
  const days = ["Day 1: the tram. ", "Day 2: the tram", ". Day 3: the tram."];
  assert.deepEqual(find("tram", days, "Day 2: the"), { from: [1, 11], to: [1, 15] });
  assert.deepEqual(find("tram", days), { from: [0, 11], to: [0, 15] });
  assert.deepEqual(find("tram", days, "by night the"), { from: [0, 11], to: [0, 15] });
});

test("a word is not found in another one where it stands by itself", () => {
  assert.deepEqual(find("art", ["A party, ", "then art."]), { from: [1, 5], to: [1, 8] });
  assert.deepEqual(find("art", ["A party."]), { from: [0, 3], to: [0, 6] });
});

test("last words are those by which a place is found again", () => {
  assert.equal(lastWords(["Day 1: ", "the big"]), "Day 1 the big");
  assert.equal(lastWords([]), "");
  assert.equal(lastWords(["word ".repeat(100)]).length, 200);
});

test("what stands everywhere is found in time", () => {
  assert.ok(find("a".repeat(1_000), ["a".repeat(200_000)], "b"));
});
