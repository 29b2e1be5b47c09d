"""What a page tells the scripts of `static/js`."""

import html
import json
import re
from typing import Any

from streamlit.testing.v1 import AppTest

_TOLD = re.compile(r'<div class="travelbot-told-([a-z-]+)" data-values="([^"<>]*)" hidden></div>')


def told(at: AppTest, name: str) -> list[dict[str, Any]]:
    """Return what the script *name* is told, in the order of the page."""
    found = [_TOLD.fullmatch(element.proto.body) for element in at.get("html")]
    return [json.loads(html.unescape(match[2])) for match in found if match and match[1] == name]
