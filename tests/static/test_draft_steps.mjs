// What becomes of a text that was typed and sent, on every kind of road; run by test_scripts.py.
import assert from "node:assert/strict";
import { test } from "node:test";
import { START, step, TRIES } from "../../static/js/draft_steps.js";

const KEY = "travelbot-draft-7-new";
const OTHER = "travelbot-draft-7-12";
const TEXT = "Three nights in Lisbon";
const FIRST = { user: "7", taken: null, next: "m1", run: "1" };
const RUN_AGAIN = { ...FIRST, run: "2" };
const TAKEN = { user: "7", taken: { id: "m1", text: TEXT, session: "12" }, next: "m2", run: "2" };
const FORGOTTEN = { user: "7", taken: null, next: "m9", run: "2" };

/** A browser: its box, what it keeps, its connection, and all that was done. */
class Browser {
  state = START;
  box = "";
  key = KEY;
  kept = {};
  connected = true;
  idle = true;
  anew = false;
  done = [];

  constructor(server = FIRST) {
    this.told(server);
  }

  happened(event) {
    const [state, actions] = step(this.state, event);
    this.state = state;
    for (const action of actions) {
      this.done.push(action.kind);
      if (action.kind === "write") this.box = action.text;
      if (action.kind === "keep") this.kept[action.key] = action.text;
    }
  }

  told(server) {
    this.happened({ kind: "told", server });
  }

  look(times = 1) {
    for (let time = 0; time < times; time++) {
      this.happened({
        kind: "look",
        key: this.key,
        text: this.box,
        stored: (key) => this.kept[key] ?? "",
        connected: this.connected,
        idle: this.idle,
        anew: this.anew,
      });
    }
  }

  type(text) {
    this.box = text;
    this.look();
  }

  /** Draw another box, which is empty, in place of the one that there was. */
  draw() {
    this.box = "";
    this.anew = true;
    this.look();
    this.anew = false;
  }

  /** Send what is in the box, which is empty then. */
  send({ files = false } = {}) {
    this.happened({ kind: "sent", key: this.key, text: this.box, files });
    this.box = "";
  }

  breaks() {
    this.happened({ kind: "broke" });
  }

  count(kind) {
    return this.done.filter((done) => done === kind).length;
  }
}

function sentFrom(browser, options) {
  browser.look();
  browser.type(TEXT);
  browser.send(options);
  return browser;
}

test("what is typed is kept, and put back where it was typed", () => {
  const browser = new Browser();
  browser.look();
  browser.type("Rome");
  assert.equal(browser.kept[KEY], "Rome");

  browser.key = OTHER; // the page shows another session, and its box still holds the text of this one
  browser.look();
  assert.equal(browser.box, "");
  browser.type("By train");

  browser.key = KEY;
  browser.look();
  assert.equal(browser.box, "Rome");
  assert.deepEqual(browser.kept, { [KEY]: "Rome", [OTHER]: "By train" });
});

test("a text that was put into the box of another session stays there", () => {
  const browser = new Browser();
  browser.look();
  browser.type("Rome");
  browser.key = OTHER;
  browser.box = "A template";
  browser.look();
  assert.equal(browser.box, "A template");
});

test("a draft is put into the box of a page that comes without one", () => {
  const browser = new Browser();
  browser.kept[KEY] = "Rome";
  browser.box = null;
  browser.look();
  browser.box = "";
  browser.look();
  assert.equal(browser.box, "Rome");
});

test("what is typed before the box is looked at first is kept", () => {
  const browser = new Browser();
  browser.type("Rome");
  assert.equal(browser.kept[KEY], "Rome");
});

test("what was typed is in a box that is drawn anew, and what was sent is not", () => {
  const browser = new Browser();
  browser.look();
  browser.type("Rome");
  browser.draw();
  assert.equal(browser.box, "Rome");
  assert.equal(browser.kept[KEY], "Rome");

  browser.type(TEXT);
  browser.send();
  browser.draw();
  assert.equal(browser.box, "");
});

test("a draft that is emptied is forgotten", () => {
  const browser = new Browser();
  browser.look();
  browser.type("Rome");
  browser.type("");
  assert.equal(browser.kept[KEY], "");
});

test("an empty box sends nothing", () => {
  const browser = new Browser();
  browser.look();
  browser.send();
  assert.equal(browser.state.sending, null);
});

test("a message that goes off stays a draft until it is taken", () => {
  const browser = sentFrom(new Browser());
  browser.look(5);
  assert.equal(browser.kept[KEY], TEXT);

  browser.told(TAKEN);
  browser.look();
  assert.equal(browser.kept[KEY], "");
  assert.equal(browser.state.sending, null);
  assert.deepEqual([browser.count("submit"), browser.count("ask")], [0, 0]);
});

test("what was typed since is not forgotten with the message that was taken", () => {
  const browser = sentFrom(new Browser());
  browser.look();
  browser.type("And by train");
  browser.told(TAKEN);
  browser.look();
  assert.equal(browser.kept[KEY], "And by train");
});

test("a message that was taken before is not taken for this one", () => {
  const browser = sentFrom(new Browser({ ...TAKEN, run: "1" }));
  browser.told({ ...TAKEN, run: "2" });
  browser.look();
  assert.notEqual(browser.state.sending, null);
});

test("a message that is refused is in the box again, and nothing is sent by itself", () => {
  const browser = sentFrom(new Browser());
  browser.box = TEXT;
  browser.look(5);
  assert.equal(browser.state.sending, null);
  assert.equal(browser.count("submit"), 0);
});

test("nothing is sent again while the connection holds, however long the answer takes", () => {
  const browser = sentFrom(new Browser());
  browser.told(RUN_AGAIN);
  browser.look(100);
  assert.deepEqual([browser.count("submit"), browser.count("ask"), browser.count("write")], [0, 0, 0]);
});

test("nothing is sent again while there is no connection, or the page is being drawn", () => {
  for (const why of ["connected", "idle"]) {
    const browser = sentFrom(new Browser());
    browser.breaks();
    browser.told(RUN_AGAIN);
    browser[why] = false;
    browser.look(50);
    browser[why] = true;
    browser.look();
    assert.equal(browser.count("submit"), 0, why);
    browser.look();
    assert.equal(browser.count("submit"), 1, why);
  }
});

test("a run whose end was lost with the connection does not keep the page waiting", () => {
  const browser = sentFrom(new Browser());
  browser.breaks();
  browser.idle = false; // for good
  browser.look(15);
  assert.equal(browser.count("ask"), 0);
  browser.look(1);
  assert.equal(browser.count("ask"), 1);
  browser.look(15); // longer each time: to ask ends a run that only takes long
  assert.equal(browser.count("ask"), 1);
  browser.look(1);
  assert.equal(browser.count("ask"), 2);
  browser.told(TAKEN);
  browser.look(40);
  assert.equal(browser.count("ask"), 3);
});

test("what was taken while the connection broke is drawn by one more run, once there is a connection", () => {
  const browser = sentFrom(new Browser());
  browser.breaks();
  browser.connected = false;
  browser.told(TAKEN);
  browser.look(5);
  assert.equal(browser.count("ask"), 0);
  browser.connected = true;
  browser.look(5);
  assert.equal(browser.count("ask"), 1);
});

test("after a break the server is asked, and asked again each three seconds", () => {
  const browser = sentFrom(new Browser());
  browser.breaks();
  browser.look(2);
  assert.equal(browser.count("ask"), 1);
  browser.look(9);
  assert.equal(browser.count("ask"), 1);
  browser.look();
  assert.equal(browser.count("ask"), 2);
  assert.equal(browser.count("submit"), 0);
});

test("a message that never arrived is sent again, once for each time that it is lost", () => {
  const browser = sentFrom(new Browser());
  for (let lost = 1; lost <= 3; lost++) {
    browser.breaks();
    browser.told({ ...FIRST, run: `${lost + 1}` });
    browser.look(2);
    assert.equal(browser.count("submit"), lost);
    assert.equal(browser.box, TEXT);
    browser.send();
  }
  browser.told({ ...TAKEN, run: "9" });
  browser.look();
  assert.equal(browser.state.sending, null);
  assert.equal(browser.kept[KEY], "");
});

test("a message that is lost each time stays in the box at last", () => {
  const browser = sentFrom(new Browser());
  for (let lost = 1; browser.state.sending && lost < 50; lost++) {
    browser.breaks();
    browser.told({ ...FIRST, run: `${lost + 1}` });
    browser.look(2);
    if (browser.state.sending) browser.send();
  }
  assert.equal(browser.count("submit"), TRIES - 1);
  assert.equal(browser.box, TEXT);
});

test("a message that a run may have taken, or that had files, is put back and not sent again", () => {
  for (const [server, options] of [
    [FORGOTTEN, {}],
    [RUN_AGAIN, { files: true }],
  ]) {
    const browser = sentFrom(new Browser(), options);
    browser.breaks();
    browser.told(server);
    browser.look(3);
    assert.equal(browser.count("submit"), 0);
    assert.equal(browser.box, TEXT);
    assert.equal(browser.state.sending, null);
  }
});

test("a message that is put back stands before what was typed since, and is not sent by itself", () => {
  const browser = sentFrom(new Browser());
  browser.look();
  browser.type("And by train");
  browser.breaks();
  browser.told(RUN_AGAIN);
  browser.look(2);
  assert.equal(browser.box, `${TEXT}\n\nAnd by train`);
  assert.equal(browser.count("submit"), 0);
});

test("a message whose session is not shown any more is neither sent again nor put into another box", () => {
  const browser = sentFrom(new Browser());
  browser.breaks();
  browser.key = OTHER;
  browser.told(RUN_AGAIN);
  browser.look(3);
  assert.equal(browser.count("submit"), 0);
  assert.equal(browser.box, "");
  assert.equal(browser.kept[KEY], TEXT);
});

test("where the answer alone was lost on the way nothing is sent, and the draft is forgotten", () => {
  const browser = sentFrom(new Browser());
  browser.breaks();
  browser.key = OTHER; // the session of the message, which the same run shows
  browser.told(TAKEN);
  browser.look(3);
  assert.equal(browser.box, "");
  assert.equal(browser.count("submit"), 0);
  assert.equal(browser.kept[KEY], "");
});
