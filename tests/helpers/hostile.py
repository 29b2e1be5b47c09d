"""What stands where something else should, in files that nobody should upload."""

from typing import Any

NO_TEXT: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1.5,
    2**31,
    2**53,
    2**63,
    10**30,
    float("nan"),
    float("inf"),
    [],
    {},
    [[]],
    {"a": {}},
)
BYTES = (
    "", " ", "\x00", "a\x00b\x07c", "\ud83d", "a\udc00b", "a\r\nb\u2028c", "\u202e\ufeff\U000e0001", "x" * 3_000,
    "1" * 400, '"\\ud800"', "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59",
    "1969-12-31T23:59:59Z", "2999-01-01T00:00:00+14:00", "10000-01-01T00:00:00Z", "openai/\x00",
    "http://a.example/\x00", "http://\ud800.example/", "%s {0} \\",
)  # fmt: skip
KINDS = ("user", "assistant", "running", "source", "reasoning", "tool", "openai/gpt-4o")
WORDS = (
    "true", "1", "-1", "1e999", "null", "[" * 300, "{\"a\": 1e999}", "NaN", "2026-02-30T00:00:00Z",
    "2026-05-12T12:03:00", "o p/e n", "/",
    "http://[", "http://[::1]:99999/", "http://a\nb/![x](https://e.example/p.png)", "https://a.example/\t) ![x](y)",
    "http://\u2100.example/", "http://user:word@a.example/", "javascript:alert(1)", "data:text/html,x",
    "https://a.example/" + "x" * 3_000, "](https://e.example) ![x](//y)",
    "$x$ <script>alert(1)</script> :tada: `", "=HYPERLINK(1)", "../../etc/passwd", "travelbot:1",
)  # fmt: skip
TEXTS = (*KINDS, *BYTES, *WORDS)
# For every field: what some field takes, and what is worst.
EVERYWHERE: tuple[object, ...] = (
    *KINDS,
    False,
    [],
    None,
    2**63,
    NO_TEXT[-6],
    "a\x00b\x07c",
    "\ud83d",
    "0001-01-01T00:00:00Z",
)
FOR_A_DATABASE = (*NO_TEXT, *KINDS, *BYTES)  # what one kind of database may keep otherwise than another
HOSTILE = (*NO_TEXT, *TEXTS)
