"""What cannot be shown is told with its slide."""

from dataclasses import replace

from exports.decks.problems import Problem, problems
from exports.decks.records import Cell, PictureBlock
from tests.helpers.deck_blocks import costs, edition, euros, listed, said, slide, told

PICTURE = PictureBlock(id="picture", sha256="0" * 64, width=16, height=9, alt="A map")


def test_an_ordinary_deck_has_none():
    table = costs(4)  # 0.50 and 1.50 and 2.50 are no 3.50
    right = replace(table, rows=(*table.rows[:3], (*table.rows[3][:2], euros("4.50"))))
    deck = edition(slide(told("Łódź 北京 🏝️ €"), right, PICTURE), pictures={"0" * 64: b"png"})

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


def test_a_total_that_is_not_what_the_rows_above_it_add_up_to_is_told():
    words = replace(costs(4), rows=(costs(4).rows[0], (Cell(), Cell(), Cell(said("free"))), *costs(4).rows[2:]))

    assert problems(edition(slide(costs(4), slide_id="a"), slide(words, slide_id="b"))) == (
        Problem("a", "The total of “Cost” is €3.50, but the rows above it add up to €4.50."),
    )
    assert problems(edition(slide(replace(costs(4), total=False)))) == ()
