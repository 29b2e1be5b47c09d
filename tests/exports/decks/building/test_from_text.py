"""Markdown becomes slides: nothing is lost, numbers stay what they are, and nothing takes long."""

import re
import time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.decks.building.from_text import MAX_BUILT, Making, slides_of
from exports.decks.building.markdown import MAX_CHARS
from exports.decks.records import (
    Amount,
    BulletsBlock,
    ChartBlock,
    Deck,
    Slide,
    SlideKind,
    TableBlock,
    TextBlock,
    deck_text,
    plain_text,
    read_deck,
)
from exports.markdown_text import shown_text
from tests.helpers.built_decks import ids, texts
from tests.helpers.markdown import COSTLY, ORDINARY
from tests.helpers.naughty import STRINGS, joined

quickly = settings(max_examples=60, deadline=None, derandomize=True)


def made(text: str, language: str = "en-GB") -> tuple[Slide, ...]:
    slides = slides_of(text, "Answer", Making(ids(), "talk", "the session", language, ("7",)))
    deck = Deck(title="x", slides=slides)
    assert read_deck(deck_text(deck)).slides == slides or any(map(str.isspace, texts(slides)))
    return slides


def table(*rows: str) -> TableBlock:
    [slide] = made("\n".join([rows[0], "|---" * (rows[0].count("|") - 1), *rows[1:]]))
    block = slide.blocks[0]
    assert isinstance(block, TableBlock)
    return block


# What stands where


def test_a_heading_is_a_title_and_a_long_section_is_split_by_those_within_it():
    slides = made(
        "Hello.\n\n# Trip\n\nLead.\n\n" + "".join(f"## Day {n}\n\n- a{n}\n- b\n- c\n\n" for n in range(1, 6))
    )

    assert [slide.title for slide in slides] == ["Answer", "Trip", *(f"Day {n}" for n in range(1, 6))]
    assert [slide.origin for slide in slides] == ["talk:before", "talk:top", *(f"talk:day {n}" for n in range(1, 6))]
    assert all(slide.kind is SlideKind.PLAN and slide.message_ids == ("7",) for slide in slides)
    assert not any(slide.confirmed for slide in slides)


def test_a_short_section_is_one_slide_with_headings_in_it():
    [slide] = made("# Trip\n\nLead.\n\n## One\n\n- a\n\n## Two\n\n- b")

    assert [type(block) for block in slide.blocks] == [TextBlock, TextBlock, BulletsBlock, TextBlock, BulletsBlock]
    assert [block.heading for block in slide.blocks if isinstance(block, TextBlock)] == [False, True, True]


def test_what_is_said_in_a_few_lines_behind_the_days_is_one_slide_and_the_days_are_what_is_listed():
    days = "".join(f"## Day {n}: Belém\n\n- a{n}\n- b\n- c\n\n" for n in range(1, 6))
    after = (
        "## Costs\n\n| What | EUR |\n|---|---|\n| Hotel | €4 |\n\n## Season\n\nMild.\n\n## Assumed\n\n- One room\n"
    )
    slides = made(f"# Trip\n\nLead.\n\n{days}{after}")

    assert [slide.origin for slide in slides][-3:] == ["talk:day 5", "talk:costs", "talk:gathered"]
    assert slides[-1].title == "Good to know"
    assert texts(slides[-1:])[1:] == ["Season", "Mild.", "Assumed", "One room"]
    listed = slides[0].blocks[1]
    assert isinstance(listed, BulletsBlock)
    assert [plain_text(item.runs) for item in listed.items] == [f"Day {n}: Belém" for n in range(1, 6)]
    assert {item.runs[0].bold for item in listed.items} == {True}


def test_a_title_in_bold_is_a_heading_and_a_sentence_in_bold_is_none():
    slides = made("**Day 1: Belém**\n\n- a\n\n**Day 2**\n\n- b\n\n**Book now.**")

    assert [slide.title for slide in slides] == ["Day 1: Belém", "Day 2"]


def test_an_origin_stays_when_a_day_is_filled_otherwise():
    origins = [[slide.origin for slide in made(f"# Day 1: {place}\n\na\n\n# Day 2, Friday\n\nb")] for place in "XY"]

    assert origins[0] == origins[1] == ["talk:day 1", "talk:day 2"]


def test_two_of_one_name_have_two_origins():
    assert [slide.origin for slide in made("# Food\n\na\n\n# Food\n\nb")] == ["talk:food", "talk:food~2"]


def test_lists_keep_their_numbers_levels_and_what_is_no_point_in_them():
    [slide] = made("3. one\n4. two\n   - inner\n     - deep\n\n   |a|\n   |-|\n   |b|\n5. three\n\n- [ ] pack\n")
    first, block, second, third = slide.blocks

    assert isinstance(first, BulletsBlock)
    assert [(plain_text(item.runs), item.level, item.number) for item in first.items] == [
        ("one", 0, 3), ("two", 0, 4), ("inner", 1, None), ("deep", 2, None)
    ]  # fmt: skip
    assert isinstance(block, TableBlock)
    assert isinstance(second, BulletsBlock)
    assert second.items[0].number == 5
    assert isinstance(third, BulletsBlock)
    assert plain_text(third.items[0].runs) == "pack"


def test_links_lead_where_they_may_and_say_what_they_are_called():
    [slide] = made("See **[the *tower*](https://a.example/)**, [old](http://b.example).")
    [block] = slide.blocks

    assert isinstance(block, TextBlock)
    [runs] = block.paragraphs
    assert [(run.text, run.bold, run.italic) for run in runs if run.url] == [
        ("the ", True, False),
        ("tower", True, True),
    ]
    assert plain_text(runs) == "See the tower, old (http://b.example)."


def test_what_looks_like_html_stays_text_and_a_break_is_a_line():
    [slide] = made("<b>Hi</b><br>there & #panic($x$)")
    [block] = slide.blocks

    assert isinstance(block, TextBlock)
    assert [plain_text(runs) for runs in block.paragraphs] == ["<b>Hi</b>", "there & #panic($x$)"]


# Tables


def test_a_budget_has_amounts_a_total_and_a_chart():
    [slide] = made(
        "| What | Note | EUR |\n|---|---|---:|\n| Hotel | 4 × €122 | €488 |\n| Meals | | 1,570.50 |\n"
        "| Visits | €5 to €9 | included |\n| **Total** | without flights | **€2,058.50** |"
    )
    block, chart = slide.blocks

    assert slide.kind is SlideKind.BUDGET
    assert isinstance(block, TableBlock)
    assert block.total
    assert [row[2].amount for row in block.rows] == [
        Amount(Decimal(488), "EUR"), Amount(Decimal("1570.50"), "EUR", 2), None, Amount(Decimal("2058.50"), "EUR", 2)
    ]  # fmt: skip
    assert plain_text(block.rows[2][1].runs) == "€5 to €9"
    assert isinstance(chart, ChartBlock)
    assert chart.categories == ("Hotel", "Meals", "Visits")
    assert chart.series[0].values == (Decimal(488), Decimal("1570.50"), None)
    assert (chart.currency, chart.places) == ("EUR", 2)


def test_a_sum_proves_how_numbers_are_written():
    rows = "| a | 1.488 € |\n| b | 570 € |\n| **Kokku** | 2.058 € |"
    [slide] = made(f"| Mis | € |\n|---|---|\n{rows}", "en-GB")

    assert isinstance(slide.blocks[0], TableBlock)
    assert slide.blocks[0].total
    assert slide.blocks[0].rows[0][1].amount == Amount(Decimal(1488), "EUR")


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (["| Option | Price |", "| A | €100 |", "| B | €200 |", "| C | €300 |"], "no sum, though it would be one"),
        (["| Nights | N |", "| A | 1 |", "| Total | 3 |"], "no money"),
    ],
)
def test_a_last_row_that_is_no_sum_of_money_is_an_ordinary_one(rows, why):
    assert not table(*rows).total, why


def test_years_times_and_codes_stay_as_they_are_written():
    block = table("| Day | When | Code |", "| 1 | 10:00 | 007 |", "| 2 | 2027 | 1,240 |")

    assert not any(cell.amount for row in block.rows for cell in row)


@pytest.mark.parametrize(
    "rows",
    [
        "| 10:00 | €5 |\n| 13:00 | €6 |",  # over no words
        "| a | €5 |\n| a | €6 |",  # twice the same
        "| a | €5 |\n| b | $6 |",  # two currencies
        "| a | €5 |",
        "| a | 2 | x |\n| b | 3 | y |",
    ],
)
def test_no_chart_where_it_would_say_nothing(rows):
    columns = rows.split("\n")[0].count("|") - 1
    slides = made(f"|{' h |' * columns}\n|{'---|' * columns}\n{rows}")

    assert not [block for slide in slides for block in slide.blocks if isinstance(block, ChartBlock)]


def test_plain_numbers_make_a_chart_where_nothing_else_stands_beside_them():
    [slide] = made("| Month | High | Low |\n|---|---|---|\n| May | 22 | 15 |\n| June | 25.5 | 18 |")
    chart = slide.blocks[1]

    assert isinstance(chart, ChartBlock)
    assert [list(map(str, one.values)) for one in chart.series] == [["22", "25.5"], ["15", "18"]]
    assert chart.currency is None


# Whatever is written

word = st.text("abcdefghij", min_size=2, max_size=6)
line = st.lists(word, min_size=1, max_size=6).map(" ".join)
money = st.tuples(st.integers(0, 9_999_999), st.sampled_from([0, 2]), st.sampled_from("€£"))


def written(amount: tuple[int, int, str]) -> str:
    value, places, sign = amount
    return f"{sign}{Decimal(value).scaleb(-places):,.{places}f}"


piece = st.one_of(
    st.builds(lambda level, text: "#" * level + " " + text, st.integers(1, 6), line),
    line,
    st.builds("**{}** and *{}*\n{}".format, line, line, line),
    st.builds("**{}**".format, line),
    st.lists(line, min_size=1, max_size=4).map(lambda texts: "\n".join(f"- {text}\n  1. {text}" for text in texts)),
    st.builds("> {}\n>\n> - {}".format, line, line),
    st.builds("```\n{}\n\n{}\n```".format, line, line),
    st.just("---"),
    st.builds("[{}](https://a.example/)".format, line),
    st.lists(st.tuples(line, money, line), min_size=1, max_size=5).map(
        lambda rows: (
            "| aa | bb | cc |\n|---|---:|---|\n" + "\n".join(f"| {a} | {written(b)} | {c} |" for a, b, c in rows)
        )
    ),
)


@quickly
@given(st.lists(piece, max_size=25))
def test_every_word_is_on_the_slides_in_its_order(pieces):
    text = "\n\n".join(pieces)
    said = iter(re.findall("[a-z]{2,}", " ".join(texts(made(text)))))

    assert all(any(word == other for other in said) for word in re.findall("[a-z]{2,}", shown_text(text)))


@quickly
@given(st.lists(st.tuples(line, money), min_size=1, max_size=8), st.booleans(), st.sampled_from(["en-GB", "de-DE"]))
def test_an_amount_of_a_table_has_its_value_in_the_slides_table_or_is_the_same_words(rows, continental, language):
    def shown(amount: tuple[int, int, str]) -> str:
        text = written(amount)
        return f"{text[1:].translate(str.maketrans(',.', '.,'))} {text[0]}" if continental else text

    lines = [f"| {what} | {shown(amount)} |" for what, amount in rows]
    [slide] = made("\n".join(["| What | Price |", "|---|---|", *lines]), language)
    block = slide.blocks[0]

    assert isinstance(block, TableBlock)
    for row, (what, amount) in zip(block.rows, rows, strict=True):
        value, places, sign = amount
        assert plain_text(row[0].runs) == what
        if row[1].amount is None:
            assert plain_text(row[1].runs) == shown(amount)
            assert continental == (language == "en-GB"), "its own language is always read"
        else:
            assert row[1].amount == Amount(Decimal(value).scaleb(-places), {"€": "EUR", "£": "GBP"}[sign], places)


@pytest.mark.parametrize(
    "kind",
    ["wide table of short rows", "items within each other", "emphasis without end", "paragraphs", "brackets",
     "headings", "a megabyte of words", "plan of 4,000 words with ten tables", "200 headings", "table of 500 rows"],
)  # fmt: skip
def test_no_text_takes_long(kind):
    begun = time.thread_time()
    slides = made({**COSTLY, **ORDINARY}[kind])

    assert time.thread_time() - begun < 5
    assert 0 < len(slides) <= MAX_BUILT


@pytest.mark.parametrize(
    "text",
    ["*a **b " * 900 + "b** c* " * 900, "- " * 15 + "deep", "a" + "\u0301\u0327" * 50_000, "# " + "long " * 5_000,
     "# \u200b\n\n# \n\n#", "| |\n|-|\n| |", "| a |\n|-|", "|" + "a|" * 30 + "\n|" + "-|" * 30 + "\n|" + "€5|" * 30,
     "| a | b |\n|-|-|\n" + f"| {'x' * 5_000} | €5 |\n" * 2, f"| a | € |\n|-|-|\n| b | {'9' * 40} |", 
     "\x00\ud800\ufffe", "[a](https://x.example/" + "y" * 3_000 + ")", "1000000000. a", "- a\n" * 450, "a  \n" * 450],
    ids=range(15),
)  # fmt: skip
def test_hostile_text_makes_a_deck(text):
    made(text)


def test_naughty_strings_make_a_deck():
    for text in joined(STRINGS, 10):
        made(f"# {text}\n\n{text}\n\n| {text} | € |\n|---|---|\n| {text} | {text} |")


def test_what_is_left_out_is_told():
    many = made("".join(f"# Part {n}\n\nword\n\n" for n in range(MAX_BUILT + 5)))
    long = made("word " * (MAX_CHARS // 5 + 5))

    assert len(many) == MAX_BUILT
    assert texts(many)[-1] == "5 more slides are left out here. What they say is in the session."
    assert texts(long)[-1] == "The text is longer: the rest is in the session."
