"""Charts among the HTML of slides: Streamlit lets no SVG through, so `static/js/charts.js` draws them."""

import base64
import re

_CHART = re.compile(r"<svg\b.*?</svg>", re.DOTALL)


def charts_as_data(html: str) -> str:
    """Return HTML with the text of each chart in place of the chart."""
    return _CHART.sub(_as_data, html)


def _as_data(chart: re.Match[str]) -> str:
    return f'<span class="deck-chart" data-svg="{base64.b64encode(chart[0].encode()).decode()}"></span>'
