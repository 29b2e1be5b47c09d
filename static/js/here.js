// Stands in the page itself: on a page that has a path, Streamlit's would ask there for its server first, and wait
// before it asks at the root.
window.__streamlit ??= { BACKEND_BASE_URL: new URL(".", location).href };
