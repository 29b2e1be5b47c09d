"""Where a link leads: to the server that the planner is on, whatever its path."""

import pytest

from components.reviews.addresses import address_of


@pytest.mark.parametrize(
    ("page_url", "page", "address"),
    [
        ("http://localhost:8501", "", "http://localhost:8501/review?link=T"),
        ("http://localhost:8501/", "", "http://localhost:8501/review?link=T"),
        ("https://a.example/reviews", "reviews", "https://a.example/review?link=T"),
        ("https://a.example/travel/", "", "https://a.example/travel/review?link=T"),
        ("https://a.example/travel/reviews", "reviews", "https://a.example/travel/review?link=T"),
        ("https://a.example/reviews/reviews", "reviews", "https://a.example/reviews/review?link=T"),
        ("https://a.streamlit.app/~/+/", "", "https://a.streamlit.app/review?link=T"),
    ],
)
def test_address_keeps_the_path_of_the_app(page_url: str, page: str, address: str) -> None:
    assert address_of("T", page_url=page_url, page=page) == address
