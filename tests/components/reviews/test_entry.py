"""What comes on a link is on the planner's screen within five seconds, also on the first."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from components import waking
from components.reviews import entry
from services.reviews import live


def test_page_and_watch_look_often_enough() -> None:
    assert waking.LOOK_EVERY_S + live.LOOK_EVERY_S < 5


def test_page_waits_for_a_first_link_that_comes_between_the_sidebar_and_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    numbers: Iterator[int | None] = iter([None])  # what the watch says: to the sidebar nothing, then 7
    watch = SimpleNamespace(planner=lambda user_id: next(numbers, 7))
    waits: list[int] = []
    monkeypatch.setattr(entry, "get_services", lambda: SimpleNamespace(review_watch=watch))
    monkeypatch.setattr(entry, "_entry", lambda place, number: None)
    monkeypatch.setattr(entry, "_wait_for_the_first", waits.append)

    entry.reviews_entry(user_id=1)
    entry.follow_reviews(user_id=1)

    assert waits == [1]
