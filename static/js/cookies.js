// Writes the cookies that Python tells, and says so by pressing a button that nobody sees, until it has gone: it may
// not be there yet, and what a page is told while it is drawn anew can get lost. A press in the moment in which a run
// ends can take its last words away; so what can wait is told while nothing runs.
const { onTold } = await import(`./told.js${new URL(import.meta.url).search}`);

function write({ name, value, days }) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store is not there where the page came without TLS
  document.cookie = `${name}=${value}; path=/; max-age=${days * 86_400}; samesite=strict${secure}`;
}

onTold("cookie", (cookie, element) => {
  write(cookie);
  press(cookie.button, element, "[data-test-script-state=notRunning]");
});

function press(button, element, where) {
  let wait = 100; // milliseconds
  const answer = () => {
    if (!element.isConnected) return;
    document.querySelector(`${where} .st-key-${button} button`)?.click();
    wait = Math.min(wait * 2, 10_000);
    setTimeout(answer, wait);
  };
  answer();
}

function read(name) {
  const start = `${name}=`;
  const kept = document.cookie.split("; ").find((cookie) => cookie.startsWith(start));
  return kept?.slice(start.length);
}

// A browser that has no such cookie keeps the one that it is given; one that has another says so, and is asked for it.
onTold("cookie-new", ({ name, value, days, kept, other }, element) => {
  const had = read(name);
  if (had === undefined) write({ name, value, days });
  press(had === undefined || had === value ? kept : other, element, "body"); // nobody can comment before that
});

// What it reads goes into a box that nobody sees, as a person would type it.
onTold("cookie-wanted", ({ name, input }, element) => {
  const found = read(name);
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
