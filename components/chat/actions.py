"""What a click on the chat page does: callbacks, run before the page is drawn.

What goes wrong is kept as a sentence for the place above the box. In `st.session_state`: `chat_problem` is
{"session_id": the session it belongs to, "text": a sentence}; `chat_unsent` is typed text to put back into the box;
`chat_client_message_id` names the next message, so that the same one sent twice is one message; `chat_taken` is
{"id": the name of the last message that was accepted, "text": how it begins, "session": the id of its session};
`chat_new` holds the settings of a chat that does not exist yet, as far as chosen: fields of `SessionSettings`.
"""

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import streamlit as st

from components.accounts.identity import current_user
from components.chat.window import follow_end
from components.resources import get_services
from components.state import open_session
from db.engine import DatabaseUnavailableError
from services.errors import (
    FileRefusedError,
    FileTooLargeError,
    InvalidInputError,
    MessageIdReusedError,
    NotFoundError,
    ReplyInProgressError,
    ServiceError,
)
from services.sessions.file_types import checked_file
from services.sessions.records import NewFile

CANNOT_SAVE = "Cannot save right now."
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
) -> None:
    """Send a message with its files; when it cannot be sent, say why and put the text back into the box."""
    sent = False
    with telling(session_id, cannot_save=f"{CANNOT_SAVE} Your text is still in the box."):
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
            renew_message_id()
            st.session_state.chat_taken = {
                "id": client_message_id,
                "text": text.strip()[:200],
                "session": str(sent_to),
            }
            st.session_state.pop("chat_new", None)
            open_session(sent_to)
            follow_end()
            sent = True
    if not sent:
        st.session_state.chat_unsent = text


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
    with telling(session_id):
        user = current_user()
        if user is not None:
            get_services().replies.stop(reply_id, user_id=user.id)


def set_setting(session_id: int | None, name: str, key: str) -> None:
    """Take over one of a session's settings, or of a chat that does not exist yet, from the widget *key*."""
    value = st.session_state[key]
    if session_id is None:
        st.session_state.chat_new = {**st.session_state.get("chat_new", {}), name: value}
        return
    with telling(session_id):
        user = current_user()
        if user is not None:
            get_services().sessions.change(session_id, user_id=user.id, **{name: value})


def message_id() -> str:
    """Return the name of the next message that this tab sends."""
    return str(st.session_state.get("chat_client_message_id") or renew_message_id())


def renew_message_id() -> str:
    """Name the next message anew: the last one has been accepted."""
    st.session_state.chat_client_message_id = uuid.uuid4().hex
    return str(st.session_state.chat_client_message_id)


def last_taken() -> dict[str, str] | None:
    """Return {"id", "text", "session"} of the last message from this tab that was accepted, all as text."""
    taken: dict[str, str] | None = st.session_state.get("chat_taken")
    return taken


def problem(session_id: int | None) -> str | None:
    """Return the sentence about what last went wrong in this session, if anything."""
    told = st.session_state.get("chat_problem")
    return str(told["text"]) if told and told["session_id"] == session_id else None


@contextmanager
def text_kept(text: str, end_edit: Callable[[], None]) -> Iterator[None]:
    """Put *text* into the box, and end its edit, where what was edited inside is not there any more."""
    try:
        yield
    except NotFoundError as exc:
        end_edit()
        st.session_state.chat_unsent = text
        raise NotFoundError(f"{exc.message} What you wrote is in the box below.") from exc


@contextmanager
def telling(session_id: int | None, *, cannot_save: str = CANNOT_SAVE) -> Iterator[None]:
    """Keep what goes wrong inside as a sentence to be shown; forget what went wrong before."""
    st.session_state.pop("chat_problem", None)
    try:
        yield
    except ReplyInProgressError as exc:  # soon it is not so any more: nothing that stays
        st.toast(exc.message, icon=":material/hourglass_top:")
    except ServiceError as exc:
        st.session_state.chat_problem = {"session_id": session_id, "text": exc.message}
    except DatabaseUnavailableError:
        st.session_state.chat_problem = {"session_id": session_id, "text": cannot_save}
