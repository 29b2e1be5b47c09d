// Begins the scripts of a page, each in the version that this one has itself. It says when all are ready, for tests.
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
