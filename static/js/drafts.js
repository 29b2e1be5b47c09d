// What is typed and not yet taken by the server is kept in this browser. Streamlit tells nobody what is typed before it
// is sent. The box is looked at, as its text also changes by itself: it is emptied when a message goes off, and filled
// again when one is refused.
const version = new URL(import.meta.url).search;
const { onTold } = await import(`./told.js${version}`);
const { START, step } = await import(`./draft_steps.js${version}`);

const SUBMIT = '[data-testid="stChatInputSubmitButton"]';
const find = (selector) => document.querySelector(selector);
const app = find('[data-testid="stApp"]');
const box = () => find('[data-testid="stChatInputTextArea"]');
const session = () => new URLSearchParams(location.search).get("session");
const stored = (key) => localStorage.getItem(key) ?? "";
const setValue = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set;

const does = {
  keep: ({ key, text }) => (text ? localStorage.setItem(key, text) : localStorage.removeItem(key)),
  write: ({ text }) => {
    setValue.call(box(), text);
    box().dispatchEvent(new Event("input", { bubbles: true }));
  },
  submit: () => setTimeout(() => find(SUBMIT)?.click()),
  ask: () => find(".st-key-chat_ask_server button")?.click(),
};

let state = START;
let seen = null; // the box that was looked at last

function happened(event) {
  const [next, actions] = step(state, event);
  state = next;
  for (const action of actions) does[action.kind](action);
}

const key = () => `travelbot-draft-${state.server.user}-${session() || "new"}`;

function look() {
  if (!state.server) return;
  const { testConnectionState, testScriptState } = app.dataset;
  const anew = box() !== seen;
  seen = box();
  happened({
    kind: "look",
    key: key(),
    text: box()?.value ?? null,
    stored,
    connected: testConnectionState === "CONNECTED",
    idle: testScriptState === "notRunning",
    anew,
  });
}

function sent() {
  const files = Boolean(find('[data-testid="stChatInput"] [data-testid="stFileChip"]'));
  if (state.server) happened({ kind: "sent", key: key(), text: box().value, files });
}

// What was begun in a session that is shared no more goes on in the new chat that is shown in its place.
function move({ user, moved }) {
  const [from, to] = [moved, "new"].map((name) => `travelbot-draft-${user}-${name}`);
  const text = stored(from);
  if (!text) return;
  localStorage.removeItem(from);
  localStorage.setItem(to, [stored(to), text].filter(Boolean).join("\n\n"));
  if (!session() && box() && !box().value) does.write({ text: stored(to) });
}

onTold("drafts", (server) => {
  happened({ kind: "told", server });
  if (server.moved) move(server);
});
// At once: others may end what is shown, and the box with it.
addEventListener("input", (event) => event.target === box() && look(), true);
addEventListener(
  "keydown",
  (event) => {
    if (event.key === "Enter" && !event.shiftKey && event.target === box()) sent();
  },
  true,
);
addEventListener(
  "click",
  (event) => {
    if (event.target.closest(SUBMIT)) sent();
  },
  true,
);
new MutationObserver(() => happened({ kind: "broke" })).observe(app, {
  attributeFilter: ["data-test-connection-state"],
});
addEventListener("pagehide", look);
setInterval(look, 300);
