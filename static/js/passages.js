// Marks the passages that something is said about, and takes the passage of a new comment from what is selected.
const version = new URL(import.meta.url).search;
const { onTold } = await import(`./told.js${version}`);
const { focusIn, write } = await import(`./review_forms.js${version}`);
const { find, lastWords } = await import(`./passage_words.js${version}`);

const TEXT = '[class*="st-key-review_text_"], [class*="st-key-review_block_"] [data-testid="stChatMessageContent"]';
const BESIDE = '[data-testid="stCaptionContainer"], [class*="st-key-review_sources_"]'; // what stands with it, not in it
const LATER_MS = 200; // what is drawn is drawn in many steps
let marked = {}; // [passage, words before it] by the anchor of their message

function textsOf(element) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT, (node) =>
    node.parentElement.closest(BESIDE) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  );
  const nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  return nodes;
}

function rangeOf([passage, before], element) {
  const nodes = textsOf(element);
  const found = find(
    passage,
    nodes.map((node) => node.data),
    before,
  );
  if (!found) return null;
  const range = new Range();
  range.setStart(nodes[found.from[0]], found.from[1]);
  range.setEnd(nodes[found.to[0]], found.to[1]);
  return range;
}

function mark() {
  if (!window.Highlight) return; // an older browser marks nothing
  const ranges = Object.entries(marked).flatMap(([anchor, passages]) => {
    const element = document.querySelector(`.st-key-review_block_${anchor}`)?.querySelector(TEXT);
    return element ? passages.map((passage) => rangeOf(passage, element)) : [];
  });
  CSS.highlights.set("travelbot-passage", new Highlight(...ranges.filter(Boolean)));
}

let later = 0;

function markLater() {
  clearTimeout(later);
  later = setTimeout(mark, LATER_MS);
}

onTold("passages", (told) => {
  const bytes = Uint8Array.from(atob(told.marked), (char) => char.charCodeAt(0));
  marked = JSON.parse(new TextDecoder().decode(bytes));
  markLater();
});
new MutationObserver(markLater).observe(document.body, { childList: true, subtree: true });

const offer = document.createElement("button");
offer.type = "button";
offer.className = "travelbot-comment-passage";
offer.textContent = "Comment on this";
offer.hidden = true;
document.body.append(offer);

let selected = null; // {anchor, passage, before} while the button is offered

function commentButton(anchor) {
  return document.querySelector(`.st-key-review_comment_${anchor} button:not(:disabled)`);
}

function look() {
  const selection = getSelection();
  selected = selection.isCollapsed ? null : within(selection.getRangeAt(0));
  offer.hidden = !selected;
  if (!selected) return;
  const box = selection.getRangeAt(0).getBoundingClientRect();
  const most = document.documentElement.clientWidth - offer.offsetWidth - 8;
  offer.style.left = `${Math.max(8, Math.min(box.left, most))}px`;
  offer.style.top = `${Math.min(box.bottom + 8, innerHeight - offer.offsetHeight - 8)}px`;
}

function within(range) {
  const node = range.commonAncestorContainer;
  const text = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest?.(TEXT);
  if (!text || [...text.querySelectorAll(BESIDE)].some((beside) => range.intersectsNode(beside))) return null;
  const block = text.closest('[class*="st-key-review_block_"]');
  const anchor = block.className.match(/st-key-review_block_([\w-]+)/)[1];
  const passage = range.toString().trim().replace(/\s+/g, " ");
  if (!passage || !commentButton(anchor)) return null;
  return { anchor, passage, before: lastWords(textsBefore(range, text)) };
}

function textsBefore(range, element) {
  const before = textsOf(element).filter((node) => range.comparePoint(node, 0) < 0);
  return before.map((node) => (node === range.startContainer ? node.data.slice(0, range.startOffset) : node.data));
}

/** Write a passage and what stands before it into the form, which may still be on its way. */
function fill({ anchor, passage, before }, tries = 100) {
  const box = document.querySelector(`.st-key-review_passage_${anchor} input`);
  if (!box) {
    if (tries) setTimeout(() => fill({ anchor, passage, before }, tries - 1), 100);
    return;
  }
  write(box, passage);
  write(document.querySelector(`.st-key-review_before_${anchor} input`), before);
  focusIn(box.closest('[data-testid="stForm"]'));
}

offer.addEventListener("pointerdown", (event) => event.preventDefault()); // what is selected stays so until the click
offer.addEventListener("click", () => {
  const wanted = selected;
  getSelection().removeAllRanges();
  if (!document.querySelector(`.st-key-review_passage_${wanted.anchor} input`)) commentButton(wanted.anchor).click();
  fill(wanted);
});
document.addEventListener("selectionchange", look);
addEventListener("scroll", look, { capture: true, passive: true });
