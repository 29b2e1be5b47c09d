"""Logos for decks: looked at before anything is kept. An SVG holds nothing but shapes then."""

import re
from typing import Literal
from xml.etree import ElementTree

from services.decks.pictures import scaled
from services.errors import FileRefusedError

MAX_LOGO_BYTES = 1_000_000
_SIDE = 800  # pixels
_NO_LOGO = "This is no logo that decks can show. Use a PNG, a JPEG, or an SVG without scripts and outside links."
_SVG = "http://www.w3.org/2000/svg"
_SHAPES = frozenset(
    "svg g defs symbol use title desc style path rect circle ellipse line polyline polygon text tspan "  # noqa: SIM905
    "linearGradient radialGradient stop clipPath mask pattern".split()
)
_RUNS = frozenset(("script", "foreignObject", "iframe", "handler", "set", "animate", "animateTransform"))
_OUTSIDE = re.compile(r"@import|url\(\s*['\"]?(?!#)|expression\(|javascript:", re.IGNORECASE)

LogoType = Literal["image/png", "image/jpeg", "image/svg+xml"]


def checked_logo(content: bytes) -> tuple[bytes, LogoType]:
    """Return a logo as decks show it, and its type. Raises FileRefusedError."""
    if len(content) > MAX_LOGO_BYTES:
        raise FileRefusedError(f"A logo has at most {MAX_LOGO_BYTES // 1_000_000} MB. Save it smaller first.")
    if b"<svg" in content[:4_000]:
        return _checked_svg(content), "image/svg+xml"
    try:
        made, media_type, _, _ = scaled(content, side=_SIDE)
    except FileRefusedError as exc:
        raise FileRefusedError(_NO_LOGO) from exc
    return made, media_type


def _checked_svg(content: bytes) -> bytes:
    """Return the shapes of an SVG, which runs nothing and asks nobody for anything. Raises FileRefusedError."""
    if b"<!ENTITY" in content:
        raise FileRefusedError(_NO_LOGO)
    try:
        root = ElementTree.fromstring(content)  # noqa: S314  without entities there is nothing to expand
        if _name(root) != "svg":
            raise FileRefusedError(_NO_LOGO)
        _keep_shapes(root)
        ElementTree.register_namespace("", _SVG)
        return bytes(ElementTree.tostring(root, encoding="utf-8"))
    except (ElementTree.ParseError, RecursionError, ValueError, LookupError) as exc:
        raise FileRefusedError(_NO_LOGO) from exc


def _keep_shapes(element: ElementTree.Element) -> None:
    """Take out what is neither a shape nor says how one looks. Raises FileRefusedError where something would run."""
    for name, value in list(element.attrib.items()):
        local = name.rpartition("}")[2]
        if local.lower().startswith("on") or _OUTSIDE.search(value) or (local == "href" and value[:1] != "#"):
            raise FileRefusedError(_NO_LOGO)
        if "}" in name and local != "href":
            del element.attrib[name]
    if _OUTSIDE.search(element.text or ""):
        raise FileRefusedError(_NO_LOGO)
    for child in list(element):
        if _name(child) not in _SHAPES:
            if _name(child) in _RUNS:
                raise FileRefusedError(_NO_LOGO)
            element.remove(child)
        else:
            _keep_shapes(child)


def _name(element: ElementTree.Element) -> str:
    """Return an element's name; those of other namespaces, such as an editor's own, have none."""
    namespace, _, local = element.tag.rpartition("}")
    return local if namespace in ("", "{" + _SVG) else ""
