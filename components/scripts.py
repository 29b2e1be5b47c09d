"""The scripts of `static/js`: the page holds one tag for all of them, and what Python tells them as data.

They are files because a Content-Security-Policy that lets scripts stand in the page lets a stranger's stand there.
"""

import hashlib
import html
import json
from functools import cache
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from settings import ROOT

_FOLDER = ROOT / "static" / "js"
_STYLE = '<style>[data-testid="stLayoutWrapper"]:has(> [class*="st-key-for_scripts_"]) { display: none }</style>'


def load_scripts(entry: str = "travelbot") -> None:
    """Let the browser run the scripts that *entry* names, each once in a tab.

    First of all: what stands before it may come and go.
    """
    with for_scripts("page"):
        tag = f'<script type="module" src="app/static/js/{entry}.js?v={_version()}"></script>'
        st.html(_STYLE + tag, unsafe_allow_javascript=True)


def for_scripts(name: str) -> DeltaGenerator:
    """Return a container that nobody sees, and that takes no place."""
    return st.container(key=f"for_scripts_{name}")


def tell(name: str, values: dict[str, Any], place: DeltaGenerator | None = None) -> None:
    """Tell a script something, which hears it whenever it differs from what stood in this place before.

    *values* are for `onTold(name, …)` of `told.js`. Streamlit takes out an attribute that looks like the end of a
    comment or of a script, so no text of a person may.
    """
    told = html.escape(json.dumps(values).replace("<", "\\u003c").replace(">", "\\u003e"))
    (place or st).html(f'<div class="travelbot-told-{name}" data-values="{told}" hidden></div>')


@cache
def _version() -> str:
    """Return what changes with any script: a browser keeps those of an address."""
    read = hashlib.sha256()
    for script in sorted(_FOLDER.glob("*.js")):
        read.update(script.read_bytes())
    return read.hexdigest()[:12]
