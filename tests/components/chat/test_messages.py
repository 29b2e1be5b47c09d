"""What a browser may spend on the replies of a conversation."""

from datetime import UTC, datetime

from components.chat.messages import budgets_ms
from components.replies.blocks import REPLY_MS, STRETCH_MS, affordable
from services.message_status import MessageStatus
from services.parts import Part, ReasoningPart
from services.sessions.records import MessageView
from tests.helpers.markdown import ORDINARY

AT = datetime(2026, 5, 1, tzinfo=UTC)
COSTLY = "# Head\n\n" * 5000


def _message(number: int, text: str, role: str = "assistant", *parts: Part) -> MessageView:
    nothing = {"model": None, "input_tokens": None, "output_tokens": None, "first_text_s": None, "duration_s": None}
    more = {"error_code": None, "error_text": None, "retry_of": None, "created_at": AT}
    return MessageView(number, 1, None, role, MessageStatus.COMPLETE, text, parts, **nothing, **more)  # type: ignore[arg-type]


def test_latest_replies_are_drawn_first_and_all_of_them_have_a_limit() -> None:
    number = int(STRETCH_MS / REPLY_MS)
    messages = [_message(at, COSTLY, "assistant" if at % 2 else "user") for at in range(4 * number)]

    budgets = budgets_ms(messages)

    assert list(budgets) == [message.id for message in reversed(messages) if message.role == "assistant"]
    assert list(budgets.values()) == [REPLY_MS] * number + [0.0] * number


def test_reasoning_counts_too() -> None:
    budgets = budgets_ms(
        [_message(1, "Hi."), *(_message(at, "", "assistant", ReasoningPart(COSTLY)) for at in range(2, 9))]
    )

    assert budgets[1] == 0


def test_fifteen_long_plans_stay_markdown() -> None:
    plan = ORDINARY["plan of 4,000 words with ten tables"]

    budgets = budgets_ms([_message(at, plan) for at in range(15)])

    assert all(affordable(plan, budget).plain == "" for budget in budgets.values())
