"""A session to export, made up of whatever text a test needs."""

from datetime import UTC, datetime, timedelta
from typing import Any

from exports.sessions.records import SavedMessage, SavedSession

BEGUN = datetime(2026, 5, 12, 12, 3, tzinfo=UTC)


def session(
    answer: str, question: str = "Five days in Lisbon?", author: str | None = None, **reply: Any
) -> SavedSession:
    """Return a session of one question and its answer, with an earlier answer that is not shown.

    *author* asks where it is not the planner whose session it is.
    """
    messages = [
        SavedMessage("1", "user", "complete", question, BEGUN, author=author),
        SavedMessage("2", "assistant", "complete", "Earlier answer", BEGUN, parent_id="1", model="openai/gpt-4o"),
        SavedMessage(
            "3",
            "assistant",
            **{"status": "complete", "model": "anthropic/claude", **reply},
            text=answer,
            created_at=BEGUN + timedelta(minutes=2),
            parent_id="1",
        ),
    ]
    return SavedSession(
        key="travelbot:7",
        title="Lisbon [in] May",
        planner="Ada Lovelace",
        model="openai/gpt-4o",
        created_at=BEGUN,
        last_message_at=BEGUN + timedelta(minutes=2),
        messages=messages,
        last_message_id="3",
    )
