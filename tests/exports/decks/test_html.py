"""A deck's HTML: everything is there, escaped and without a script, and in Chromium it stays where it belongs."""

from html.parser import HTMLParser

import pytest

from exports.decks.html import DeckHtml, deck_html
from exports.decks.pages import pages
from exports.decks.records import BulletsBlock, ChartBlock, Item, PictureBlock, Run, Series, TextBlock
from tests.helpers import decks
from tests.helpers.deck_pictures import show
from tests.helpers.hostile import TEXTS

_RUNS_OUT = """() => [...document.querySelectorAll(".travelbot-deck")].flatMap(
  section => [section, ...section.querySelectorAll(".box, .figure, th, td")].filter(
    one => one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1
  ).map(one => `${section.dataset.slide}/${one.dataset.block}: ${one.textContent.slice(0, 40)}`)
)"""


class Reader(HTMLParser):
    """What a browser would make of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)


def read(deck: DeckHtml) -> Reader:
    return Reader("".join(slide.html for slide in deck.slides))


@pytest.mark.parametrize("name", decks.SAMPLES)
def test_each_page_is_a_section_with_its_title_and_its_blocks(name):
    edition = decks.SAMPLES[name]()
    found = read(deck_html(edition))
    laid_out = pages(edition)

    sections = [values["data-slide"] for tag, values in found.tags if tag == "section"]
    assert sections == [page.slide.id for page in laid_out]
    assert [values["data-block"] for _, values in found.tags if "data-block" in values] == [
        placed.block.id for page in laid_out for placed in page.placed
    ]
    assert sum(tag == "h2" for tag, _ in found.tags) == len(laid_out)
    for page in laid_out:
        assert page.title in found.text
    assert decks.PRIVATE not in found.text


def test_slide_of_several_pages_is_one_slide():
    made = deck_html(decks.status())

    assert len({slide.slide_id for slide in made.slides}) == len(made.slides)
    assert any(slide.html.count("<section") == 3 for slide in made.slides)


@pytest.mark.parametrize("text", TEXTS)
def test_hostile_text_is_only_text(text):
    text = text.replace("\x00", "")  # no record holds it
    chart = ChartBlock(id="chart", categories=(text or "a",), series=(Series(text, (None,)),), alt=text)
    edition = decks.one(
        decks.text("text", text), BulletsBlock(id="list", items=(Item((Run(text),)),)), chart, title=text[:60]
    )
    found, plain = read(deck_html(edition)), read(deck_html(decks.one(decks.text("text", "a"))))

    assert {tag for tag, _ in found.tags} <= {tag for tag, _ in plain.tags} | {
        *("ul", "li", "span", "svg", "title", "rect", "path", "text"),
    }
    assert not any(name.startswith("on") for _, values in found.tags for name in values)


def test_links_go_to_the_web_and_to_mailboxes_only():
    runs = (Run("a", url="https://a.example/?b=1&c=%22"), Run("b", url="javascript:alert(1)"), Run("c", bold=True))
    found = read(deck_html(decks.one(TextBlock(id="a", paragraphs=(runs,)))))

    links = [values for tag, values in found.tags if tag == "a"]
    assert [link["href"] for link in links] == ["https://a.example/?b=1&c=%22"]
    assert links[0]["rel"] == "noopener noreferrer"
    assert ("strong", {}) in found.tags


def test_chart_has_a_title_and_its_numbers():
    found = read(deck_html(decks.lisbon()))

    assert "Bars: hotel €1,840.50" in found.text
    assert "-€120.25" in found.text


def test_chart_is_a_picture_where_no_svg_may_be():
    found = read(deck_html(decks.lisbon(), svg=False))

    (chart,) = [values for tag, values in found.tags if tag == "img"]
    assert chart["alt"].startswith("Bars: hotel €1,840.50")
    assert chart["src"].startswith("data:image/svg+xml;base64,")


def test_pictures_are_in_it_only_where_asked():
    without, with_them = (read(deck_html(decks.lisbon(), pictures=asked)) for asked in (False, True))

    assert not [tag for tag, _ in without.tags if tag == "img"]
    assert "Picture: The Tejo under the bridge" in without.text
    pictures = [values for tag, values in with_them.tags if tag == "img"]
    assert "The Tejo under the bridge" in [picture["alt"] for picture in pictures]
    assert all(
        picture["src"].startswith(("data:image/jpeg;base64,", "data:image/png;base64,")) for picture in pictures
    )


def test_missing_picture_is_told():
    block = PictureBlock(id="p", sha256="0" * 64, width=4, height=3, alt='The "old" harbour')

    assert 'Picture missing: The "old" harbour' in read(deck_html(decks.one(block), pictures=True)).text


def test_style_sheet_holds_for_decks_alone():
    css = deck_html(decks.lisbon()).css

    rules = [rule.split("{")[0].strip() for rule in css.split("}") if rule.strip()]
    assert all(rule.startswith(".travelbot-deck") for rule in rules)
    assert "url(" not in css
    assert "@" not in css


@pytest.mark.browser
def test_every_block_is_drawn_within_its_box_as_slide_and_as_thumbnail(page):
    for sample in decks.SAMPLES.values():
        show(page, deck_html(sample(), pictures=True))
        families = page.evaluate("[...document.fonts].filter(one => one.status == 'loaded').map(one => one.family)")
        assert families  # not some font of this machine
        for width in (1280, 240):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate(_RUNS_OUT) == []
    page.set_viewport_size({"width": 1280, "height": 800})
