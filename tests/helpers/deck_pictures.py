"""Takes pictures of every slide of the sample decks, as the PDF has them and as Chromium draws the HTML.

The deck that the demo's plan of Lisbon makes is one picture.

.venv-dev/bin/python -m tests.helpers.deck_pictures        # writes docs/images/decks/*.png
"""

import os
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pypdfium2
from PIL import Image
from playwright.sync_api import Page, Route, sync_playwright

from exports.decks.building.from_talk import Said, Talk, from_talk
from exports.decks.html import DeckHtml, deck_html
from exports.decks.measure import FONT_FOLDERS
from exports.decks.pdf import deck_pdf
from exports.decks.records import Brand, Edition, Preset
from settings import ROOT
from tests.helpers.browser import CHROMIUM_ARGS, chromium
from tests.helpers.built_decks import ids
from tests.helpers.decks import SAMPLES
from tests.helpers.demo import talk

IMAGES = ROOT / "docs" / "images" / "decks"
WIDTH = 480
COLOURS = 128
GAP = 8


def main() -> None:
    """Take all pictures."""
    shutil.rmtree(IMAGES, ignore_errors=True)
    IMAGES.mkdir(parents=True)
    for name, sample in SAMPLES.items():
        for number, sheet in enumerate(pypdfium2.PdfDocument(deck_pdf(sample())), 1):
            save(sheet.render(scale=2 * WIDTH / 960).to_pil(), f"{name}-{number}.png")
    save_sheet(demo(), "demo.png")
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(),
            args=CHROMIUM_ARGS,
            env={**os.environ, **with_fonts(Path(folder))},
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": WIDTH}, device_scale_factor=2)
        for name, sample in SAMPLES.items():
            show(page, deck_html(sample(), pictures=True))
            page.screenshot(path=IMAGES / "html.png", full_page=True)
            with Image.open(IMAGES / "html.png") as picture:
                save(picture, f"{name}-html.png")
        (IMAGES / "html.png").unlink()
        browser.close()


def with_fonts(folder: Path) -> dict[str, str]:
    """Return what lets a browser find the fonts of every script, as those of people do, whatever this machine has."""
    folders = "".join(f"<dir>{one}</dir>" for one in ("/usr/share/fonts", *FONT_FOLDERS))
    (folder / "fonts.conf").write_text(f"<fontconfig>{folders}<cachedir>{folder}</cachedir></fontconfig>")
    return {"FONTCONFIG_FILE": str(folder / "fonts.conf")}


def demo() -> Edition:
    """Return the deck that is made of what the demo assistant plans."""
    asked = "5 days in Lisbon in May for two, budget 2500 euros"
    said = [Said("1", "user", asked), Said("2", "assistant", talk(asked)[0])]
    brand = Brand(name="Weber Travel", contact="Ada Weber, ada@weber.example", footer="Weber Travel · Rua Augusta 1")
    plan = Talk(title="Lisbon in May", messages=said, planner="Ada Weber", language="en-GB")
    deck = from_talk(plan, Preset.PROPOSAL, new_id=ids(), brand=brand, valid_until=date(2027, 2, 1))
    at = datetime(2027, 1, 5, tzinfo=UTC)
    return Edition(deck=deck, brand=brand, rev=1, at=at, approved=False, pictures={})


def save_sheet(edition: Edition, name: str) -> None:
    """Save all slides of a deck as one picture, two side by side."""
    slides = [page.render(scale=2 * WIDTH / 960).to_pil() for page in pypdfium2.PdfDocument(deck_pdf(edition))]
    wide, high = slides[0].size
    sheet = Image.new("RGB", (2 * wide + GAP, -(-len(slides) // 2) * (high + GAP) - GAP), "#8A9699")
    for at, one in enumerate(slides):
        sheet.paste(one, (at % 2 * (wide + GAP), at // 2 * (high + GAP)))
    save(sheet, name, sheet.width // 2)


def show(page: Page, *made: DeckHtml) -> None:
    """Show decks one below the other, with the app's fonts, at an address that nothing else answers."""
    css = (ROOT / "static/decks.css").read_text() + "".join(deck.css for deck in made)
    body = "".join(slide.html for deck in made for slide in deck.slides)

    def answer(route: Route) -> None:
        _, _, name = route.request.url.partition("/app/static/")
        if name:
            route.fulfill(path=ROOT / "static" / name)
        else:
            html = f"<!doctype html><style>{css} body {{ margin: 0; }}</style>{body}"
            route.fulfill(body=html, content_type="text/html; charset=utf-8")

    page.unroute_all()
    page.route("**/*", answer)
    page.goto("http://decks.example/deck")
    page.evaluate("document.fonts.ready")


def save(picture: Image.Image, name: str, width: int = WIDTH) -> None:
    """Save a picture in few bytes."""
    small = picture.convert("RGB").resize(
        (width, round(picture.height * width / picture.width)), Image.Resampling.LANCZOS
    )
    small.quantize(COLOURS).save(IMAGES / name, optimize=True)


if __name__ == "__main__":
    main()
