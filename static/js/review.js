// The one script tag of the page that a link opens runs this.
const version = new URL(import.meta.url).search;
const { begin } = await import(`./begin.js${version}`);

// Without `server.py` there are no headers that say so: no search engine keeps the page, and no link in it names it.
for (const [name, content] of [
  ["robots", "noindex, nofollow"],
  ["referrer", "no-referrer"],
]) {
  const meta = document.createElement("meta");
  meta.name = name;
  meta.content = content;
  document.head.append(meta);
}

// And it calls the first page that it is asked for not found, over that very page.
for (const dialog of document.querySelectorAll('[role="dialog"]')) {
  if (dialog.querySelector("h2")?.textContent === "Page not found")
    dialog.querySelector('[aria-label="Close"]').click();
}

await begin(["charts", "cookies", "downloads", "mended", "passages", "review_forms", "scrolling", "wide_tables"]);
