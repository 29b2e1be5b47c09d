// The one script tag of the planners' pages runs this.
const { begin } = await import(`./begin.js${new URL(import.meta.url).search}`);

await begin([
  "announcer",
  "charts",
  "cookies",
  "copy",
  "deck",
  "downloads",
  "drafts",
  "editing",
  "latest",
  "scrolling",
  "shortcuts",
  "sidebar",
  "theme",
  "wide_tables",
]);
