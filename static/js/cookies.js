// Writes the cookies that Python tells, and says so by pressing a button that nobody sees, until it has gone: it may
// not be there yet, and what a page is told while it is drawn anew can get lost.
const { onTold } = await import(`./told.js${new URL(import.meta.url).search}`);

function write({ name, value, days }) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store is not there where the page came without TLS
  document.cookie = `${name}=${value}; path=/; max-age=${days * 86_400}; samesite=strict${secure}`;
}

onTold("cookie", (cookie, element) => {
  write(cookie);
  let wait = 100; // milliseconds
  const answer = () => {
    if (!element.isConnected) return;
    document.querySelector(`.st-key-${cookie.button} button`)?.click();
    wait = Math.min(wait * 2, 10_000);
    setTimeout(answer, wait);
  };
  answer();
});

// What it reads goes into a box that nobody sees, as a person would type it. A browser without that cookie
// keeps the value that it is given, or says nothing.
onTold("cookie-wanted", ({ name, input, value, days }, element) => {
  const start = `${name}=`;
  const kept = document.cookie.split("; ").find((cookie) => cookie.startsWith(start));
  if (kept === undefined && value) write({ name, value, days });
  const found = kept?.slice(start.length) || value;
  const answer = () => {
    if (!element.isConnected) return;
    const box = document.querySelector(`.st-key-${input} input`);
    if (!box) return setTimeout(answer, 100);
    const setter = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
    setter.call(box, found);
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.dispatchEvent(new FocusEvent("focusout", { bubbles: true }));
  };
  if (found) answer();
});
