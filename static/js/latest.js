// The way to the latest message is offered where the end of the page is well out of sight. It needs no run of the app
// where that end is there: the click ends here, before React hears of it.
const NEAR_PX = 240;

const look = ({ target: page }) => {
  if (!page.classList?.contains("stMain")) return;
  const away = page.scrollHeight - page.clientHeight - page.scrollTop > NEAR_PX;
  document.documentElement.classList.toggle("travelbot-away-from-end", away);
};

addEventListener("scroll", look, { capture: true, passive: true });

addEventListener(
  "click",
  (event) => {
    if (!event.target.closest(".st-key-chat_latest_here")) return;
    event.stopPropagation();
    const page = document.querySelector(".stMain");
    page.scrollTo(0, page.scrollHeight);
  },
  { capture: true },
);
