"""Text is measured as the twins of Office's fonts draw it, and breaks where every program may break it."""

import pytest

from exports.decks.measure import Measure, can_draw, cut
from exports.decks.records import Font, Run, plain_text


@pytest.mark.parametrize(
    ("font", "width"),  # of the letter in Arial, Times New Roman and Calibri themselves, in 2,048ths
    [(Font.ARIAL, 1366), (Font.TIMES, 1479), (Font.CALIBRI, 1185)],
)
def test_the_twins_have_the_widths_of_the_fonts_they_stand_for(font, width):
    assert Measure(font).width("A") == pytest.approx(width / 2048, abs=0.001)


def test_lines_break_at_spaces_and_inside_words_that_are_too_long():
    measure = Measure(Font.ARIAL)
    text = "Two nights, WWWWWWWWWWWWWWWWWWWW\nat the quay"
    starts = measure.starts((Run(text),), 10, 100)

    lines = [text[a:b] for a, b in zip(starts, [*starts[1:], None], strict=True)]
    assert "".join(lines) == text
    assert lines[0] == "Two nights, "
    assert lines[-1] == "at the quay"
    assert all(measure.width(line.strip()) * 10 <= 100 for line in lines)
    assert measure.lines((Run(text),), 10, 100) == len(lines) == 4


def test_a_word_of_two_looks_is_one_word_and_amounts_stay_whole():
    measure = Measure(Font.ARIAL)

    assert measure.starts((Run("a 1\xa0240\xa0", bold=True), Run("EUR")), 10, 30) == [0, 2, 8]
    assert measure.lines((), 10, 100) == measure.lines((Run(""),), 10, 100) == 1


def test_chinese_breaks_anywhere_and_letters_of_other_fonts_are_measured():
    measure = Measure(Font.ARIAL)

    assert measure.width("北京") == pytest.approx(2)
    assert measure.lines((Run("北京" * 10),), 10, 50) == 4
    assert measure.starts((Run("北京北京。北京「京"),), 10, 41) == [0, 3, 7]  # no line begins with 。 or ends with 「
    assert 0 < measure.width("العربية") < 7
    assert measure.width("\u200b\ufe0f") == 0


def test_long_words_can_be_given_places_to_break():
    told = Measure(Font.ARIAL).breakable("Short " + "W" * 30, 10, 100)

    assert told.startswith("Short W\u200bW")
    assert told.replace("\u200b", "") == "Short " + "W" * 30


def test_what_is_too_long_for_its_lines_ends_in_an_ellipsis():
    measure = Measure(Font.ARIAL)

    assert measure.shortened("Two nights at the quay", 10, 100) == "Two nights at the…"
    assert measure.shortened("Two nights at the quay", 10, 100, 2) == "Two nights at the quay"


def test_runs_are_cut_with_their_looks_and_a_line_break_is_not_doubled():
    runs = (Run("Two ", bold=True), Run("nights\n"), Run("here", url="https://example.com"))

    for at in range(16):
        before, after = cut(runs, at)
        assert (plain_text(before) + plain_text(after)).replace("\n", "") == "Two nightshere"
    assert cut(runs, 11) == ((runs[0], Run("nights")), (runs[2],))


def test_what_no_font_has_cannot_be_drawn():
    assert all(can_draw(char, Font.CAMBRIA) for char in "Ł€北ق✓🏝 \n\u200d\ufe0f")
    assert not can_draw("𓀀", Font.ARIAL)
