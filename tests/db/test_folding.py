"""Search tokens are the same for what a person would call the same word."""

import pytest

from db.folding import terms, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Łódź", ["lodz"]),
        ("STRASSE Straße", ["strasse", "strasse"]),
        ("Ærø, São Tomé", ["aero", "sao", "tome"]),
        ("İstanbul", ["istanbul"]),
        ("去北京 3 days", ["去", "北", "京", "3", "days"]),
        ("とうきょうタワー", list("とうきょうタワー")),
        ("café", ["cafe"]),
        ("cafe\u0301", ["cafe"]),
        ("don't snake_case a-b", ["don", "t", "snake", "case", "a", "b"]),
        ('\'; DROP TABLE "x" :* & | !', ["drop", "table", "x"]),
        ("🎉 — …", []),
        ("กรุงเทพ", list("กรุงเทพ")),
    ],
)
def test_tokens_are_folded(text, expected):
    assert tokens(text) == expected


def test_terms_keep_what_was_typed_together_together():
    assert terms("北京 Łódź ---") == [["北", "京"], ["lodz"]]


def test_marks_without_end_are_cut_and_words_are_not():
    assert tokens("a" + "\u0301\u0323" * 20_000 + " b!" + "-" * 20_000 + "c") == ["a", "b", "c"]
    assert tokens("Ṩ\u0323\u0307 l\u0332i\u0332s\u0332b\u0332o\u0332n\u0332") == ["s", "lisbon"]
