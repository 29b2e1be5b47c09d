import random

from components.replies.blocks import affordable, blocks, pieces

_PIECES = (
    "# Title\n\n",
    "Some words about $5. ",
    "\n\n",
    "- one\n",
    "- two\n\n",
    "1. x\n\n",
    "```py\ncode\n\nmore\n```\n\n",
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n",
    "[a](http://x.y) ",
    "<b>x</b>\n\n",
    "word " * 30,
    "\n",
    "    indented\n\n",
    "> quote\n\n",
)


def _arriving(text: str, chance: random.Random) -> list[str]:
    """Return the blocks that a reader who asks again and again ends up with."""
    done, end, found = 0, 0, []
    while end < len(text):
        end = min(len(text), end + chance.randint(1, 40))
        *whole, _open = blocks(text[done:end])
        found += whole
        done += sum(map(len, whole))
    return [*found, text[done:]]


def test_blocks_are_the_same_while_the_text_arrives_and_afterwards() -> None:
    chance = random.Random(7)
    for _ in range(300):
        text = "".join(chance.choice(_PIECES) for _ in range(chance.randint(3, 40)))

        assert _arriving(text, chance) == blocks(text)


def test_blocks_joined_are_the_text() -> None:
    text = "\n\n".join(f"Paragraph {number}. " + "words " * 40 for number in range(9))

    assert "".join(blocks(text)) == text
    assert len(blocks(text)) > 2


def test_short_paragraphs_share_a_block() -> None:
    assert blocks("# Rome\n\nOne line.\n\nAnother.") == ["# Rome\n\nOne line.\n\nAnother."]


def test_carriage_returns_are_gone() -> None:
    assert blocks("One\r\nTwo") == ["One\nTwo"]


def test_what_a_browser_cannot_afford_is_left_and_nothing_is_lost() -> None:
    paragraph = "Some *words*. " * 40 + "\n\n"
    text = paragraph * 20

    drawn, plain, spent_ms = affordable(text, 50)

    assert drawn == blocks(text)[: len(drawn)]
    assert 1 < len(drawn) < 20
    assert "".join(drawn) + plain == text
    assert spent_ms == 50
    assert affordable(text, 0) == ([], text, 0)
    assert affordable("", 100)[:2] == ([""], "")


def test_pieces_of_plain_text_stay_while_it_grows() -> None:
    chance = random.Random(3)
    for words in ("word ", "line\n", "w"):
        text = "".join(words * chance.randint(1, 300) for _ in range(100))
        for _ in range(50):
            part = text[: chance.randint(0, len(text))]
            whole = pieces(part)[:-1]
            assert pieces(text)[: len(whole)] == whole
        assert "".join(pieces(text)) == text
        assert max(map(len, pieces(text))) <= 4000
