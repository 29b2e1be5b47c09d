import pytest

from services.sessions.matches import matched_parts


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("Łódź in May", "lodz", ["Łódź"]),
        ("three days in Lisbon, Lisboa", "LIS day", ["day", "Lis", "Lis"]),
        ("don’t miss Straße x", "strasse", ["Straße"]),
        ("e\u0301te\u0301 here", "ete", ["e\u0301te\u0301"]),
        ("北京旅行", "京旅", ["京", "旅"]),
        ("Malisbon", "lis", []),
        ("anything", "  ", []),
    ],
)
def test_what_a_search_found_is_marked_as_it_is_written(text: str, query: str, marked: list[str]) -> None:
    parts = list(matched_parts(text, query))

    assert [part for part, matched in parts if matched] == marked
    assert "".join(part for part, _ in parts) == text
