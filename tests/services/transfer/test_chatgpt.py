"""Conversations as ChatGPT exports them, odd ones too, become sessions. Made up for these tests."""

import json
from datetime import UTC, datetime

import pytest

from services.errors import InvalidInputError
from services.transfer.chatgpt import read_conversation
from services.transfer.import_file import sources
from tests.helpers.chatgpt import AT, conversation, node


def test_a_plain_conversation():
    saved = read_conversation(
        conversation(
            node("root", None),
            node("s", "root", "system", "", metadata={"is_visually_hidden_from_conversation": True}),
            node("q", "s", "user", "Five days in Lisbon? 🇵🇹"),
            node("a", "q", "assistant", "Gladly. 🚋", metadata={"model_slug": "gpt-4o"}, create_time=AT + 60),
        )
    )

    assert (saved.key, saved.title, saved.last_message_id) == ("chatgpt:c-1", "Lisbon", "a")
    assert [(one.id, one.parent_id, one.role, one.text, one.model) for one in saved.messages] == [
        ("q", None, "user", "Five days in Lisbon? 🇵🇹", None),
        ("a", "q", "assistant", "Gladly. 🚋", "openai/gpt-4o"),
    ]
    assert saved.messages[0].created_at == datetime(2023, 11, 14, 22, 13, 20, 500_000, UTC)
    assert saved.last_message_at == datetime(2023, 11, 14, 22, 14, 20, 500_000, UTC)


def test_versions_are_kept_and_the_path_shown_is_the_one_that_was_shown():
    nodes = [
        node("q1", None, "user", "Rome?"),
        node("a1", "q1", "assistant", "Yes."),
        node("a2", "q1", "assistant", "Certainly.", create_time=AT + 10),
        node("q2", None, "user", "Athens?", create_time=AT + 20),
        node("a3", "q2", "assistant", "Even better.", create_time=AT + 30),
    ]
    saved = read_conversation(conversation(*nodes, current_node="a2"))

    assert {one.id: one.parent_id for one in saved.messages} == {
        "q1": None, "a1": "q1", "a2": "q1", "q2": None, "a3": "q2",
    }  # fmt: skip
    assert [one.text for one in saved.path()] == ["Rome?", "Certainly."]


def test_tools_between_what_the_assistant_says_are_one_reply_and_a_note():
    saved = read_conversation(
        conversation(
            node("q", None, "user", "Weather?"),
            node("a1", "q", "assistant", "Let me look."),
            node("call", "a1", "assistant", {"content_type": "code", "text": "search()"}, recipient="web"),
            node("tool", "call", "tool", "20 degrees", author={"role": "tool", "name": "web.run"}),
            node("thought", "tool", "assistant", {"content_type": "thoughts", "thoughts": []}),
            node("a2", "thought", "assistant", "It is mild."),
            current_node="tool",
        )
    )

    assert [one.text for one in saved.messages] == ["Weather?", "Let me look.\n\nIt is mild."]
    (part,) = saved.messages[1].parts
    assert (part["kind"], part["at"]) == ("notice", len("Let me look."))
    assert "web, web.run" in part["text"]
    assert saved.last_message_id == "a1"


def test_pictures_files_and_markers_are_noted_in_a_sentence():
    parts = [
        {"content_type": "image_asset_pointer", "asset_pointer": "file://x"},
        "What is this?",
        {"odd": 1},
        None,
        5,
    ]
    saved = read_conversation(
        conversation(
            node(
                "q", None, "user", {"content_type": "multimodal_text", "parts": parts},
                metadata={"attachments": [{"name": "plan.pdf"}, None]},
            ),
            node("v", "q", "user", {"parts": [{"content_type": "audio_transcription", "text": "Spoken words"}]}),
            node("a", "v", "assistant", "A tram \ue200cite\ue202turn0\ue201in Lisbon."),
            node("c", "a", "user", {"content_type": "code", "text": "print(1)"}),
        )
    )  # fmt: skip

    texts = [one.text for one in saved.messages]
    assert texts[0].startswith("(An image was here; it is not part of the import.)\n\nWhat is this?")
    assert "The file plan.pdf was here" in texts[0]
    assert texts[1:] == ["Spoken words", "A tram in Lisbon.", "```\nprint(1)\n```"]


@pytest.mark.parametrize(
    "odd",
    [
        {"q": {"id": "q", "parent": "gone", "message": None}},
        {"q": None},
        {"q": 5},
        {"q": {}},
        {"q": {"message": {"author": None, "content": None}}},
        {"q": {"message": {"author": {"role": "user"}, "content": {"content_type": "text", "parts": None}}}},
        {"q": {"message": {"author": {"role": ["user"]}, "content": "text"}}},
        {"x": node("x", "y", "user", "A"), "y": node("y", "x", "assistant", "B")},
        {},
    ],
)
def test_without_any_text_it_is_refused(odd):
    with pytest.raises(InvalidInputError, match="“Lisbon” has no message with text"):
        read_conversation(conversation() | {"mapping": odd})


@pytest.mark.parametrize("time", [None, "yesterday", float("nan"), 1e300, -5e11, [], True])
def test_a_time_that_is_none_is_that_of_what_comes_before(time):
    saved = read_conversation(
        conversation(
            node("q", None, "user", "One"),
            node("a", "q", "assistant", "Two", create_time=time),
            create_time=time,
        )
    )

    if time is not True:
        assert saved.messages[1].created_at == saved.messages[0].created_at
    assert [one.text for one in saved.path()] == ["One", "Two"]


@pytest.mark.parametrize("current", [None, "gone", 5, "root"])
def test_where_nothing_says_what_was_shown_the_latest_is(current):
    saved = read_conversation(
        conversation(
            node("root", None),
            node("q", "missing", "user", "One"),
            node("a", "q", "assistant", "Two", create_time=AT + 5),
            current_node=current,
        )
    )

    assert [one.text for one in saved.path()] == ["One", "Two"]


@pytest.mark.parametrize("title", [None, "", 7, "  \x00 "])
def test_without_a_title_the_first_message_gives_one(title):
    assert (
        read_conversation(conversation(node("q", None, "user", "**Five** days?"), title=title)).title == "Five days?"
    )


def test_long_names_and_titles_are_cut_or_replaced():
    plain = conversation(node("q", None, "user", "One"), title="t" * 300, conversation_id="c" * 300)

    saved = read_conversation(plain)
    assert len(saved.title) == 100
    assert len(saved.key) == len("chatgpt:") + 64
    assert read_conversation(plain | {"title": "Another"}).key != saved.key


def test_deep_and_wide_trees_take_little_time():
    long = [node("0", None, "user", "Start")]
    long += [node(str(i), str(i - 1), "tool", "x", author={"role": "tool", "name": f"t{i}"}) for i in range(1, 5_000)]
    long += [node(f"a{i}", f"a{i - 1}" if i else "4999", "assistant", "word " * 20) for i in range(5_000)]
    wide = [node("q", None, "user", "Start")] + [node(str(i), "q", "assistant", "x") for i in range(5_000)]

    assert "t1, t2" in read_conversation(conversation(*long)).messages[1].parts[0]["text"]
    assert len(read_conversation(conversation(*wide)).messages) == 5_001


def test_a_list_of_conversations_is_read_one_by_one():
    file = json.dumps([conversation(node("q", None, "user", 'A "}]{[" text'))] * 3, ensure_ascii=False).encode()

    assert [source.read().messages[0].text for source in sources(b"\xef\xbb\xbf\n" + file)] == ['A "}]{[" text'] * 3
