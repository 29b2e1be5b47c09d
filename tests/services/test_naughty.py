"""Awkward strings in every field of the services: each comes back as it went in, or is refused in a sentence."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from unicodedata import normalize

import pypdf
import pytest
from markdown_it import MarkdownIt

from emulator.conversation import Answer
from emulator.demo import answer as demo
from services.errors import InvalidInputError, SignInLockedError, WrongPasswordError
from services.message_status import MessageStatus
from services.parts import ReasoningPart
from services.sessions.sessions import NO_TITLE
from services.transfer.transfer import ExportKind
from tests.helpers.databases import ON_SQLITE
from tests.helpers.naughty import (
    SOAK,
    SOME,
    STRINGS,
    file_of,
    kept,
    on_one_line,
    saved_conversation,
    saved_sessions,
    says_something,
)
from tests.helpers.services import until_ended

pytestmark = SOAK

_FRAME = {"format": "travelbot.sessions", "version": 1}
_UNSEEN = dict.fromkeys(map(ord, "\ufe0f\ufeff"))  # what nobody sees in those of the strings that can be names


@contextmanager
def refused(really: bool) -> Iterator[None]:
    """Expect that a string is refused, or that it is not."""
    if not really:
        yield
        return
    with pytest.raises(InvalidInputError, match=r"^[A-Z].+\.$"):
        yield


@ON_SQLITE
def test_names_of_files(services, user_id):
    session = services.sessions.create(user_id=user_id)
    for text in SOME:
        kept_file = services.files.add(session.id, f"{text} a.txt", kept(text).encode() or b"x", user_id=user_id)
        info, content = services.files.get(kept_file.id, user_id=user_id)
        assert content == (kept(text).encode() or b"x")
        assert info.name.endswith(".txt")
        assert len(info.name) <= 120
        assert not set('/\\\n"') & set(info.name)
        services.files.remove(kept_file.id, user_id=user_id)


@ON_SQLITE
def test_names_of_accounts(services, cheap_hashes):
    made = 0
    for number, text in enumerate(SOME):
        with suppress(InvalidInputError):
            user = services.accounts.sign_up(
                name=text, email=f"{number}@example.com", username=f"u{number}", password="a long enough phrase"
            )
            assert user.name == normalize("NFC", text.strip().translate(_UNSEEN))
            assert services.accounts.named(user.username).name == user.name
            made += 1
        for field in ("username", "email"):
            given = {"name": "x", "email": f"m{number}@example.com", "username": f"n{number}"} | {field: text}
            with refused(True):
                services.accounts.sign_up(**given, password="short")
        with suppress(WrongPasswordError, SignInLockedError):  # some are the same in lower case
            services.sign_ins.sign_in(text, text)
    assert made > len(SOME) / 2


def test_file_of_all_is_imported_and_leaves_as_it_came(services, database, user_id):
    every = 1 if database.engine.dialect.name == "sqlite" or SOME == STRINGS else 4
    given = json.loads(file_of(saved_sessions(SOME[::every])))["sessions"]

    result = services.transfer.import_file(json.dumps({**_FRAME, "sessions": given}).encode(), user_id=user_id)

    assert (len(result.imported), result.refused) == (len(given), ())
    content = services.transfer.export_many(user_id=user_id, session_ids=list(result.imported)).content
    for one, came in zip(given, json.loads(content)["sessions"], strict=True):
        assert came["title"] == (on_one_line(one["title"]) or NO_TITLE)
        assert kept(came.get("instructions", "")) == kept(one["instructions"])
        for before, after in zip(one["messages"], came["messages"], strict=True):
            for name in ("role", "status", "rating"):
                assert after.get(name) == before.get(name)
            for name in ("text", "error_text", "rating_reason"):
                assert kept(after.get(name, "")) == kept(before.get(name, "")), name
            for part, back in zip(before["parts"], after["parts"], strict=True):
                assert kept(back["text"]) == kept(part["text"])
    for start in range(0, len(SOME), 10):
        services.sessions.search(" ".join(SOME[start : start + 10]), user_id=user_id)


@ON_SQLITE
def test_conversation_leaves_as_markdown_and_pdf(services, user_id):
    result = services.transfer.import_file(file_of([saved_conversation()]), user_id=user_id)
    (session_id,) = result.imported

    def export(kind: ExportKind) -> bytes:
        content: bytes = services.transfer.export(session_id, user_id=user_id, kind=kind).content
        return content

    pdf = pypdf.PdfReader(io.BytesIO(export(ExportKind.PDF)))
    assert len(pdf.pages) > len(SOME) / 25
    assert not any("/Annots" in page and "/JS" in str(page["/Annots"]) for page in pdf.pages)
    assert export(ExportKind.MARKDOWN).decode()


@ON_SQLITE
def test_what_a_planner_says_is_no_markdown_in_an_export(services, user_id):
    conversation = saved_conversation([text for text in SOME if says_something(text)])
    for message in conversation.messages[1::2]:
        object.__setattr__(message, "text", "Gladly.")
    (session_id,) = services.transfer.import_file(file_of([conversation]), user_id=user_id).imported

    made = services.transfer.export(session_id, user_id=user_id, kind=ExportKind.MARKDOWN).content.decode()

    tokens = [token for block in MarkdownIt("commonmark").parse(made) for token in (block, *(block.children or ()))]
    assert not {token.type for token in tokens} & {"html_block", "html_inline", "image", "link_open", "fence"}


@ON_SQLITE
def test_replies_of_backboard(services, user_id, monkeypatch):
    for some in (SOME[::3], SOME[1::3], SOME[2::3]):
        text = "\n\n".join(some)
        monkeypatch.setattr(demo, "answer", lambda *_, text=text, **__: Answer(text, text))
        accepted = services.replies.send(text, user_id=user_id, client_message_id=str(len(text)))
        ended = until_ended(services, accepted.reply_id, user_id)

        assert ended.status is MessageStatus.COMPLETE
        assert kept(ended.text) == kept(text)
        assert [kept(part.text) for part in ended.parts if isinstance(part, ReasoningPart)] == [kept(text)]
