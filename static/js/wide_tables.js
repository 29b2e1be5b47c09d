// Tables that are wider than their place: they scroll, but Streamlit gives them no place among what Tab visits;
// not every browser does by itself. The arrows scroll them then.
const mark = () => {
  for (const box of document.querySelectorAll('[data-testid="stTable"] div, [data-testid="stMarkdownContainer"]')) {
    if (box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).overflowX === "auto") box.tabIndex = 0;
  }
};

let due = 0;
new MutationObserver(() => {
  if (due) return;
  due = setTimeout(() => {
    due = 0;
    mark();
  }, 300);
}).observe(document.body, { childList: true, subtree: true });
addEventListener("resize", mark);
mark();
