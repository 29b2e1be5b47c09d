"""What cannot be shown is told with its slide."""

from dataclasses import replace

from exports.decks.problems import Problem, problems
from exports.decks.records import PictureBlock
from tests.helpers.deck_blocks import costs, edition, listed, slide, told

PICTURE = PictureBlock(id="picture", sha256="0" * 64, width=16, height=9, alt="A map")


def test_an_ordinary_deck_has_none():
    deck = edition(slide(told("Łódź 北京 🏝️ €"), costs(3), PICTURE), pictures={"0" * 64: b"png"})

    assert problems(deck) == ()


def test_letters_that_no_font_has_are_told_with_their_slide():
    deck = edition(slide(listed("\U00013000"), slide_id="a"), slide(told("\U00013000"), slide_id="b", hidden=True))

    assert problems(deck) == (
        Problem(
            "a",
            "These characters are drawn as boxes in the PDF, as no font has them:"
            " \U00013000 (U+13000, Egyptian hieroglyph a001).",
        ),
    )


def test_missing_pictures_and_pale_colours_are_told():
    deck = edition(slide(PICTURE, slide_id="a"))

    assert problems(deck) == (Problem("a", "A picture is missing: A map"),)
    (told_of_all,) = problems(
        replace(deck, deck=replace(deck.deck, slides=()), brand=replace(deck.brand, accent="#FFFF00"))
    )
    assert told_of_all.slide_id is None
