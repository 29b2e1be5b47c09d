// A deck's screen: arrow keys go from page to page, and "Present" shows those of the strip on all of the screen.
const FIELDS = "input, textarea, select, [contenteditable=true], [role=dialog], [role=menu], [role=listbox], canvas";
const STEPS = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, " ": 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1 };
const SWIPE_PX = 40;

const pages = () => [...document.querySelectorAll(".deck-strip .deck-page")];
const choices = () => [...document.querySelectorAll(".st-key-deck_strip input[type=radio]")];
const chosen = () => choices().findIndex((choice) => choice.checked);

/** Return where a key leads from a place among so many, or null where it leads nowhere. */
function led(key, at, count) {
  const to = key === "Home" ? 0 : key === "End" ? count - 1 : key in STEPS ? at + STEPS[key] : null;
  return to === null ? null : Math.max(0, Math.min(count - 1, to));
}

let show = null; // while it is presented: { element, stage, slides, at }

function draw() {
  const { stage, slides, at, element } = show;
  stage.replaceChildren(slides[at].cloneNode(true));
  element.setAttribute("aria-label", `Slide ${at + 1} of ${slides.length}`);
}

function end() {
  const { element, slides, at, opener } = show;
  show = null;
  element.remove();
  if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
  const number = pages().indexOf(slides[at]);
  if (number >= 0 && number !== chosen()) choices()[number]?.click();
  opener.focus({ preventScroll: true });
}

function go(to) {
  if (to === null || !show.slides[to]) return;
  show.at = to;
  draw();
}

function begin(opener) {
  const slides = pages().filter((page) => !page.classList.contains("deck-hidden"));
  if (!slides.length) return;
  const at = Math.max(0, slides.indexOf(pages()[chosen()]));
  const element = document.createElement("div");
  element.className = "deck-show";
  element.tabIndex = -1;
  element.setAttribute("role", "dialog");
  element.setAttribute("aria-modal", "true");
  const stage = document.createElement("div");
  const close = document.createElement("button");
  close.textContent = "×";
  close.setAttribute("aria-label", "End the presentation");
  close.addEventListener("click", (event) => {
    event.stopPropagation();
    end();
  });
  element.append(stage, close);
  document.body.append(element);
  show = { element, stage, slides, at, opener };
  draw();
  element.focus();
  element.requestFullscreen?.().catch(() => {}); // a phone may have none: it covers the window then
  let from = null;
  element.addEventListener("pointerdown", ({ clientX }) => (from = clientX));
  element.addEventListener("click", ({ target, clientX }) => {
    if (!show || target.closest("a")) return;
    const by = from === null ? 0 : clientX - from;
    const back = Math.abs(by) > SWIPE_PX ? by > 0 : clientX < innerWidth / 3;
    go(Math.max(0, Math.min(show.slides.length - 1, show.at + (back ? -1 : 1))));
  });
}

addEventListener(
  "keydown",
  (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (show) {
      if (event.key === "Escape") end();
      else if (event.key === "Tab") show.element.querySelector("button").focus();
      else if (event.key === " " && event.target.closest("button")) return;
      else go(led(event.key, show.at, show.slides.length));
      if (event.key !== "Enter") event.preventDefault();
      event.stopPropagation();
      return;
    }
    const all = choices();
    const inStrip = event.target.closest?.(".st-key-deck_strip") && ["Home", "End"].includes(event.key);
    if (!all.length || document.querySelector('[role="dialog"]')) return;
    if (event.target.closest?.(FIELDS) && !inStrip) return;
    if (!["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) return;
    const to = led(event.key, chosen(), all.length);
    if (to === null || to === chosen()) return;
    event.preventDefault();
    all[to].click();
  },
  true,
);

addEventListener("click", (event) => {
  const opener = event.target.closest?.(".st-key-deck_present button");
  if (opener && !show) begin(opener);
});

document.addEventListener("fullscreenchange", () => {
  if (show && !document.fullscreenElement) end();
});

// The chosen page of the strip stays in sight, within the strip only; and who listens hears each slide once.
let last = null;
new MutationObserver(() => {
  const strip = document.querySelector(".st-key-deck_strip");
  const label = choices()[chosen()]?.closest("label");
  if (!strip || !label) return;
  const phone = matchMedia("(max-width: 768px)").matches;
  const all = strip.querySelector(".deck-strip");
  if (all && all.inert === phone) all.inert = !phone;
  const name = label.textContent;
  if (name === last || phone) return;
  last = name;
  const [box, around] = [label.getBoundingClientRect(), strip.getBoundingClientRect()];
  if (box.left < around.left) strip.scrollLeft += box.left - around.left - 8;
  else if (box.right > around.right) strip.scrollLeft += box.right - around.right + 8;
}).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["checked"] });
