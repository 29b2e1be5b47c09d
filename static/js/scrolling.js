// Streamlit has nothing to bring a message into view, and keeps a chat at its end by itself while messages come in. So:
// again and again until the message stays where it should be for a second, five seconds at most, or until a person
// does something.
const { onTold } = await import(`./told.js${new URL(import.meta.url).search}`);

const scroll = {
  start: (_, message) => message.scrollIntoView({ block: "start" }),
  center: (_, message) => message.scrollIntoView({ block: "center" }),
  top: (page) => page?.scrollTo(0, 0),
  end: (page) => page?.scrollTo(0, page.scrollHeight),
};

let done = null;
let timer = 0;

onTold("scroll", ({ once, key, to }) => {
  if (once === done) return; // each run of the page tells it again
  done = once;
  clearInterval(timer);
  const end = Date.now() + 5000;
  let stays = 0;
  timer = setInterval(() => {
    const page = document.querySelector('[data-testid="stAppScrollToBottomContainer"]');
    const message = document.querySelector(`.st-key-${key}`);
    if (message) {
      const before = message.getBoundingClientRect().top;
      scroll[to](page, message);
      stays = Math.abs(message.getBoundingClientRect().top - before) < 2 ? stays + 1 : 0;
    }
    if (stays > 12 || Date.now() > end) clearInterval(timer);
  }, 80);
});

for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"]) {
  addEventListener(kind, () => clearInterval(timer), { passive: true });
}
