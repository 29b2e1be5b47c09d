// Streamlit has nothing to bring a message into view, and glides to the end of a page with a chat whenever something
// comes, unless a person scrolled. So: before each frame is drawn, until the message has stood still for a second, five
// seconds at most, or until a person does something. What is not there yet is waited for where the page is.
const { onTold } = await import(`./told.js${new URL(import.meta.url).search}`);

const STILL_MS = 1000;
const AT_MOST_MS = 5000;
const OF_A_FRAME_MS = 100; // no frame counts for more: one that took long brought no more than others

const bring = {
  start: (_, message) => message.scrollIntoView({ block: "start" }),
  center: (_, message) => message.scrollIntoView({ block: "center" }),
  nearest: (_, message) => message.scrollIntoView({ block: "nearest" }),
  top: (page) => page.scrollTo(0, 0),
  end: (page) => page.scrollTo(0, page.scrollHeight),
};

// Streamlit leaves the end of the page when it hears that a person scrolls, and stops gliding there when it hears a wheel.
function letGo(page) {
  for (const name of ["scroll", "wheel"]) page.dispatchEvent(new Event(name));
}

let done = null;
let next = 0;

function follow({ key, to, focus }) {
  let last, from;
  let time = 0;
  let moved = 0;
  const frame = (now) => {
    time += Math.min(now - (last ?? now), OF_A_FRAME_MS); // none passes in a tab in the background
    last = now;
    const page = document.querySelector(".stMain");
    const message = document.querySelector(`.st-key-${key}`);
    from ??= page?.scrollTop;
    if (page && to !== "end") letGo(page);
    const before = page?.scrollTop;
    if (focus && message) {
      const field = message.querySelector("summary, input, textarea, [role='radio']");
      field?.focus({ preventScroll: true });
      focus = !field;
    }
    if (page && message) bring[to](page, message);
    else page?.scrollTo(0, from);
    if (!message || Math.abs(page.scrollTop - before) > 1) moved = time;
    if (time - moved < STILL_MS && time < AT_MOST_MS) next = requestAnimationFrame(frame);
  };
  cancelAnimationFrame(next);
  next = requestAnimationFrame(frame);
}

onTold("scroll", (told) => {
  if (told.once === done) return; // each run of the page tells it again
  done = told.once;
  follow(told);
});

for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"]) {
  addEventListener(kind, () => cancelAnimationFrame(next), { passive: true });
}
