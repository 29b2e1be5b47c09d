"""What can be done with one message: page through its versions, copy, edit, ask anew, fork, link, delete.

Callbacks; what goes wrong becomes the sentence above the box. In `st.session_state`: `chat_edit` is {"message_id",
"client_message_id"} while a message is being edited; `chat_undo` {"session_id", "text", "message_id" or "waiting_id",
"until": seconds since 1970} while something can be undone; `chat_again` the id of the reply that is to be asked for
with another model. What is copied, `copy.js` copies.
"""

import time
import uuid

import streamlit as st

from components.accounts.identity import current_user
from components.chat.window import follow_end, turn_over
from components.labels import escape_label
from components.memory.offer import offer_to_forget, withdraw_offer
from components.problems import telling
from components.replies.actions import renew_message_id, text_kept
from components.replies.rating import rating
from components.resources import get_services
from components.state import open_session
from components.undo import undo_bar
from services.sessions.deleted import UNDO_S
from services.sessions.records import MessageView, SessionSummary
from services.texts import MAX_MESSAGE_CHARS

_AGAIN, _OTHER_MODEL, _FORK, _DELETE = (
    ":material/refresh: Ask again",
    ":material/swap_horiz: Ask another model",
    ":material/fork_right: Fork from here",
    ":material/delete: Delete",
)
_ONLY_YOURS = "It is for you: others do not see your sessions."


def planner_actions(message: MessageView, session: SessionSummary) -> None:
    """Draw what can be done with a planner's message."""
    with st.container(horizontal=True, horizontal_alignment="right", gap="xsmall", key=f"chat_actions_{message.id}"):
        _pager(message)
        _copy_button(message, "Copy this message")
        if session.may_write:
            _edit_button(message)
        _link_button(message, session)
        if session.may_write:
            _menu(message, [_FORK, _DELETE])


def note_actions(message: MessageView, session: SessionSummary) -> None:
    """Draw what can be done with a note."""
    with st.container(horizontal=True, gap="xsmall", key=f"chat_actions_{message.id}"):
        _pager(message)
        _link_button(message, session)
        if session.may_write:
            _menu(message, [_FORK, _DELETE])


def reply_actions(message: MessageView, session: SessionSummary, *, told: str) -> None:
    """Draw what can be done with a reply that has ended, and what is *told* of it on one line."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=f"chat_actions_{message.id}"):
        _pager(message)
        if message.text:
            _copy_button(message, "Copy this reply")
        rating(message)
        _link_button(message, session)
        if session.may_write:
            _menu(message, [_AGAIN, _OTHER_MODEL, _FORK])
        if told:
            st.markdown(f":small[{told}]", width="content")
    if st.session_state.get("chat_again") == message.id and session.may_write:
        _other_model(message)
    else:
        st.empty()


def editing(message: MessageView) -> bool:
    """Draw the box in which a message is edited, if it is; return whether it is."""
    edit = st.session_state.get("chat_edit")
    if edit is None or edit["message_id"] != message.id:
        return False
    with st.form(f"chat_edit_{message.id}", border=True):
        key = f"chat_edit_text_{message.id}"
        st.text_area(
            "Edit your message",
            value=message.text,
            key=key,
            max_chars=MAX_MESSAGE_CHARS,
            height="content",
            help="It is sent as a new version. This one, and what followed it, is kept.",
        )
        with st.container(horizontal=True, horizontal_alignment="right"):
            st.form_submit_button(  # the first one: Ctrl+Enter presses that
                "Send",
                key=f"chat_edit_send_{message.id}",
                type="primary",
                icon=":material/send:",
                on_click=_send_edit,
                args=(message.session_id, message.id, edit["client_message_id"], key),
            )
            st.form_submit_button("Cancel", key=f"chat_edit_cancel_{message.id}", on_click=_forget_edit)
    st.empty()  # in the place of what stands below a message
    return True


def offered_undo(session_id: int | None) -> None:
    """Offer to bring back what was just deleted or taken back."""
    undo = st.session_state.get("chat_undo")
    if not undo or undo["session_id"] != session_id or time.time() > undo["until"]:
        st.session_state.pop("chat_undo", None)
        st.empty()
        return
    undo_bar(undo["text"], key="chat", undo=_undo, close=_forget_undo)


def _pager(message: MessageView) -> None:
    if len(message.versions) < 2:
        return
    at = message.versions.index(message.id)
    for step, icon, name in ((-1, "chevron_left", "Earlier version"), (1, "chevron_right", "Later version")):
        if step > 0:
            st.markdown(f":small[{at + 1} of {len(message.versions)}]", width="content")
        there = 0 <= at + step < len(message.versions)
        st.button(
            name,
            key=f"chat_version_{name.split()[0].lower()}_{message.id}",
            icon=f":material/{icon}:",
            type="tertiary",
            help=name,
            disabled=not there,
            on_click=_choose,
            args=(message.session_id, message.versions[at + step] if there else message.id),
        )


def _copy_button(message: MessageView, hint: str) -> None:
    st.button(
        "Copy",
        key=f"chat_copy_{message.id}",
        icon=":material/content_copy:",
        type="tertiary",
        help=hint,
        on_click=_say,
        args=("Copied.",),
    )


def _edit_button(message: MessageView) -> None:
    st.button(
        "Edit",
        key=f"chat_edit_begin_{message.id}",
        icon=":material/edit:",
        type="tertiary",
        help="Edit this message",
        on_click=_begin_edit,
        args=(message.id,),
    )


def _link_button(message: MessageView, session: SessionSummary) -> None:
    for_whom = "Only who sees this session can open it." if session.is_shared else _ONLY_YOURS
    st.button(
        "Link",
        key=f"chat_link_{message.id}",
        icon=":material/link:",
        type="tertiary",
        help="Copy the link to this message",
        on_click=_say,
        args=(f"Link copied. {for_whom}",),
    )


def _menu(message: MessageView, options: list[str]) -> None:
    key = f"chat_menu_{message.id}"
    st.menu_button(
        "Message",
        options,
        key=key,
        icon=":material/more_horiz:",
        type="tertiary",
        help="What can be done with this message",
        on_click=_chosen,
        args=(key, message.session_id, message.id),
    )


def _chosen(key: str, session_id: int, message_id: int) -> None:
    choice = st.session_state[key]
    _forget_edit()
    _forget_again()
    if choice == _AGAIN:
        ask_again(session_id, message_id)
    elif choice == _OTHER_MODEL:
        st.session_state.chat_again = message_id
    elif choice == _FORK:
        _fork(session_id, message_id)
    elif choice == _DELETE:
        _delete(session_id, message_id)


def ask_again(session_id: int, message_id: int, model: str | None = None) -> None:
    """Ask for another reply to the same message. A callback."""
    with telling("chat", of=session_id):
        if user := current_user():
            get_services().replies.retry(message_id, user_id=user.id, model=model)
            turn_over()


def _other_model(message: MessageView) -> None:
    """Draw the choice of the model that is to answer."""
    key = f"chat_again_model_{message.id}"
    with st.container(horizontal=True, vertical_alignment="bottom", key="chat_again_bar"):
        with st.spinner("Asking for the models …", show_time=False):
            ids = [model.id for model in get_services().models.all()]
        if not ids:
            st.markdown("The list of models cannot be reached right now.", width="stretch")
        else:
            another = next((place for place, model in enumerate(ids) if model != message.model), 0)
            st.selectbox("Model", ids, index=another, key=key)
            st.button("Ask", key="chat_again_ask", type="primary", on_click=_ask_other, args=(message, key))
        st.button("Cancel", key="chat_again_cancel", on_click=_forget_again)


def _ask_other(message: MessageView, key: str) -> None:
    model = st.session_state[key]
    _forget_again()
    ask_again(message.session_id, message.id, model)


def _forget_again() -> None:
    st.session_state.pop("chat_again", None)


def _choose(session_id: int, message_id: int) -> None:
    with telling("chat", of=session_id):
        if user := current_user():
            get_services().versions.choose(message_id, user_id=user.id)
            turn_over(at_id=message_id)


def show_version(session_id: int, message_id: int) -> None:
    """Show the version that a message is in, at its end. A callback."""
    with telling("chat", of=session_id):
        if user := current_user():
            get_services().versions.choose(message_id, user_id=user.id)
            follow_end()
            turn_over()


def _send_edit(session_id: int, message_id: int, client_message_id: str, key: str) -> None:
    with telling("chat", of=session_id):
        if user := current_user():
            text = st.session_state[key] or ""
            with text_kept(text, _forget_edit):
                get_services().versions.edit(message_id, text, user_id=user.id, client_message_id=client_message_id)
            _forget_edit()
            turn_over()


def _begin_edit(message_id: int) -> None:
    _forget_again()
    st.session_state.chat_edit = {"message_id": message_id, "client_message_id": uuid.uuid4().hex}


def _forget_edit() -> None:
    st.session_state.pop("chat_edit", None)


def _fork(session_id: int, message_id: int) -> None:
    with telling("chat", of=session_id):
        if user := current_user():
            open_session(get_services().versions.fork(message_id, user_id=user.id))
            renew_message_id()
            st.session_state.session_news = "Forked into a session of its own."


def _delete(session_id: int, message_id: int) -> None:
    with telling("chat", of=session_id):
        if user := current_user():
            get_services().versions.delete(message_id, user_id=user.id)
            offer_undo(session_id, "Deleted the message and its reply.", message_id=message_id)
            offer_to_forget(session_id, message_id, user_id=user.id)
            turn_over()


def offer_undo(session_id: int, text: str, *, message_id: int | None = None, waiting_id: int | None = None) -> None:
    """Offer to bring back a deleted message, or to let one wait again that was taken back. For callbacks."""
    st.session_state.chat_undo = {
        "session_id": session_id,
        "text": text,
        "message_id": message_id,
        "waiting_id": waiting_id,
        "until": time.time() + UNDO_S,
    }


def _forget_undo() -> None:
    st.session_state.pop("chat_undo", None)


def _undo() -> None:
    undo = st.session_state.pop("chat_undo")
    with telling("chat", of=undo["session_id"]):
        if user := current_user():
            services = get_services()
            if undo["message_id"] is not None:
                services.versions.restore(undo["message_id"], user_id=user.id)
                withdraw_offer()
                turn_over(at_id=undo["message_id"])
            else:
                services.follow_ups.restore(undo["waiting_id"], user_id=user.id)


def _say(news: str) -> None:
    st.session_state.session_news = news


def waiting_label(text: str) -> str:
    """Return the beginning of a message that waits, on one line, as Markdown."""
    line = " ".join(text.split())
    return escape_label(line if len(line) <= 80 else f"{line[:79]}…")
