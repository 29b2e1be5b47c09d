// Light or dark, as chosen in Settings. Streamlit keeps a theme for each page's address; the choice is kept for all.
const PAGES = [
  "",
  "sessions",
  "templates",
  "memory",
  "insights",
  "reviews",
  "settings",
  "operations",
  "sign_in",
  "sign_up",
  "review",
];
const BUTTON = ".st-key-theme_choice button";
const THEMES = ["System", "Light", "Dark"]; // as Streamlit calls them, and as the buttons say

const base = new URL("../../..", import.meta.url).pathname;
const place = (page) => `stActiveTheme-${base}${page}-v2`;
const themeOf = (button) => THEMES.find((theme) => button.textContent.endsWith(theme));
const chosen = () => THEMES.find((theme) => localStorage.getItem(place("")) === JSON.stringify(theme)) ?? "System";

function choose(theme) {
  for (const page of PAGES) {
    if (theme === "System") localStorage.removeItem(place(page));
    else localStorage.setItem(place(page), JSON.stringify(theme));
  }
  location.reload();
}

function mark() {
  for (const button of document.querySelectorAll(BUTTON)) {
    const pressed = String(themeOf(button) === chosen());
    if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
  }
}

addEventListener("click", (event) => {
  const button = event.target.closest?.(BUTTON);
  if (button) choose(themeOf(button));
});
addEventListener("storage", mark); // chosen in another tab
new MutationObserver(mark).observe(document.body, { childList: true, subtree: true });
mark();
