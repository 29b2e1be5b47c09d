"""What a click does that asks for a reply, or stops one: callbacks, run before the page is drawn.

In `st.session_state`: `chat_unsent` is typed text to put back into the box; `chat_client_message_id` names the next
message, so that the same one sent twice is one message; `chat_taken` is {"id": the name of the last message that was
accepted, "text": how it begins, "session": the id of its session}; `chat_new` holds the settings of a chat that does
not exist yet, as far as chosen: fields of `SessionSettings`. What goes wrong is told at "chat".
"""

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import streamlit as st

from components.accounts.identity import current_user
from components.problems import telling
from components.resources import get_services
from components.state import new_chats_trip_id, open_session
from services.errors import (
    FileRefusedError,
    FileTooLargeError,
    InvalidInputError,
    MessageIdReusedError,
    NotFoundError,
    ReplyInProgressError,
)
from services.sessions.file_types import checked_file
from services.sessions.records import NewFile

_NOTHING_SENT = "Nothing was sent: your text is still in the box, the files have to be added again."


class Upload(Protocol):
    """A file as a browser sent it; nothing it says of itself is trusted."""

    name: str

    def getvalue(self) -> bytes:
        """Return what is in it."""


def send(
    text: str,
    session_id: int | None,
    client_message_id: str,
    model: str,
    memory: bool,
    uploads: Sequence[Upload] = (),
) -> bool:
    """Send a message with its files; when it cannot be sent, say why and put the text back into the box."""
    sent = False
    taken = st.session_state.setdefault("chat_taken", {})
    with telling("chat", of=session_id, advice="Your text is still in the box."):
        user = current_user()
        if user is not None:
            try:
                files = [checked_file(one.name, one.getvalue()) for one in uploads]
                sent_to = _sent(text, session_id, client_message_id, model, memory, files, user_id=user.id)
            except (FileRefusedError, FileTooLargeError) as exc:
                raise InvalidInputError(f"{exc.message} {_NOTHING_SENT}") from exc
            except MessageIdReusedError:
                renew_message_id()
                raise
            taken.update(id=client_message_id, text=text.strip()[:200], session=str(sent_to))
            finish_send()
            sent = True
    if not sent:
        st.session_state.chat_unsent = text
    return sent


def finish_send() -> None:
    """Go to the session of the message that was accepted last, once. To be called in every run.

    Where the connection breaks, Streamlit stops a callback as it writes the address of the session. So what was
    accepted is noted before that, and the rest is done here, in the next run if need be.
    """
    taken = last_taken()
    if taken and taken["id"] == st.session_state.get("chat_client_message_id"):
        st.session_state.pop("chat_new", None)
        open_session(int(taken["session"]))
        renew_message_id()


def _sent(
    text: str,
    session_id: int | None,
    client_message_id: str,
    model: str,
    memory: bool,
    files: Sequence[NewFile],
    *,
    user_id: int,
) -> int:
    """Send a message, or let it wait for the reply that is being written; return the id of its session."""
    services = get_services()
    new = st.session_state.get("chat_new", {})  # of no meaning to a session that there is
    try:
        accepted = services.replies.send(
            text,
            user_id=user_id,
            client_message_id=client_message_id,
            session_id=session_id,
            trip_id=new_chats_trip_id() if session_id is None else None,
            files=files,
            **{**new, "model": model, "memory": memory},
        )
    except ReplyInProgressError:
        if session_id is None:
            raise
        services.follow_ups.add(
            text, session_id=session_id, user_id=user_id, client_message_id=client_message_id, files=files
        )
        return session_id
    return accepted.session_id


def stop(session_id: int, reply_id: int) -> None:
    """Stop a reply; its text so far is kept."""
    with telling("chat", of=session_id):
        user = current_user()
        if user is not None:
            get_services().replies.stop(reply_id, user_id=user.id)


def message_id() -> str:
    """Return the name of the next message that this tab sends."""
    return str(st.session_state.get("chat_client_message_id") or renew_message_id())


def renew_message_id() -> str:
    """Name the next message anew: the last one has been accepted."""
    st.session_state.chat_client_message_id = uuid.uuid4().hex
    return str(st.session_state.chat_client_message_id)


def last_taken() -> dict[str, str] | None:
    """Return {"id", "text", "session"} of the last message from this tab that was accepted, all as text."""
    taken: dict[str, str] = st.session_state.get("chat_taken", {})
    return taken or None


@contextmanager
def text_kept(text: str, end_edit: Callable[[], None]) -> Iterator[None]:
    """Put *text* into the box, and end its edit, where what was edited inside is not there any more."""
    try:
        yield
    except NotFoundError as exc:
        end_edit()
        st.session_state.chat_unsent = text
        raise NotFoundError(f"{exc.message} What you wrote is in the box below.") from exc
