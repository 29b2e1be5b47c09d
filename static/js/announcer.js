// A region that a screen reader watches has to be there before its text changes; Streamlit has none. The text is read
// once, at the end: each piece of it as it comes would be a stutter.
const region = document.createElement("div");
region.setAttribute("role", "status");
region.setAttribute("aria-live", "polite");
region.style.cssText = "position:fixed;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)";
document.body.append(region);

let writing = false;

setInterval(() => {
  if (!document.querySelector(".st-key-chat_header")) region.textContent = ""; // on another page nothing is left
  const now = Boolean(document.querySelector(".st-key-chat_stop button"));
  if (now && !writing) region.textContent = "The assistant is answering.";
  if (!now && writing) {
    const reply = [...document.querySelectorAll('[class*="st-key-chat_text_"]')].at(-1);
    // biome-ignore lint/performance/useDomNodeTextContent: as it is drawn, with the ends of its lines
    region.textContent = reply ? `Reply: ${reply.innerText}` : "";
  }
  writing = now;
}, 500);
