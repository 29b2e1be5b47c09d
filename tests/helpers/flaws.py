"""What keeps people from reading or using a screen, in the light theme and in the dark."""

from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.helpers.browser import wait_until

CONTRAST = (Path(__file__).parent / "contrast.js").read_text()
_AXE = Axe().axe_script
_LOOK = """options => axe.run(document, options)
    .then(({ violations, passes }) => ({ violations, passes: passes.length }))"""
_GROUNDS = {"light": "rgb(253, 250, 244)", "dark": "rgb(16, 26, 29)"}  # of .streamlit/config.toml
# contrast.js measures the contrast, and what axe says of regions is never serious, but costs most.
_RULES: dict[str, dict[str, Any]] = {
    "light": {"rules": {one: {"enabled": False} for one in ("color-contrast", "region")}},
    "dark": {"runOnly": ["link-in-text-block"]},
}
_ALL_STOOD_STILL = """ground => {
    const moving = (one) => one.playState === "running" && one.effect.getComputedTiming().iterations !== Infinity;
    return getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor === ground
        && !document.getAnimations().some(moving);
}"""


def flaws(page: Page) -> list[str]:
    """Return text below 4.5:1, what axe calls serious, and headings that leave out a level.

    The page is left in the other theme: to change it takes longer than to look.
    """
    found: list[str] = []
    for scheme in sorted(_GROUNDS, reverse=_scheme(page) == "light"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found += poor_contrast(page)
        found += [f"{page.url}, {scheme}: {text}" for text in _serious(page, _RULES[scheme])]
    return found


def poor_contrast(page: Page) -> list[str]:
    """Return text below 4.5:1 in the theme that the page is in."""
    scheme = _scheme(page)
    wait_until(page, _ALL_STOOD_STILL, _GROUNDS[scheme])
    return [f"{page.url}, {scheme}: {text}" for text in page.evaluate(CONTRAST)]


def _scheme(page: Page) -> str:
    return "dark" if page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else "light"


def _serious(page: Page, options: dict[str, Any]) -> list[str]:
    if not page.evaluate("'axe' in window"):  # to read it takes as long as to look
        page.evaluate(_AXE)
    seen = page.evaluate(_LOOK, options | {"resultTypes": ["violations"], "preload": False})
    assert seen["passes"] > 10 or "runOnly" in options  # it did look
    return [
        f"{one['help']}: {one['nodes'][0]['html'][:200]}"
        for one in seen["violations"]
        if one["impact"] in ("serious", "critical") or one["id"] == "heading-order"
    ]
