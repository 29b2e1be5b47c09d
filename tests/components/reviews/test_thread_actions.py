"""A comment as it is quoted to the assistant."""

from datetime import UTC, datetime
from typing import Any

from components.reviews.thread_actions import quoted
from services.reviews.records import Comment, Thread

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)


def comment(text: str, **given: Any) -> Comment:
    usual: dict[str, Any] = {
        "id": 1, "name": "Anna", "text": text, "by_planner": False, "internal": False, "version": 1, "created_at": AT,
        "edited": False, "removed": False, "mine": False, "changeable": False, "new": False,
    }  # fmt: skip
    return Comment(**(usual | given))


def test_passage_and_what_was_said_are_quoted_line_by_line() -> None:
    answers = (comment("Which one?", name="Ada", by_planner=True), comment("The last"))
    thread = Thread(1, "7", "Walk up to the castle", None, comment("Too steep.\n\nReally."), answers, None)

    assert quoted(thread) == (
        "> Walk up to the castle\n\n> Anna: Too steep.\n>\n> Really.\n\n> Ada: Which one?\n\n> Anna: The last\n\n"
    )


def test_passage_that_stands_there_repeatedly_is_quoted_with_the_words_before_it() -> None:
    thread = Thread(1, "7", "tram", "Day 2: the", comment("Too steep."), (), None)

    assert quoted(thread).startswith("> tram (after “Day 2: the”)\n\n> Anna")


def test_what_only_colleagues_see_and_what_was_taken_back_is_not_quoted() -> None:
    answers = (comment("She is 80.", internal=True), comment("", removed=True))

    assert quoted(Thread(1, None, None, None, comment("Too steep."), answers, None)) == "> Anna: Too steep.\n\n"
