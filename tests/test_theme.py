"""The colours of `.streamlit/config.toml`: every pair that text is drawn in has enough contrast (WCAG 2, AA)."""

import tomllib
from functools import cache

import pytest

from settings import ROOT

COLOURS = ("red", "orange", "yellow", "green", "blue", "violet", "gray")
PLACES = [(mode, place) for mode in ("light", "dark") for place in ("main", "sidebar")]
FADED = 0.6  # Streamlit draws captions and placeholders in the text's colour with this opacity

Rgb = tuple[float, float, float]


@cache
def theme(mode: str, place: str) -> dict[str, str]:
    """Return the options as Streamlit merges them: [theme], then the mode's, then its sidebar's."""
    options = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())["theme"]
    # A sidebar of its own mode is merged over what the main area came to.
    merged = options | options[mode] | (options[mode]["sidebar"] if place == "sidebar" else {})
    return {name: value for name, value in merged.items() if isinstance(value, str)}


def rgb(colour: str) -> Rgb:
    red, green, blue = (int(colour[begin : begin + 2], 16) for begin in (1, 3, 5))
    return red, green, blue


def faded(colour: Rgb, background: Rgb) -> Rgb:
    red, green, blue = (FADED * top + (1 - FADED) * under for top, under in zip(colour, background, strict=True))
    return red, green, blue


def contrast(one: Rgb, other: Rgb) -> float:
    """Return the contrast ratio of two colours, 1 to 21. Source: WCAG 2.2, relative luminance."""

    def luminance(colour: Rgb) -> float:
        parts = [part / 255 for part in colour]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast(rgb("#000000"), rgb("#ffffff")) == pytest.approx(21)
    assert contrast(rgb("#767676"), rgb("#ffffff")) == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize(("mode", "place"), PLACES)
@pytest.mark.parametrize(
    ("text", "background"),
    [
        ("textColor", "backgroundColor"),
        ("textColor", "secondaryBackgroundColor"),
        ("linkColor", "backgroundColor"),
        ("linkColor", "secondaryBackgroundColor"),
        ("codeTextColor", "codeBackgroundColor"),
        *((f"{colour}TextColor", "backgroundColor") for colour in COLOURS),
        *((f"{colour}TextColor", f"{colour}BackgroundColor") for colour in COLOURS),
    ],
)
def test_text_can_be_read(mode: str, place: str, text: str, background: str) -> None:
    options = theme(mode, place)

    assert contrast(rgb(options[text]), rgb(options[background])) >= 4.5


@pytest.mark.parametrize(("mode", "place"), PLACES)
def test_captions_can_be_read(mode: str, place: str) -> None:
    options = theme(mode, place)
    background = rgb(options["backgroundColor"])

    assert contrast(faded(rgb(options["textColor"]), background), background) >= 4.5


@pytest.mark.parametrize(("mode", "place"), PLACES)
def test_white_on_a_primary_button_can_be_read(mode: str, place: str) -> None:
    assert contrast(rgb("#ffffff"), rgb(theme(mode, place)["primaryColor"])) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_header_of_a_table_can_be_read(mode: str) -> None:
    options = theme(mode, "main")

    header = rgb(options["dataframeHeaderTextColor"]), rgb(options["dataframeHeaderBackgroundColor"])
    assert contrast(*header) >= 4.5


def test_typefaces_are_here_with_their_licences() -> None:
    faces = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())["theme"]["fontFaces"]

    for face in faces:
        path = ROOT / face["url"].removeprefix("app/")
        assert path.read_bytes()[:4] == b"wOF2"
        name = face["family"].lower().replace(" ", "-")
        assert "SIL OPEN FONT LICENSE" in (path.parent / f"{name}-OFL.txt").read_text().upper()
