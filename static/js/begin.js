// Begins the scripts of a page, each in the version that this one has itself. It says when all are ready, for tests.
const RELOADED = "travelbot-reloaded"; // when a page that had ended was loaded again, in this tab
const NOT_AGAIN_MS = 30_000; // a page that ends each time is not loaded for ever

const version = new URL(import.meta.url).search;

/** Run the scripts of these names, or load the page again where an earlier version of them is running.
 *
 * A tab that outlives an update of the app has such: two versions would do everything twice, and what was typed is kept.
 */
export async function begin(names) {
  const before = window.travelbotVersion;
  window.travelbotVersion = version;
  if (before !== undefined && before !== version) {
    location.reload();
    return;
  }
  await Promise.all(names.map((name) => import(`./${name}.js${version}`)));
  window.travelbotReady = true;
}

/** Load the page again where Streamlit's has ended: it takes everything off, and nothing draws it any more.
 *
 * It ends where it is told to draw into what it does not have: half a run, around a connection that was lost.
 */
function reloadOnceEmpty() {
  const root = document.getElementById("root");
  new MutationObserver(() => {
    if (root.childElementCount || Date.now() - (sessionStorage.getItem(RELOADED) ?? 0) < NOT_AGAIN_MS) return;
    sessionStorage.setItem(RELOADED, Date.now());
    location.reload();
  }).observe(root, { childList: true });
}

reloadOnceEmpty();
