// On a phone the sidebar covers the page. Streamlit closes it after a link of its own list of pages, but not after a
// button, nor after a link of ours.
const opens = [
  ...["new_chat", "session_", "hit_"].map((name) => `[class*="st-key-sidebar_${name}"] button`),
  '[data-testid="stSidebar"] [data-testid="stPageLink-NavLink"]',
].join(", ");

addEventListener("click", (event) => {
  if (matchMedia("(max-width: 768px)").matches && event.target.closest(opens)) {
    document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
  }
});
