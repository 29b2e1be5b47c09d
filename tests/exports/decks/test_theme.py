"""Whatever colours a brand has, words on them can be read."""

import pytest

from exports.decks.records import Brand
from exports.decks.theme import READABLE, contrast, contrast_problems, theme


@pytest.mark.parametrize("primary", ["#1F3A4D", "#FFFF00", "#777777", "#000000", "#ffffff", "#B5532A"])
def test_letters_can_be_read_on_every_colour(primary):
    look = theme(Brand(primary=primary, accent=primary))

    assert contrast(look.on_primary, look.primary) >= READABLE
    assert contrast(look.title, look.ground) >= READABLE
    assert contrast(look.link, look.tint) >= READABLE
    assert contrast(look.ink, look.tint) >= READABLE
    assert contrast(look.pale, look.ground) >= READABLE


def test_a_pale_colour_is_told():
    assert contrast_problems(Brand()) == ()
    (told,) = contrast_problems(Brand(primary="#ffff00"))
    assert told == (
        "The main colour #FFFF00 is hard to read on white (contrast 1.1, at least 4.5 is needed), so titles are dark"
        " instead."
    )


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)
