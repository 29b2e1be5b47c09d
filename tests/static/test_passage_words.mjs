// Where a passage stands in what is drawn, which is cut into other pieces than it was written in.
import assert from "node:assert/strict";
import { test } from "node:test";
import { find } from "../../static/js/passage_words.js";

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
