"""The sources of a reply that searched the web: numbered links, which nobody but the reader opens."""

from collections.abc import Sequence
from urllib.parse import urlsplit

import streamlit as st

from components.labels import escape_label
from services.intake import web_address
from services.parts import Part, SourcePart


def source_links(parts: Sequence[Part]) -> None:
    """Draw the sources among the parts of a reply; where there are none, an empty place."""
    found = [part for part in parts if isinstance(part, SourcePart)]
    sources = [(part.title, url) for part in found if (url := web_address(part.url))]
    lines = [f"{number}. {_link(title, url)}" for number, (title, url) in enumerate(sources, 1)]
    if lines:
        st.markdown("\n".join([":small[**Sources**]", "", *lines]))
    else:
        st.empty()


def _link(title: str, url: str) -> str:
    """Return a link that says where it leads, whatever its title says."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    shown = f"[{escape_label(title)}]({url})"
    return f":small[{shown}]" if title == host else f":small[{shown} · {escape_label(host)}]"
