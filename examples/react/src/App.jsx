import { useChat } from "@ai-sdk/react";
import { DefaultChatTransport } from "ai";
import { useEffect, useState } from "react";

const ask = (path, token, options) =>
  fetch(`/api${path}`, { ...options, headers: { Authorization: `Bearer ${token}` } });

/** The token first; then the session that the address names (#249712407203954688), or a new one. */
export default function App() {
  const [token, setToken] = useState(sessionStorage.getItem("token"));
  const [opened, setOpened] = useState(null);
  const [problem, setProblem] = useState("");

  useEffect(() => {
    if (!token) return;
    const id = location.hash.slice(1);
    const path = id ? `/sessions/${id}/messages` : "/me";
    ask(path, token).then(async (answer) => {
      const body = await answer.json();
      if (answer.ok) setOpened({ id: id || crypto.randomUUID(), messages: body.messages ?? [], resume: Boolean(id) });
      else setProblem(body.detail);
    }, () => setProblem("The server cannot be reached."));
  }, [token]);

  const keep = (data) => {
    sessionStorage.setItem("token", data.get("token"));
    setProblem("");
    setToken(data.get("token"));
  };
  if (opened) return <Session token={token} {...opened} />;
  return (
    <form action={keep}>
      <label>Token <input name="token" type="password" required autoComplete="off" placeholder="tbt_…" /></label>
      <button>Open</button>
      {problem && <p role="alert">{problem}</p>}
    </form>
  );
}

/** One session: what was said, the reply while it is written, and a box to write in. */
function Session({ token, id, messages: earlier, resume }) {
  const [transport] = useState(
    () => new DefaultChatTransport({ api: "/api/chat", headers: { Authorization: `Bearer ${token}` } }),
  );
  const chat = useChat({ id, messages: earlier, resume, transport });
  const { messages, status, error } = chat;
  const sessionId = messages.findLast((message) => message.metadata?.session_id)?.metadata.session_id;
  const writing = status === "submitted" || status === "streaming";

  useEffect(() => {
    if (sessionId) history.replaceState(null, "", `#${sessionId}`); // a reload finds the session again
  }, [sessionId]);

  const send = (data) => {
    chat.sendMessage({ text: data.get("text") });
  };
  const stop = () => ask(`/sessions/${sessionId}/stop`, token, { method: "POST" }); // the stream ends by itself
  return (
    <main>
      <div aria-live="polite">
        {messages.map((message) => <Message key={message.id} {...message} />)}
      </div>
      {error && <p role="alert">{sentence(error)}</p>}
      {error && <button onClick={() => chat.regenerate()}>Retry</button>}
      {writing && <button onClick={stop} disabled={!sessionId}>Stop</button>}
      <form action={send}>
        <label>Message <input name="text" required autoComplete="off" disabled={writing} /></label>
        <button disabled={writing}>Send</button>
      </form>
    </main>
  );
}

function Message({ role, parts, metadata }) {
  return (
    <article className={role}>
      {parts.map((part, index) => {
        if (part.type === "text") return <p key={index}>{part.text}</p>;
        if (part.type === "dynamic-tool") return <p key={index} className="tool">Used {part.toolName}</p>;
        return null;
      })}
      {metadata?.status === "stopped" && <p className="tool">Stopped. The text so far is kept.</p>}
    </article>
  );
}

/** An answer that is no stream is a problem document; its text is the error's message. */
function sentence(error) {
  try {
    return JSON.parse(error.message).detail;
  } catch {
    return error.message;
  }
}
