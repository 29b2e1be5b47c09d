"""Logos for decks: looked at before anything is kept. An SVG holds nothing but shapes then."""

import re
from collections.abc import Iterator
from typing import Literal
from xml.etree import ElementTree

from exports.decks.pictures import drawn_logo
from services.decks.pictures import scaled
from services.errors import FileRefusedError

MAX_LOGO_BYTES = 1_000_000
_SIDE = 800  # pixels
_MAX_SHAPES = 20_000  # that are drawn, those that others repeat counted each time
_NO_LOGO = "This is no logo that decks can show. Use a PNG, a JPEG, or an SVG without scripts and outside links."
_SVG = "http://www.w3.org/2000/svg"
_SHAPES = frozenset(
    "svg g defs symbol use title desc style path rect circle ellipse line polyline polygon text tspan "  # noqa: SIM905
    "linearGradient radialGradient stop clipPath mask pattern".split()
)
_GROUPS = ("switch", "a")  # of which only what is in them is kept
_RUNS = frozenset(("script", "foreignObject", "iframe", "handler", "set", "animate", "animateTransform", "image"))
_OUTSIDE = re.compile(r"@import|url\(\s*+['\"]?+(?!#)|image-set|expression\(|javascript:|\\", re.IGNORECASE)
_FILTER = re.compile(r"(?<![\w-])filter\s*:[^;}]*", re.IGNORECASE)
_REFERENCE = re.compile(r"url\(\s*['\"]?#([^)'\"]+)", re.IGNORECASE)
# Illustrator writes its namespaces as entities. One that holds an address, and no other entity, is harmless.
_ENTITY = re.compile(rb"<!ENTITY\s+[\w.-]{1,40}\s+(\"https?://[^\"&%<>]{1,100}\"|'https?://[^'&%<>]{1,100}')\s*>")

LogoType = Literal["image/png", "image/jpeg", "image/svg+xml"]


def checked_logo(content: bytes) -> tuple[bytes, LogoType]:
    """Return a logo as decks show it, and its type. Raises FileRefusedError."""
    if len(content) > MAX_LOGO_BYTES:
        raise FileRefusedError(f"A logo has at most {MAX_LOGO_BYTES // 1_000_000} MB. Save it smaller first.")
    if b"<svg" in content[:4_000] and b"\0" not in content:  # in UTF-16 nothing of what is looked for would be found
        return _checked_svg(content), "image/svg+xml"
    try:
        made, media_type, _, _ = scaled(content, side=_SIDE)
    except FileRefusedError as exc:
        raise FileRefusedError(_NO_LOGO) from exc
    return made, media_type


def _checked_svg(content: bytes) -> bytes:
    """Return the shapes of an SVG, which runs nothing and asks nobody for anything. Raises FileRefusedError."""
    if b"<!ENTITY" in _ENTITY.sub(b"", content):
        raise FileRefusedError(_NO_LOGO)
    try:
        root = ElementTree.fromstring(content)  # noqa: S314  its entities hold nothing that grows
        if _name(root) != "svg":
            raise FileRefusedError(_NO_LOGO)
        _keep_shapes(root)
        _check_number(root)
        ElementTree.register_namespace("", _SVG)
        made = bytes(ElementTree.tostring(root, encoding="utf-8"))
    except (ElementTree.ParseError, RecursionError, ValueError, LookupError) as exc:
        raise FileRefusedError(_NO_LOGO) from exc
    if drawn_logo(made) is None:
        raise FileRefusedError("This logo cannot be drawn in PDF and PowerPoint. Save it as a PNG instead.")
    return made


def _keep_shapes(element: ElementTree.Element) -> None:
    """Take out what is neither a shape nor says how one looks. Raises FileRefusedError where something would run."""
    name = _name(element)
    element.tag = f"{{{_SVG}}}{'g' if name in _GROUPS else name}"
    for attribute, value in list(element.attrib.items()):
        local = attribute.rpartition("}")[2]
        if name == "a" or attribute == "filter" or ("}" in attribute and local != "href"):
            del element.attrib[attribute]
        elif local.lower().startswith("on") or (local == "href" and value[:1] != "#"):
            raise FileRefusedError(_NO_LOGO)
        else:
            element.set(attribute, _checked_text(_FILTER.sub("", value) if local == "style" else value))
    if name == "style":
        element.text = _checked_text(_FILTER.sub("", "".join(element.itertext())))
        element[:] = []
    for child in list(element):
        if name == "switch" and _name(child) == "foreignObject":  # Illustrator's copy of itself
            element.remove(child)
        elif _name(child) in _SHAPES or _name(child) in _GROUPS:
            _keep_shapes(child)
        elif _name(child) in _RUNS:
            raise FileRefusedError(_NO_LOGO)
        else:
            element.remove(child)


def _checked_text(text: str) -> str:
    """Return what says how shapes look. Raises FileRefusedError where it names something outside."""
    if _OUTSIDE.search(text):
        raise FileRefusedError(_NO_LOGO)
    return text


def _check_number(root: ElementTree.Element) -> None:
    """Raise FileRefusedError where shapes repeat others so often, or each other, that drawing them takes too long."""
    named = {element.get("id"): element for element in root.iter()}
    drawn: dict[ElementTree.Element, float] = {}

    def count(element: ElementTree.Element) -> float:
        if element not in drawn:
            drawn[element] = float("inf")  # till it is known: of those that repeat themselves
            repeated = (named[one] for one in _references(element) if one in named)
            drawn[element] = 1 + sum(map(count, [*element, *repeated]))
        return drawn[element]

    if count(root) > _MAX_SHAPES:
        raise FileRefusedError("This logo has too many shapes. Save it as a PNG instead.")


def _references(element: ElementTree.Element) -> Iterator[str]:
    for attribute, value in element.attrib.items():
        if attribute.rpartition("}")[2] == "href":
            yield value[1:]
        yield from _REFERENCE.findall(value)


def _name(element: ElementTree.Element) -> str:
    """Return an element's name; those of other namespaces, such as an editor's own, have none."""
    namespace, _, local = element.tag.rpartition("}")
    return local if namespace in ("", "{" + _SVG) else ""
