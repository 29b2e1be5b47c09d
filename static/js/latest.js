// The way to the latest message is offered where the end of the page is well out of sight. It needs no run of the app
// where that end is there: the click ends here, before React hears of it.
const NEAR_PX = 240;
const AT_END_PX = 40;
let atEnd = true;
let top = 0;

const look = ({ target: page }) => {
  if (!page.classList?.contains("stMain")) return;
  const below = page.scrollHeight - page.clientHeight - page.scrollTop;
  document.documentElement.classList.toggle("travelbot-away-from-end", below > NEAR_PX);
  atEnd = below < AT_END_PX || (atEnd && page.scrollTop >= top); // what comes below takes nobody away from the end
  top = page.scrollTop;
};

// Streamlit goes on to the end where there is a box to write in; who may only read has none, and follows all the same.
setInterval(() => {
  const page = document.querySelector(".stMain");
  if (page && atEnd && document.querySelector(".st-key-chat_reader")) page.scrollTo(0, page.scrollHeight);
}, 300);

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
