"""The links of a reply that searched the web, as its sources."""

import time

import pytest

from services.replies.sources import MAX_SOURCES, sources_in


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("No links.", []),
        ("See [Visit Portugal](https://www.visitportugal.com/).", [("Visit Portugal", "https://www.visitportugal.com/")]),
        ("See https://a.test/x. And (https://b.test/y_(z)).", [("a.test", "https://a.test/x"), ("b.test", "https://b.test/y_(z)")]),
        ("<https://a.test/x>", [("a.test", "https://a.test/x")]),
        ("[1](https://a.test) again [A](https://A.test/#part)", [("A", "https://a.test")]),
        ("https://a.test then [A](https://a.test)", [("A", "https://a.test")]),
        ("| a |\n|---|\n| [T](https://t.test) |", [("T", "https://t.test")]),
        ("[a][1]\n\n[1]: https://r.test/", [("a", "https://r.test/")]),
        ("![image](https://i.test/a.png) and [![x](https://i.test/b.png)](https://l.test)", [("l.test", "https://l.test")]),
        ("`https://code.test` and\n\n```\nhttps://fence.test\n```", []),
        ("[a](javascript:alert(1)) [b](ftp://f.test) [c](//x.test) [d](mailto:a@b.test) [e](data:text/html,x)", []),
        ("[a](https://user:pass@evil.test/)", []),
        ("http://[broken", []),
    ],
)  # fmt: skip
def test_links_become_sources(text, sources):
    expected = [(title, url.replace("(", "%28").replace(")", "%29")) for title, url in sources]
    assert [(one.title, one.url) for one in sources_in(text)] == expected


def test_address_is_no_markdown():
    (source,) = sources_in("[a](<https://a.test/x y]()|<b>>)") or sources_in("[a](<https://a.test/x y](z>)")

    assert source.url is not None
    assert not set(source.url) & set(" ()[]<>|\\`")


def test_there_is_an_end_to_sources():
    assert len(sources_in(" ".join(f"https://a.test/{n}" for n in range(100)))) == MAX_SOURCES


TABLES = ("a|b" * 300 + "\n" + "-|-" * 300 + "\n" + "b\n" * 300 + "\n") * 80


def test_text_that_a_parser_finds_costly_is_searched_for_addresses_only() -> None:
    begun = time.process_time()
    found = sources_in(f"See [the site](https://a.example/x) and https://b.example/y.\n\n{TABLES}")

    assert [part.url for part in found] == ["https://a.example/x", "https://b.example/y"]
    assert time.process_time() - begun < 10  # a parser needs more than a minute


def test_marks_without_end_behind_an_address_are_no_part_of_it() -> None:
    begun = time.process_time()

    assert [one.url for one in sources_in("https://a.example/" + ")" * 200_000)] == ["https://a.example/"]
    assert sources_in("https://a.example/" + "a" * 200_000) == []
    assert time.process_time() - begun < 10
