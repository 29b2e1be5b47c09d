"""The links of a reply that searched the web, as its sources."""

import pytest

from services.sources import MAX_SOURCES, sources_in


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
    assert [(one.text, one.url) for one in sources_in(text)] == expected


def test_address_is_no_markdown():
    (source,) = sources_in("[a](<https://a.test/x y]()|<b>>)") or sources_in("[a](<https://a.test/x y](z>)")

    assert source.url is not None
    assert not set(source.url) & set(" ()[]<>|\\`")


def test_there_is_an_end_to_sources():
    assert len(sources_in(" ".join(f"https://a.test/{n}" for n in range(100)))) == MAX_SOURCES
