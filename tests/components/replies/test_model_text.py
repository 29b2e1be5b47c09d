"""Model text: what is made harmless, what stays as it is, and where it may be cut while it grows."""

import random
import re
import time
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from components.replies.model_text import _MAY_BE_SPECIAL, _SPECIAL, cuts, safe_markdown

REFEREE = MarkdownIt("commonmark").enable(["table", "strikethrough"])
WJ = "\u2060"


@pytest.mark.parametrize(
    ("written", "safe"),
    [
        ("about $2,000, or $400 each", r"about \$2,000, or \$400 each"),
        (r"about \$2,000", r"about \$2,000"),
        (r"\\$5", r"\\\$5"),
        ("$$\nx^2\n$$", "\\$\\$\nx^2\n\\$\\$"),
        ("| a | b |\n|---|:-:|\n| $5 | `$HOME` |", "| a | b |\n|---|:-:|\n| \\$5 | `$HOME` |"),
        ("> - costs $5", r"> - costs \$5"),
        (r"\(x^2\) and \[x\]", r"\(x^2\) and \[x\]"),
    ],
)
def test_money_stays_money(written: str, safe: str) -> None:
    assert safe_markdown(written) == safe


@pytest.mark.parametrize(
    "code",
    [
        "`echo $HOME :tada: ![x](y)`",
        "``a ` $b``",
        "```sh\necho $HOME\n\n![x](y) :red[x]\n```",
        "~~~~\n$5\n~~~\n$6\n~~~~",
        "- item\n\n  ```\n  $5\n  ```",
        "text\n\n    $5 in indented code",
        "``` not closed\n$5",
    ],
)
def test_code_stays_as_it_is(code: str) -> None:
    assert safe_markdown(code) == code


def test_dollar_after_a_backtick_without_partner_is_money() -> None:
    assert safe_markdown("a ` tick, $5 and ``two, $6") == r"a ` tick, \$5 and ``two, \$6"


def test_code_span_does_not_reach_over_a_paragraph_or_a_cell() -> None:
    assert safe_markdown("a ` b $5\n\nc ` d") == "a ` b \\$5\n\nc ` d"
    assert safe_markdown("| a | b |\n| - | - |\n| ` $5 | ` |") == "| a | b |\n| - | - |\n| ` \\$5 | ` |"


@pytest.mark.parametrize(
    ("written", "safe"),
    [
        ("![Alfama](https://e.org/a.png)", "[Alfama](https://e.org/a.png)"),
        ('![](https://e.org/a.png "t")', '[image](https://e.org/a.png "t")'),
        ("![Alfama][1]\n\n[1]: https://e.org/a.png", "[Alfama][1]\n\n[1]: https://e.org/a.png"),
        ("![1]\n\n[1]: https://e.org/a.png", "\\![1]\n\n[1]: https://e.org/a.png"),
        ("[![a](https://e.org/a.png)](https://e.org)", "[[a](https://e.org/a.png)](https://e.org)"),
        ("!![a](https://e.org/a.png)", r"\!\![a](https://e.org/a.png)"),
        (r"\![a](https://e.org/a.png)", r"\![a](https://e.org/a.png)"),
        ("Wow!", "Wow!"),
    ],
)
def test_image_becomes_a_link(written: str, safe: str) -> None:
    assert safe_markdown(written) == safe


@pytest.mark.parametrize(
    ("written", "safe"),
    [
        ("at 10:30:45", r"at 10\:30\:45"),
        (":red[sold out]", r"\:red[sold out]"),
        ("price:small now", r"price\:small now"),
        (":tada:", rf"\:{WJ}tada:"),
        (":100: and :+1:", rf"\:{WJ}100: and \:{WJ}+1:"),
        (r"\:tada:", rf"\:{WJ}tada:"),
        (":material/home:", rf"\:{WJ}material/home:"),
        (":streamlit:", rf"\:{WJ}streamlit:"),
        (":shimmer[wait]", r"\:shimmer[wait]"),
        ("::leaf[x]\n\n:::note\nx\n:::", "\\:\\:leaf[x]\n\n\\:\\:\\:note\nx\n\\:\\::"),
        ("Day 1: Alfama", "Day 1: Alfama"),
        ("a note[^1]\n\n[^1]: text", "a note\\[^1]\n\n\\[^1]: text"),
    ],
)
def test_what_only_streamlit_reads_becomes_text(written: str, safe: str) -> None:
    assert safe_markdown(written) == safe


@pytest.mark.parametrize(
    "text",
    [
        "<https://e.org/?a=$b:c>",
        "See https://e.org:8080/a?b=$c, and www.e.org:80.",
        "[a](https://e.org/a:b?c=$d)",
        '<span style="color:red">x</span> and<br>',
        "<div>\nprice: $5\n</div>",
        "# Head\n\n- a\n  - b\n\n1. c\n\n> q\n\n---\n\n**b** *i* ~~s~~",
    ],
)
def test_links_html_and_plain_markdown_stay(text: str) -> None:
    assert safe_markdown(text) == text


@pytest.mark.parametrize("name", ["mermaid", "Mermaid", "mermaid-x", "&#109;ermaid"])
def test_diagram_is_shown_as_its_source(name: str) -> None:
    source = 'flowchart\nA@{ img: "https://e.org/?secret" }\n```'

    assert safe_markdown(f"- ```{name}\n{source}".replace("\n", "\n  ")) == (
        f"- ```text\n{source}".replace("\n", "\n  ")
    )


def test_text_indented_as_a_whole_is_not_code() -> None:
    assert safe_markdown("    costs $5\n    ![x](y)") == "costs \\$5\n[x](y)"


# fmt: off
PIECES = [
    "a", "b c", "\n", "\n", "\n\n", "\n\n", "\n\n", "  ", "    ", "   ", "\t", "x\n\ny\n\n", "2024", "京", "\\",
    "- ", "* ", "1. ", "2) ", "10. ", "> ", "```", "````", "~~~", "# ", "---", "===", "***", "**B**", "_",
    "`", "``", "`x`", "$", "$5", "![", "![a](http://e/x)", "![a][b]", "!", "[", "]", "(", ")", "[b]: http://e/b\n",
    "[a](http://x/y)", "| x | y |\n| - | - |\n", "|", "<div>", "<!--", "-->", "<b>", "</b>", "<script>", "<br>",
    '<a href="`">', "<https://x.y/$z>", "https://x.y/a:b$c", ":red[x]", ":tada:", ":::", "10:30[x]", "[x]", "&#33;",
]
# fmt: on


def _made_up(number: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    return ["".join(chance.choices(PIECES, k=chance.randint(3, 25))) for _ in range(number)]


class _Images(HTMLParser):
    """Notes whether it saw an image."""

    seen = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen |= tag == "img"


def test_no_image_is_left_whatever_stands_around_it() -> None:
    for text in _made_up(2000, seed=1):
        html = _Images()
        html.feed(REFEREE.render(safe_markdown(text)))
        assert not html.seen, repr(text)


TEXTS = {
    "plan": "## Day 1\n\nWalk *up*.\n\n- a\n- b\n\n**Evening**\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\nDone.\n",
    "loose list": "- a\n\n- b\n\n  more\n\n- c\n\nend\n",
    "tight list": "- a\n- b\n\nend\n",
    "nested list": "1. a\n   - b\n\n     c\n   - d\n\n2. e\n\nend",
    "numbers go on": "1. a\n\npara\n\n2. b\n\n10) c\n\n2024 was\n",
    "stars": "* a\n\n**Bold** start\n\n* b\n\n***\n\nend\n",
    "rule after a list": "- a\n\n---\n\n- - -\n\nx\n",
    "list ends in a number": "1. a\n\n2\n",
    "fence": "a\n\n```py\nx\n\ny\n```\n\nb\n\n~~~~\n\n```\n\n~~~\n\n~~~~\n\nc\n",
    "longer fence": "````\n```\n\nx\n\n```\n\ny\n````\n\nz\n",
    "indented fence": "  ```\n  a\n\nb\n  ```\n\nc\n\nx\n   ```\n\nb\n```\n\nc\n",
    "fence in a list": "- a\n  ```\n  b\n\n  c\n  ```\n\nd\n\n1. x\n   ```\n   y\n\nz\n",
    "fence behind a list": "- a\n```\nb\n\nc\n```\n\nd\n\n10. a\n   ```\n\nc\n```\n",
    "fence in a quote": "> ```\n> a\n\n```\nb\n\nc\n```\n\nd\n",
    "not a list": "para\n2. x\n   ```\n\na\n   ```\n\nb\n",
    "formula": "a\n\n$$\nx\n\ny\n$$\n\nb\n",
    "setext": "Title\n===\n\nSub\n---\n\npara\n",
    "references": "See [one] and [two][1].\n\nMore.\n\n[one]: https://e.org\n[1]: https://e.org/2\n",
    "definition first": "[one]: https://e.org\n\nSee [one].\n\nMore.\n",
    "link that is none": "See [one](a b) there.\n\nMore.\n\n[one]: https://e.org\n",
    "links": "See [one](https://e.org/a_(b)) there.\n\nMore.\n\nEnd.\n",
    "quote": "> a\n\n> b\nlazy\n\nc\n",
    "indented code": "a\n\n    b\n\n    c\n\n2. d\n\ne\n",
    "html": "a\n\n<div>\n\n*b*\n\n</div>\n\nc\n",
    "html over blank lines": "a\n\n<!-- b\n\nc -->\n\n<pre>\n\nd\n\n</pre>\n\ne\n",
    "fence in html": "<div>\n```\n\na\n```\n\nb\n```\n\nc\n",
    "tag in a list": "- a\n<b>\n\n```\nc\n```\n",
    "spaces in blank lines": "a\n  \t\nb\n \nc\n",
    "wide space": "a\n\n\u3000b\n\nc\n",
    "blank start": "\n\na\n\nb\n",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
@pytest.mark.parametrize("change", [str, safe_markdown], ids=["as written", "made safe"])
def test_parts_drawn_one_below_the_other_look_like_the_whole(text: str, change: Callable[[str], str]) -> None:
    for length in range(len(text) + 1):
        for cut in cuts(text[:length]):
            _assert_same_look(text, cut, change)


def test_parts_look_like_the_whole_in_made_up_texts() -> None:
    found = 0
    for text in _made_up(1500, seed=2):
        places = {cut for length in range(len(text) + 1) for cut in cuts(text[:length])}
        found += len(places)
        for cut in places:
            _assert_same_look(text, cut, safe_markdown)
    assert found > 500


def _assert_same_look(text: str, cut: int, change: Callable[[str], str]) -> None:
    first, rest, whole = (_look(change(part)) for part in (text[:cut], text[cut:], text))
    assert first + rest == whole, repr((text[:cut], text[cut:]))


def _look(markdown: str) -> str:
    html = REFEREE.render(markdown.strip())  # Streamlit strips what it draws
    return re.sub(r"\s+(?=<|$)|(?<=>)\s+", "", html)


@pytest.mark.parametrize(
    ("name", "parts"),
    [("plan", 6), ("loose list", 2), ("fence", 5), ("stars", 5), ("links", 3), ("references", 1), ("quote", 3)],
)
def test_text_is_cut_where_it_can_be(name: str, parts: int) -> None:
    assert len(list(cuts(TEXTS[name]))) + 1 == parts


def test_cuts_of_a_growing_text_stay() -> None:
    for text in TEXTS.values():
        earlier: list[int] = []
        for length in range(len(text) + 1):
            now = list(cuts(text[:length]))
            assert now[: len(earlier)] == earlier
            earlier = now


@pytest.mark.parametrize(
    "piece",
    ["!", "![", ":", ":a", "[", "$", "`` ` ", '<a b="', "https://", "> ", "- a\n\n", "a [\n\n", "<!--", "*a_"],
)
@pytest.mark.parametrize("function", [safe_markdown, lambda text: list(cuts(text))], ids=["safe", "cuts"])
def test_time_grows_with_the_length_only(piece: str, function: Callable[[str], object]) -> None:
    def seconds(text: str) -> float:
        def once() -> float:
            begun = time.thread_time()
            function(text)
            return time.thread_time() - begun

        return min(once() for _ in range(2))

    text = piece * (4000 // len(piece))
    # Eight times the text: 8 if linear, 64 if quadratic.
    assert seconds(text * 8) < 24 * seconds(text) + 0.02


def test_whatever_is_special_begins_where_it_is_looked_for() -> None:
    rng = random.Random(1)
    pieces = [
        "`",
        "``",
        "\\",
        "\\:",
        "<b>",
        "</p>",
        "<http://a.b>",
        "![a](b)",
        "!",
        "[^1]",
        "$",
        ":",
        ":tada:",
        "10:30",
    ]
    pieces += [
        "http://a.b",
        "HTTPS://a",
        "hhttp://a",
        "www.a.b",
        "wWW.a",
        "wwww.a",
        "ſ",
        "K",
        " ",
        "\n",
        "word",
        "(",
        "|",
    ]
    for _ in range(5_000):
        text = "".join(rng.choices(pieces, k=8))
        begins = {found.start() for found in _SPECIAL.finditer(text)}

        assert begins <= {found.start() for found in _MAY_BE_SPECIAL.finditer(text)}, text
