"""Awkward strings in what a person, a program or ChatGPT's file fills: kept as they are, or refused."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any
from unicodedata import normalize

import pytest
from streamlit_authenticator.utilities import Hasher

from emulator.catalogue import VENDORS, Catalogue
from emulator.demo import answer as demo
from emulator.demo import titles as demo_titles
from emulator.server import EmulatorServer
from services.accounts.passwords import check_new_password, hash_password, password_matches
from services.errors import InvalidInputError
from services.replies.titles import cleaned_title
from services.sessions.records import SessionFilter
from services.templates.templates import Opening
from services.texts import MAX_TITLE_CHARS, clean_title, without_controls
from services.transfer.transfer import ExportKind
from services.wiring import Services
from tests.helpers.chatgpt import conversation, node
from tests.helpers.databases import ON_SQLITE
from tests.helpers.naughty import SOAK, SOME, joined, kept, on_one_line, says_something
from tests.helpers.services import until, until_ended

pytestmark = SOAK

SAID = [text for text in SOME if says_something(text)]
SILENT = [text for text in SOME if not says_something(text)]
TITLES = [title for text in SAID if says_something(title := on_one_line(on_one_line(text)[:100]))]
BLANKS = Opening("x", first_message="Please go to {where}, and think of {brief}.")
FILLED = "Please go to {}, and think of {}."


@contextmanager
def refused() -> Iterator[None]:
    """Expect that a string is refused in a sentence."""
    with pytest.raises(InvalidInputError, match=r"^[A-Z“](?s:.+)\.$"):
        yield


def test_sessions_and_tokens(services, user_id, monkeypatch):
    titles = packed(TITLES)
    monkeypatch.setattr("services.accounts.tokens.MAX_TOKENS", len(titles))
    for title in titles:
        services.tokens.create(user_id=user_id, name=title)
        services.sessions.create(user_id=user_id, title=title, instructions=f"{title} {title}")
    for text in SOME:
        if not says_something(text):
            with refused():
                services.sessions.create(user_id=user_id, title=text)
            with refused():
                services.tokens.create(user_id=user_id, name=text)

    rows = sorted(services.sessions.each(SessionFilter(), user_id=user_id), key=lambda row: row.id)
    assert [(row.title, row.instructions) for row in rows] == [(title, f"{title} {title}") for title in titles]
    assert sorted(token.name for token in services.tokens.all(user_id=user_id)) == sorted(titles)


def packed(titles: Sequence[str]) -> list[str]:
    """Return titles as fewer ones of a hundred characters at most."""
    rows: list[str] = []
    for title in titles:
        if rows and len(rows[-1]) + len(title) < MAX_TITLE_CHARS:
            rows[-1] += f" {title}"
        else:
            rows.append(title)
    return rows


def test_messages_reasons_templates_and_files(services, user_id):
    session_id = services.sessions.create(user_id=user_id).id
    reply_id = services.replies.send(
        "Hello", user_id=user_id, client_message_id="first", session_id=session_id
    ).reply_id
    until_ended(services, reply_id, user_id)
    stored = {}
    several = joined(SAID, 3)
    for text in several:
        name = text[:100]
        keep = {"role": "user", "session_id": session_id, "user_id": user_id, "client_message_id": name}
        stored[name] = services.replies.store(text, **keep).id
    saved = json.loads(services.transfer.export(session_id, user_id=user_id, kind=ExportKind.JSON).content)
    said = [message["text"] for message in saved["sessions"][0]["messages"][2:]]
    assert said == [kept(text) for text in several]
    assert all(services.replies.id_of(name, user_id=user_id) == one for name, one in stored.items())

    template_id = services.templates.add(Opening("x", first_message="x"), user_id=user_id).id
    for text in joined(SAID, 8):
        services.ratings.rate(reply_id, -1, user_id=user_id, reason=text[:1000])
        assert services.replies.get(reply_id, user_id=user_id).rating_reason == kept(text[:1000])
        services.templates.change(template_id, Opening(text[:100], text, text), user_id=user_id)
        template = services.templates.get(template_id, user_id=user_id)
        read = [template.name, template.instructions, template.first_message]
        assert read == [on_one_line(text[:100]), kept(text), kept(text)]
        file = services.files.add(session_id, f"{text[:100]} a.txt", kept(text).encode(), user_id=user_id)
        assert services.files.get(file.id, user_id=user_id) == (file, kept(text).encode())
        services.files.remove(file.id, user_id=user_id)


@ON_SQLITE
def test_blanks_of_a_template(services, user_id):
    template_id = services.templates.add(BLANKS, user_id=user_id).id
    for text in SOME:
        if kept(text):
            assert BLANKS.filled({"where": text, "brief": "x", text: text}) == FILLED.format(kept(text), "x")
        else:
            with refused():
                BLANKS.filled({"where": text, "brief": "x"})
    for text in joined(SAID, 50):
        given = {"where": text, "brief": text, text: text}
        accepted = services.templates.start(template_id, given, user_id=user_id, client_message_id=text[:100])
        until_ended(services, accepted.reply_id, user_id)
        assert first_of(services, accepted.session_id, user_id) == kept(FILLED.format(kept(text), kept(text)))


def first_of(services: Services, session_id: int, user_id: int) -> str:
    return services.sessions.history(session_id, user_id=user_id).messages[0].text


@ON_SQLITE
def test_other_versions_of_a_message(services, user_id):
    first = services.replies.send("Hello", user_id=user_id, client_message_id="-")
    until_ended(services, first.reply_id, user_id)
    for text in SILENT:
        with refused():
            services.versions.edit(first.message_id, text, user_id=user_id, client_message_id="x")
    for text in joined(SAID, 25):
        edited = services.versions.edit(first.message_id, text, user_id=user_id, client_message_id=text[:100])
        until_ended(services, edited.reply_id, user_id)
        assert first_of(services, first.session_id, user_id) == kept(text)


def test_messages_that_wait(services, emulator, user_id):
    emulator.hold_reply(0)
    first = services.replies.send("14 days in Japan", user_id=user_id, client_message_id="-")
    wait = {"session_id": first.session_id, "user_id": user_id}
    one = services.follow_ups.add("Hello", **wait, client_message_id="x")
    for text in SILENT:
        with refused():
            services.follow_ups.add(text, **wait, client_message_id="y")
        with refused():
            services.follow_ups.change(one.id, text, user_id=user_id)
    for text in joined(SAID, 10):
        services.follow_ups.change(one.id, text, user_id=user_id)
        assert [waiting.text for waiting in services.follow_ups.all(**wait)] == [kept(text)]
    services.follow_ups.remove(one.id, user_id=user_id)
    all_of_them = joined(SAID, 60)
    for text in all_of_them:
        services.follow_ups.add(text, **wait, client_message_id=text[:100])
    assert [waiting.text for waiting in services.follow_ups.all(**wait)] == [kept(text) for text in all_of_them]
    emulator.release()

    until(lambda: services.sessions.get(first.session_id, user_id=user_id).message_count == 2 + 2 * len(all_of_them))
    until(lambda: services.replies.unfinished(**wait) is None)
    said = services.sessions.history(first.session_id, user_id=user_id).messages
    assert [message.text for message in said if message.role == "user"][1:] == [kept(text) for text in all_of_them]


def test_titles_that_a_model_gives():
    titles = [cleaned_title(text) for text in SOME]

    assert len([title for title in titles if title]) > len(SOME) / 2
    for text, title in zip(SOME, titles, strict=True):
        assert title is None or title == clean_title(title)
        left = iter(text)
        assert all(char in left for char in title or "" if not char.isspace()), text


@ON_SQLITE
def test_session_is_named_as_its_model_says(start_services, user_id, monkeypatch):
    titles = {f"Trip {number}": title for number, title in enumerate(TITLES[::15]) if cleaned_title(title)}
    monkeypatch.setattr(demo_titles, "title", lambda said: titles[said.splitlines()[0].removeprefix("Planner: ")])
    services = start_services(title_model="openai/gpt-4o-mini", replies_per_user=len(titles))
    for text in titles:
        services.replies.send(text, user_id=user_id, client_message_id=text)
    expected = sorted(filter(None, map(cleaned_title, titles.values())))

    def named() -> list[str]:
        return sorted(row.title for row in services.sessions.each(SessionFilter(), user_id=user_id))

    until(lambda: named() == expected, timeout_s=30, what="every session is named")


@ON_SQLITE
def test_names_of_models(start_services):
    naughty = Catalogue([VENDORS.models[0] | {"name": text} for text in SOME])
    server = EmulatorServer(":memory:", demo, naughty)

    named = [model.name for model in start_services(backboard_base_url=server.start()).models.all()]
    server.stop(wait=False)

    sound = {text for text in SOME if 0 < len(text) <= 255 and text == without_controls(text).replace("\n", "")}
    assert sorted(named) == sorted(sound)


@ON_SQLITE
def test_passwords_are_kept_as_they_are_typed(services, cheap_hashes):
    """What is signed up with signs in, and nothing like it does; then it is changed to the next one."""
    taken: list[str] = []
    for text in dict.fromkeys(SOME):
        if is_a_password(text):
            taken.append(text)
            continue
        with refused():
            services.accounts.sign_up(name="A", email="a@example.com", username="ada", password=text)
    assert len(taken) > len(SOME) / 2
    user = services.accounts.sign_up(name="A", email="a@example.com", username="ada", password=taken[0])
    for text in taken:
        password_hash = hash_password(text)
        for typed in {text, f"{text} ", text.swapcase(), normalize("NFKC", text)}:
            assert password_matches(typed, password_hash, Hasher.check_pw) == (typed == text)
    for text, following in pairwise([*taken[::8], "the last of all of them"]):
        assert services.sign_ins.sign_in("ada", text).user == user
        services.sign_ins.change_password(user.id, old=text, new=following)


def is_a_password(text: str) -> bool:
    try:
        check_new_password(text, username="ada")
    except InvalidInputError:
        return False
    return True


@ON_SQLITE
def test_chatgpts_file_is_imported(services, user_id):
    made = [of_chatgpt(number, text) for number, text in enumerate(SOME)]

    result = services.transfer.import_file(json.dumps(made).encode(), user_id=user_id)

    assert (len(result.imported), result.refused) == (len(SOME), ())
    content = services.transfer.export_many(user_id=user_id, session_ids=list(result.imported)).content
    for text, came in zip(SOME, json.loads(content)["sessions"], strict=True):
        assert came["title"] == on_one_line(text)[:100] or not on_one_line(text)
        question, reply = came["messages"]
        file = f"(The file {without_controls(text)[:200]} was here; it is not part of the import.)"
        said = [kept(text), file] if text else []
        assert question["text"] == "\n\n".join(filter(None, ["Before", *said]))
        assert reply["text"] == "\n\n".join(filter(None, ["After", kept(text)]))
        tool = text[:60] or "unnamed"
        assert [kept(part["text"]) for part in reply["parts"]] == [
            kept(f"ChatGPT used tools here ({tool}); what they gave is not part of the import.")
        ]


def of_chatgpt(number: int, text: str) -> dict[str, Any]:
    """Return a conversation of ChatGPT's export with a string in every field that takes one."""
    asked, called, replied = (f"{text[:90]} {role}" for role in ("q", "t", "a"))
    said, answered = ({"content_type": "text", "parts": [first, text]} for first in ("Before", "After"))
    files = [{"name": text}] if text else []
    return conversation(
        node(asked, None, "user", said, metadata={"attachments": files}),
        node(called, asked, "tool", text, author={"role": "tool", "name": text}),
        node(replied, called, "assistant", answered, metadata={"model_slug": text}),
        title=text,
        conversation_id=f"{number} {text}"[:100],
    )
