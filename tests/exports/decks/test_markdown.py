"""A deck as Markdown says what its slides say, and nothing that looks like markup becomes any."""

from datetime import UTC, datetime
from decimal import Decimal

from markdown_it import MarkdownIt

from exports.decks.markdown import deck_markdown
from exports.decks.records import (
    Amount,
    Block,
    Brand,
    BulletsBlock,
    Cell,
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


def edition(*blocks: Block, approved: bool = False, **more) -> Edition:
    slide = Slide(**{"id": "s1", "title": "Day *1*", "blocks": blocks, **more})
    hidden = Slide(id="s2", title="MARK hidden", hidden=True)
    deck = Deck(title="Lisbon & <b>", slides=(slide, hidden))
    brand = Brand(language="de-DE", footer="1. Ada Travel")
    at = datetime(2027, 5, 3, tzinfo=UTC)
    return Edition(deck=deck, brand=brand, rev=3, at=at, approved=approved, pictures={})


def text(*paragraphs: tuple[Run, ...]) -> TextBlock:
    return TextBlock(id="t", paragraphs=paragraphs)


def test_a_draft_says_so_and_what_nobody_confirmed_too():
    draft = deck_markdown(edition(notes="MARK notes", origin="MARK origin", message_ids=("MARK",)))
    final = deck_markdown(edition(approved=True, confirmed=True))

    assert draft.startswith(
        "# Lisbon \\& \\<b\\>\n\nEntwurf v3, 3. Mai 2027\n\n## Day \\*1\\*\n\n*Vorschlag des Assistenten"
    )
    assert "Draft" not in final
    assert "Suggested" not in final
    assert final.endswith("---\n\n1\\. Ada Travel\n")
    assert "MARK" not in draft


def test_words_keep_their_looks_and_are_no_markup_of_their_own():
    runs = (
        Run("See "),
        Run("*the* tower ", bold=True),
        Run("now", italic=True, url="https://a.example/(x)"),
        Run("!"),
    )
    html = MarkdownIt("commonmark").render(deck_markdown(edition(text(runs, (Run("1. no list | # <b>"),)))))

    assert '<p>See <strong>*the* tower</strong> <em><a href="https://a.example/(x)">now</a></em>!</p>' in html
    assert "<p>1. no list | # &lt;b&gt;</p>" in html


def test_lists_keep_numbers_and_levels():
    items = (Item((Run("a"),), 1), Item((Run("b"),), 3, 4), Item((Run("- c"),), 0))
    made = deck_markdown(edition(BulletsBlock(id="b", items=items)))

    assert "- a\n    4. b\n- \\- c" in made


def test_tables_and_charts_have_their_numbers_as_the_language_writes_them():
    money = Cell(amount=Amount(Decimal("1240.50"), "EUR", 2))
    table = TableBlock(
        id="t", head=(Cell((Run("What"),)), Cell((Run("EUR"),))), rows=((Cell((Run("a | b"),)), money),)
    )
    chart = ChartBlock(id="c", categories=("May",), series=(Series("High", (Decimal(1240),)), Series("Low", (None,))))
    made = deck_markdown(edition(table, chart)).replace("\u00a0", " ")

    assert "| What | EUR |\n| --- | ---: |\n| a \\| b | 1.240,50 € |" in made
    assert "| High | Low |\n| --- | ---: | --- |\n| May | 1.240 |" in made


def test_figures_and_pictures_are_words():
    figures = FiguresBlock(
        id="f", figures=(Figure("Total", amount=Amount(Decimal(5), "EUR")), Figure("", "four nights"))
    )
    picture = PictureBlock(id="p", sha256="0" * 64, width=1, height=1, alt="A tram")
    made = deck_markdown(edition(figures, picture)).replace("\u00a0", " ")

    assert "**Total:** 5 €  \nfour nights\n\n*Bild: A tram*" in made
