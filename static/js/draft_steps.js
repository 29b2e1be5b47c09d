// What becomes of the text in the box and of a message that went off. Only decisions: drafts.js looks and acts.
//
// What goes off on a connection that is dead and does not know it yet, is gone. So it stays a draft until a run of the
// script says that it was taken. Where the connection broke and the run after that (a hidden button asks for one, as
// Streamlit may not) says that it was not, it is sent again, if that run still waits for this very message; if nobody
// knows (the server forgot the tab), or files went with it, it is put back into the box. Where it was taken and the
// connection broke, one more run draws what of that run went the way of the answer.

/** How often one message is sent on its way at most. */
export const TRIES = 5;

/**
 * server: what the last run told, {user, taken: {id, text} or null, next: the name of the next message, run}
 * shown: the name of the draft that the box shows; kept: its text as last seen
 * sending: the message that went off and of which nobody knows yet, {text, key: the name of its draft, files: whether
 *   some went with it, server: as it was then, broke: whether the connection did since, looks: how often in a row it
 *   was found connected, rests: and at rest, tries}
 */
export const START = { server: null, shown: null, kept: "", sending: null };

/**
 * Return [the state after the event, what is to be done]. Events:
 * - told {server}: a run of the script said so
 * - sent {key, text, files}: a person, or we, sent what is in the box
 * - broke: the connection did, or came back
 * - look {key, text: null where there is no box, stored: name => text of a draft, connected, idle, anew: whether it is
 *   another box than before}
 * To be done: keep {key, text}, write {text} into the box, submit it, ask the server for a run.
 */
export function step(state, event) {
  switch (event.kind) {
    case "told":
      return [{ ...state, server: event.server }, []];
    case "sent":
      return sent(state, event);
    case "broke":
      return [state.sending ? { ...state, sending: { ...state.sending, broke: true } } : state, []];
    default:
      return look(state, event);
  }
}

function sent(state, { key, text, files }) {
  if (!text) return [{ ...state, shown: key }, []];
  const tries = state.sending?.text === text ? state.sending.tries + 1 : 1;
  const sending = { text, key, files, server: state.server, broke: false, looks: 0, rests: 0, tries };
  return [{ ...state, shown: key, kept: "", sending }, [{ kind: "keep", key, text }]];
}

function look(state, event) {
  if (event.text === null) return [{ ...state, shown: null }, []];
  const [seen, kept] = keep(state, event);
  if (!seen.sending) return [seen, kept];
  const [settled, done] = settle(seen, { ...event, text: seen.kept });
  return [settled, [...kept, ...done]];
}

function keep(state, { key, text, stored, anew }) {
  if (key !== state.shown) {
    const fresh = state.shown === null;
    const fill = !text || (!fresh && text === state.kept); // nothing is in the box, or what another session left there
    const now = fill ? stored(key) : text;
    const typed = fresh && !fill ? [{ kind: "keep", key, text }] : []; // before it was looked at first
    return [{ ...state, shown: key, kept: now }, now === text ? typed : [{ kind: "write", text: now }]];
  }
  if (anew && !text && state.kept) return [state, [{ kind: "write", text: state.kept }]];
  return [{ ...state, kept: text }, text === state.kept ? [] : [{ kind: "keep", key, text }]];
}

function settle(state, { text, stored, connected, idle }) {
  const { server, sending } = state;
  const { taken, next } = server;
  const here = sending.key === state.shown;
  const settled = { ...state, sending: null };

  if (taken && taken.id !== sending.server.taken?.id && sending.text.includes(taken.text)) {
    if (sending.broke && !connected) return [state, []];
    const forget = stored(sending.key) === sending.text ? [{ kind: "keep", key: sending.key, text: "" }] : [];
    return [settled, sending.broke ? [...forget, { kind: "ask" }] : forget];
  }
  if (here && text === sending.text) return [settled, []]; // refused, or it never went off
  if (!connected || !sending.broke) return [{ ...state, sending: { ...sending, looks: 0, rests: 0 } }, []];

  const [looks, rests] = [sending.looks + 1, idle ? sending.rests + 1 : 0];
  const waits = { ...state, sending: { ...sending, looks, rests } };
  if (server.run === sending.server.run) {
    return [waits, (idle ? rests % 10 === 2 : isLong(looks)) ? [{ kind: "ask" }] : []];
  }
  if (rests < 2) return [waits, []];
  const again = here && next === sending.server.next && !text && !sending.files && sending.tries < TRIES;
  const write = here ? [{ kind: "write", text: [sending.text, text].filter(Boolean).join("\n\n") }] : [];
  return again ? [waits, [...write, { kind: "submit" }]] : [settled, write];
}

/**
 * Whether a run takes so long (5 s, 10 s, 20 s ...) that the page may never have heard of its end. To ask ends one that
 * goes on.
 */
function isLong(looks) {
  return looks >= 16 && Number.isInteger(Math.log2(looks));
}
