// Streamlit lets no SVG through: a chart comes as the text of one.
function drawCharts() {
  for (const chart of document.querySelectorAll(".stHtml .deck-chart[data-svg]")) {
    const text = new TextDecoder().decode(Uint8Array.from(atob(chart.dataset.svg), (char) => char.charCodeAt(0)));
    const svg = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
    delete chart.dataset.svg;
    if (svg.localName === "svg" && !svg.querySelector("script, foreignObject"))
      chart.replaceChildren(document.importNode(svg, true));
  }
}

drawCharts();
new MutationObserver(drawCharts).observe(document.body, {
  childList: true,
  subtree: true,
  attributes: true,
  attributeFilter: ["data-svg"],
});
