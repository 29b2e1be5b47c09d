// The two shortcuts that are no button's: to focus the search, and `?`, which is no key to Streamlit.
const mac = /Mac|iPhone|iPad/.test(navigator.platform);
const types = (target) => target.closest?.("input, textarea, select, [contenteditable=true]");

addEventListener("keydown", (event) => {
  if (event.isComposing || document.querySelector('[role="dialog"]')) return;
  const control = mac ? event.metaKey : event.ctrlKey;
  if (control && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
    const search = document.querySelector(".st-key-sidebar_search input");
    if (!search) return;
    event.preventDefault();
    document.querySelector('[data-testid="stExpandSidebarButton"]')?.click();
    setTimeout(() => {
      search.focus();
      search.select();
    }, 100);
  } else if (event.key === "?" && !event.ctrlKey && !event.metaKey && !event.altKey && !types(event.target)) {
    const list = document.querySelector(".st-key-sidebar_shortcuts button");
    if (!list) return;
    event.preventDefault();
    list.click();
  }
});
