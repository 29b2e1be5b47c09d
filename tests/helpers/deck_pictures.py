"""Takes pictures of every slide of the sample decks, as the PDF has them and as Chromium draws the HTML.

.venv-dev/bin/python -m tests.helpers.deck_pictures        # writes docs/images/decks/*.png
"""

import shutil

import pypdfium2
from PIL import Image
from playwright.sync_api import Page, Route, sync_playwright

from exports.decks.html import DeckHtml, deck_html
from exports.decks.pdf import deck_pdf
from settings import ROOT
from tests.helpers.browser import CHROMIUM_ARGS
from tests.helpers.decks import SAMPLES

IMAGES = ROOT / "docs" / "images" / "decks"
WIDTH = 480
COLOURS = 128


def main() -> None:
    """Take all pictures."""
    shutil.rmtree(IMAGES, ignore_errors=True)
    IMAGES.mkdir(parents=True)
    for name, sample in SAMPLES.items():
        for number, sheet in enumerate(pypdfium2.PdfDocument(deck_pdf(sample())), 1):
            save(sheet.render(scale=2 * WIDTH / 960).to_pil(), f"{name}-{number}.png")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_ARGS)
        page = browser.new_page(viewport={"width": WIDTH, "height": WIDTH}, device_scale_factor=2)
        for name, sample in SAMPLES.items():
            show(page, deck_html(sample(), pictures=True))
            page.screenshot(path=IMAGES / "html.png", full_page=True)
            with Image.open(IMAGES / "html.png") as picture:
                save(picture, f"{name}-html.png")
        (IMAGES / "html.png").unlink()
        browser.close()


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


def save(picture: Image.Image, name: str) -> None:
    """Save a picture in few bytes."""
    small = picture.convert("RGB").resize(
        (WIDTH, round(picture.height * WIDTH / picture.width)), Image.Resampling.LANCZOS
    )
    small.quantize(COLOURS).save(IMAGES / name, optimize=True)


if __name__ == "__main__":
    main()
