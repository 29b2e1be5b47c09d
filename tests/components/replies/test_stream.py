import pytest
from streamlit.testing.v1 import AppTest

import tests.helpers.app_test  # noqa: F401 - once for all
from components.replies.blocks import blocks, pieces
from components.replies.plain_text import NOTICE
from components.replies.steps import tool_words
from services.replies.live import LONGEST_INTERVAL_S, SHORTEST_INTERVAL_S, interval_s


def _script(texts: list[str], status: str, parts: list[tuple[str, str]], note: str | None) -> None:
    from datetime import timedelta
    from typing import Any

    import streamlit as st

    from components.replies.stream import ReplyStream
    from db.models import utc_now
    from services.message_status import MessageStatus
    from services.parts import read_part
    from services.replies.records import ReplySnapshot

    shown = tuple(read_part({"kind": kind, "text": text}) for kind, text in parts)
    snapshots = [ReplySnapshot(1, MessageStatus.RUNNING, text, shown, note) for text in texts]
    snapshots.append(ReplySnapshot(1, MessageStatus(status), texts[-1], shown, None))

    class Watch:
        def __init__(self) -> None:
            self.snapshot = snapshots.pop(0)

        def next(self, timeout_s: float) -> ReplySnapshot:
            st.session_state.asked = [*st.session_state.get("asked", []), timeout_s]
            return snapshots.pop(0) if snapshots else self.snapshot

    watch: Any = Watch()
    asked_at = utc_now() - timedelta(seconds=5)
    ended = ReplyStream(
        watch, st.container(), asked_at=asked_at, readers=lambda: 1, meanwhile=lambda _every_s: None
    ).follow()
    st.session_state.ended = str(ended.status)


def _follow(
    texts: list[str], status: str = "complete", parts: list[tuple[str, str]] | None = None, note: str | None = None
) -> AppTest:
    at = AppTest.from_function(
        _script, kwargs={"texts": texts, "status": status, "parts": parts or [], "note": note}
    ).run()
    assert not at.exception
    return at


def _drawn(at: AppTest) -> list[str]:
    return [element.value for element in at.markdown]


def test_the_text_is_drawn_block_by_block() -> None:
    long = "\n\n".join(f"Paragraph {number}: " + "words " * 60 for number in range(4))

    at = _follow(["", long[:100], long[:700], long[:900], long])

    assert _drawn(at) == [block.strip() for block in blocks(long)]
    assert len(_drawn(at)) == 4
    assert at.session_state["ended"] == "complete"


@pytest.mark.parametrize(
    "texts",
    [
        ["It costs `$5", "It costs `$5` or `$6` today"],
        ["See ![a map](http://x.y/z", "See ![a map](http://x.y/z.png) here"],
        ["At 10:", "At 10:30 we :ta", "At 10:30 we :tada: eat"],
    ],
    ids=["code", "image", "colons"],
)
def test_what_comes_later_may_change_how_the_beginning_is_written(texts: list[str]) -> None:
    whole = _follow([texts[-1]])

    assert _drawn(_follow(["", *texts])) == _drawn(whole)


def test_money_stays_money() -> None:
    assert _drawn(_follow(["From $5", "From $5 to $6"])) == [r"From \$5 to \$6"]


def test_another_text_at_the_end_takes_the_place_of_the_first() -> None:
    first = "\n\n".join("words " * 60 for _ in range(3))

    assert _drawn(_follow([first, "Something else."])) == ["Something else."]


COSTLY = "- " * 500 + "a"
LONG = "\n".join([COSTLY] * 20)


@pytest.mark.parametrize("texts", [["", "- - -", COSTLY, LONG], ["", LONG]], ids=["growing", "at once"])
def test_what_costs_a_browser_too_much_is_plain_text(texts: list[str]) -> None:
    at = _follow(texts)

    assert not _drawn(at)
    assert [element.value for element in at.text] == [piece.strip() for piece in pieces(LONG)]
    assert [line.value for line in at.caption] == [f":material/notes: {NOTICE}"]


def test_what_came_before_it_stays_markdown() -> None:
    plan = "\n\n".join(f"Day {number}: " + "**words** " * 60 for number in range(3)) + "\n\n"

    at = _follow(["", plan, plan + COSTLY[:-3], plan + COSTLY])

    assert _drawn(at) == [block.strip() for block in blocks(plan + COSTLY)[:-1]]
    assert [element.value for element in at.text] == [COSTLY]


def test_another_text_at_the_end_takes_the_place_of_plain_text_too() -> None:
    at = _follow([COSTLY, "Something else."])

    assert _drawn(at) == ["Something else."]
    assert not at.text


def test_costly_reasoning_is_plain_text() -> None:
    at = _follow(["", "Rome."], parts=[("reasoning", "Hm.\n\n"), ("reasoning", COSTLY)])

    assert [line.value for line in at.status[0].caption] == ["Hm.", f":material/notes: {NOTICE}"]
    assert [element.value for element in at.status[0].text] == [COSTLY]


def test_so_many_steps_are_drawn() -> None:
    at = _follow(["Rome."], parts=[("tool", "current_date")] * 300)

    assert len(at.status[0].caption) == 101
    assert at.status[0].caption[-1].value == "Only the first 100 steps are shown."


def test_an_end_without_a_word_leaves_nothing_but_the_end() -> None:
    at = _follow([""], status="failed")

    assert not at.markdown
    assert not at.caption
    assert at.session_state["ended"] == "failed"


def test_reasoning_folds_up_when_the_text_begins() -> None:
    at = _follow(["", "Rome."], parts=[("reasoning", "They like history."), ("tool", "current_date")])

    assert at.status[0].label == "Thought for 5 s"
    assert at.status[0].state == "complete"
    assert [line.value for line in at.status[0].caption] == [
        "They like history.",
        ":material/build: Looked up today's date",
    ]


def test_a_notice_is_a_quiet_line() -> None:
    at = _follow(["Rome."], parts=[("notice", "A new thread was begun.")])

    assert [line.value.replace("\\", "") for line in at.caption] == [":material/info: A new thread was begun."]
    assert not at.status


def test_updates_come_more_seldom_the_more_people_read() -> None:
    assert interval_s(1) == SHORTEST_INTERVAL_S
    assert interval_s(50) == pytest.approx(0.15)
    assert interval_s(10_000) == LONGEST_INTERVAL_S


def test_a_click_never_waits_long() -> None:
    at = _follow(["", "Rome.", "Rome. Athens."])

    assert max(at.session_state["asked"]) + LONGEST_INTERVAL_S < 0.41


def test_unknown_tools_are_named_in_words() -> None:
    assert tool_words("search_hotels*v2") == "Used “search hotels v2”"
