// The page's one script tag runs this. It begins the others, each in the version that it has itself.
// A tab that outlives an update of the app is loaded again, as two versions would do everything twice; what was typed
// is kept. It says when all are ready, for tests.
const version = new URL(import.meta.url).search;
const before = window.travelbotVersion;
window.travelbotVersion = version;

if (before === undefined) {
  const names = [
    "announcer",
    "cookies",
    "copy",
    "drafts",
    "editing",
    "latest",
    "scrolling",
    "shortcuts",
    "sidebar",
    "theme",
    "wide_tables",
  ];
  await Promise.all(names.map((name) => import(`./${name}.js${version}`)));
  window.travelbotReady = true;
} else {
  location.reload();
}
