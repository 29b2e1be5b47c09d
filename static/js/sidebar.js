// On a phone the sidebar covers the page. Streamlit closes it after a link, but not after a button.
const opens = ["new_chat", "session_", "hit_"].map((name) => `[class*="st-key-sidebar_${name}"] button`).join(", ");

addEventListener("click", (event) => {
  if (matchMedia("(max-width: 768px)").matches && event.target.closest(opens)) {
    document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
  }
});
