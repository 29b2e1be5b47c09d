// Plays scenarios with the npm package `ai` of this folder against the API. Each line of the input names one:
// SCENARIO API TOKEN. The line that answers it is what the reader holds then, or the error that kept it from that.

import * as readline from "node:readline";

import * as ai from "ai";

let api, headers;
let requests = 0;

/** What `useChat` keeps in React. */
class State {
  status = "ready";
  error = undefined;
  messages = [];
  pushMessage = (message) => { this.messages = [...this.messages, message]; };
  popMessage = () => { this.messages = this.messages.slice(0, -1); };
  replaceMessage = (index, message) => { this.messages = this.messages.with(index, structuredClone(message)); };
  snapshot = (value) => structuredClone(value);
}

class Chat extends ai.AbstractChat {
  constructor(options) {
    const transport = new ai.DefaultChatTransport({
      api: `${api}/chat`,
      headers,
      fetch: (...request) => { requests += 1; return fetch(...request); },
    });
    const state = new State();
    state.messages = options.messages ?? [];
    super({ ...options, transport, state, onToolCall: () => { toolCalls += 1; } });
    this.state = state;
  }

  get last() { return this.messages.at(-1); }
}

let toolCalls = 0;

/** Return the text of a message. */
const text = (message) => message.parts.filter((part) => part.type === "text").map((part) => part.text).join("");

/** Return the session's messages as the API lists them. */
const stored = async (sessionId) =>
  (await (await fetch(`${api}/sessions/${sessionId}/messages`, { headers })).json()).messages;

/** Return once *condition* holds; the test's time limit is the limit. */
const until = async (condition) => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
};

/** Send a question, and return the chat as soon as some of the answer is there, and the promise of its end. */
const asked = async (id, question) => {
  const chat = new Chat({ id });
  const ended = chat.sendMessage({ text: question });
  await until(() => chat.last?.role === "assistant" && text(chat.last));
  return [chat, ended];
};

const scenarios = {
  async turn() {
    const chat = new Chat({ id: "aTurn" });
    await chat.sendMessage({ text: "Three nights in Lisbon" });
    await chat.sendMessage({ text: "cheaper" });
    return { chat, stored: await stored(chat.last.metadata.session_id) };
  },

  async tool() {
    const chat = new Chat({ id: "aTool" });
    await chat.sendMessage({ text: "What is today's date?" });
    return { chat };
  },

  async error() {
    const chat = new Chat({ id: "anError" });
    await chat.sendMessage({ text: "Three nights in Lisbon" });
    const failed = { status: chat.status, error: chat.error?.message, message: chat.last };
    await chat.regenerate();
    return { chat, failed };
  },

  async refusal() {
    const chat = new Chat({ id: "aRefusal" });
    await chat.sendMessage({ text: " " });
    return { chat, error: chat.error?.message };
  },

  async stop() {
    const [chat, ended] = await asked("aStop", "14 days in Japan");
    const sessionId = chat.last.metadata.session_id;
    await chat.stop(); // drops the request only
    await ended;
    const response = await fetch(`${api}/sessions/${sessionId}`, { headers });
    const wentOn = (await response.json()).answering;
    await fetch(`${api}/sessions/${sessionId}/stop`, { method: "POST", headers });
    await until(async () => (await stored(sessionId)).at(-1).metadata.status !== "running");
    return { chat, wentOn, stored: await stored(sessionId) };
  },

  async stopped() {
    const [chat, ended] = await asked("stopped", "14 days in Japan");
    const sessionId = chat.last.metadata.session_id;
    await fetch(`${api}/sessions/${sessionId}/stop`, { method: "POST", headers });
    await ended;
    return { chat, stored: await stored(sessionId) };
  },

  async resume() {
    const [left, ended] = await asked("aResume", "5 days in Lisbon");
    await left.stop();
    await ended;
    const half = text(left.last);
    const chat = new Chat({ id: "aResume", messages: structuredClone(left.messages) });
    await chat.resumeStream();
    const fresh = new Chat({ id: "aResume" });
    await fresh.resumeStream(); // has ended by now
    return { chat, half, fresh: fresh.messages.length, stored: await stored(chat.last.metadata.session_id) };
  },

  async join() {
    const [chat, ended] = await asked("aJoin", "5 days in Lisbon");
    const other = new Chat({ id: "aJoin" });
    await Promise.all([other.resumeStream(), ended]);
    return { chat, other: other.messages, stored: await stored(chat.last.metadata.session_id) };
  },

  async history() {
    const before = new Chat({ id: "before" });
    await before.sendMessage({ text: "What is today's date?" });
    const sessionId = before.last.metadata.session_id;
    const messages = await ai.validateUIMessages({ messages: await stored(sessionId) });
    const forModel = await ai.convertToModelMessages(messages);
    const chat = new Chat({ id: sessionId, messages });
    await chat.regenerate(); // by the ids of the API
    const retried = chat.last;
    await chat.sendMessage({ text: "cheaper" });
    return { chat, sessionId, retried, forModel: forModel.length, stored: await stored(sessionId) };
  },
};

for await (const line of readline.createInterface({ input: process.stdin })) {
  const [scenario, address, token] = line.split(" ");
  [api, headers, requests, toolCalls] = [address, { Authorization: `Bearer ${token}` }, 0, 0];
  try {
    const { chat, ...found } = await scenarios[scenario]();
    const { messages, status } = chat;
    console.log(JSON.stringify({ ...found, messages, status, texts: messages.map(text), requests, toolCalls }));
  } catch (error) {
    console.log(JSON.stringify({ failed: error.stack }));
  }
}
