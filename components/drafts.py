"""What is typed and not yet taken by the server: kept in this browser, for each planner and session."""

import json
import time

import streamlit as st

from components.chat_actions import last_taken, message_id

# Streamlit tells nobody what is typed before it is sent. The box is looked at, as its text also changes by itself:
# it is emptied when a message goes off, and filled again when one is refused.
# What goes off on a connection that is dead and does not know it yet, is gone. So it stays a draft until a run of the
# script says that it was taken. Where the connection broke and the run after that (a hidden button asks for one, as
# Streamlit may not) says that it was not, it is sent again, if that run still waits for this very message; if nobody
# knows (the server forgot the tab), or files went with it, it is put back into the box. Taken, and the answer lost on
# the way: the tab goes to the session it is in.
_SCRIPT = """<script>
window.travelbotServer = SERVER;
if (!window.travelbotDrafts) {
  window.travelbotDrafts = true;
  let shown = null, kept = "", sending = null;
  const find = selector => document.querySelector(selector);
  const app = find('[data-testid="stApp"]');
  const box = () => find('[data-testid="stChatInputTextArea"]');
  const name = () => `travelbot-draft-${travelbotServer.user}-${
    new URLSearchParams(location.search).get("session") || "new"}`;
  const keep = (key, text) => text ? localStorage.setItem(key, text) : localStorage.removeItem(key);
  const write = text => {
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box(), text);
    box().dispatchEvent(new Event("input", {bubbles: true}));
  };
  const sent = () => {
    const text = box().value, key = shown = name();
    if (!text) return;
    keep(key, text);
    sending = {
      text, key, before: travelbotServer, broke: false, rests: 0,
      files: Boolean(find('[data-testid="stChatInput"] [data-testid="stFileChip"]')),
      tries: sending?.text === text ? sending.tries + 1 : 1,
    };
    kept = "";
  };
  const settle = () => {
    const {taken, next} = travelbotServer, {text, key, before, broke, files, tries} = sending;
    const {testConnectionState, testScriptState} = app.dataset;
    if (taken && taken.id !== before.taken?.id && text.includes(taken.text)) {
      if (localStorage.getItem(key) === text) keep(key, "");
      sending = null;
      const there = `session=${taken.session}`;
      if (broke && key === shown && !location.search.includes(there)) location.search = there;
    } else if (key === shown && box().value === text) sending = null;  // refused, or it never went off
    else if (testConnectionState !== "CONNECTED" || testScriptState !== "notRunning") sending.rests = 0;
    else if (!broke || ++sending.rests < 2) return;
    else if (travelbotServer === before) {
      if (sending.rests % 10 === 2) find(".st-key-chat_ask_server button")?.click();
    } else {
      const again = key === shown && next === before.next && !box().value && !files && tries < 5;
      if (key === shown) write([text, box().value].filter(Boolean).join("\\n\\n"));
      if (again) setTimeout(() => find('[data-testid="stChatInputSubmitButton"]')?.click());
      else sending = null;
    }
  };
  const look = () => {
    const area = box(), key = name();
    if (!area) { shown = null; return; }
    if (key !== shown) {
      const draft = localStorage.getItem(key) || "", left = shown === null ? "" : kept;
      if (area.value === left || !area.value) write(draft);
      shown = key;
    } else if (area.value !== kept) keep(key, area.value);
    kept = area.value;
    if (sending) settle();
  };
  addEventListener("keydown", event => {
    if (event.key === "Enter" && !event.shiftKey && event.target === box()) sent();
  }, true);
  addEventListener("click", event => {
    if (event.target.closest('[data-testid="stChatInputSubmitButton"]')) sent();
  }, true);
  new MutationObserver(() => { if (sending) sending.broke = true; })
    .observe(app, {attributeFilter: ["data-test-connection-state"]});
  addEventListener("pagehide", look);
  setInterval(look, 300);
}
</script>"""


def keep_drafts(*, user_id: int) -> None:
    """Keep what this planner types until it is taken, and put it back when the session is opened again."""
    server = {"user": user_id, "taken": last_taken(), "next": message_id(), "run": time.monotonic_ns()}
    script = _SCRIPT.replace("SERVER", json.dumps(server).replace("<", "\\u003c"))
    st.html(script, unsafe_allow_javascript=True)  # the run makes each one new: a browser runs no script twice
    st.button("Run the page again", key="chat_ask_server")  # the script's alone: hidden from people
