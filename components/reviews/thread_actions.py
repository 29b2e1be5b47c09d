"""Threads as a planner sees them: reply, say something to colleagues, resolve, ask the assistant.

Callbacks; what goes wrong is told in the thread. In `st.session_state`: `reviews_writing` is {"thread": the id of the
thread (None: a new one), "comment": the id of the comment that is written anew, or None} while a box is open;
`reviews_gone` is the thread whose message was looked for last and is not shown in its session.
"""

from collections.abc import Collection, Mapping, Sequence

import streamlit as st

from components.dialogs import open_dialog
from components.labels import escape_label
from components.problems import draw_problem, telling
from components.resources import get_services
from components.reviews.things import thing_link
from components.reviews.threads import draw_thread
from components.reviews.words import THINGS
from components.sending import sent_once, times_sent
from components.state import reads_only, show_session
from services.errors import NotPossibleError
from services.reviews.records import Comment, Review, ReviewState, Thing, Thread, Version
from services.reviews.texts import MAX_COMMENT_CHARS

_INTERNAL = "Internal: colleagues see it, those who have the link never do"
_ENDED = ":material/link_off: :small[This link has ended: only colleagues see what you write here.]"


def draw_threads(
    threads: Sequence[Thread],
    *,
    thing: Thing,
    versions: Mapping[int, dict[int, Version]],
    about: Mapping[int, str],
    user_id: int,
    ended: Collection[int] = (),
    beside_message: bool = False,
) -> None:
    """Draw threads and what can be done with them.

    *versions* are those of each link, by its id; *about* says, as Markdown and by the thread's id, what it is about;
    *ended* are the ids of the links that open no more.
    *beside_message*: the message that they are about is in sight. The assistant can be asked where *thing* is a
    session.
    """
    for thread in threads:
        with st.container(key=f"reviews_thread_{thread.id}", gap="xsmall"):
            if words := about.get(thread.id):
                st.markdown(f":small[{words}]")
            draw_thread(
                thread,
                versions=versions[thread.review_id],
                below=lambda one: _below(
                    one, thing, user_id, ended=one.review_id in ended, beside_message=beside_message
                ),
                beside=lambda one, comment: _beside(one, comment, user_id),
            )


def new_thread(review: Review, *, user_id: int) -> None:
    """Draw what says something about the whole of a link, for its readers or for colleagues."""
    if st.session_state.get("reviews_writing") == {"thread": None, "comment": None}:
        with st.form("reviews_comment", border=True):
            if review.state is ReviewState.ENDED:
                st.markdown(_ENDED)
            st.text_area("Comment", key="reviews_comment_text", max_chars=MAX_COMMENT_CHARS, height=100)
            st.checkbox(_INTERNAL, key="reviews_comment_internal")
            draw_problem("review_thread_new")
            with st.container(horizontal=True, horizontal_alignment="right"):
                st.form_submit_button(
                    "Comment",
                    key="reviews_comment_send",
                    type="primary",
                    on_click=_comment,
                    args=(review.id, user_id, times_sent("planners_comment")),
                )
                st.form_submit_button("Cancel", key="reviews_comment_cancel", on_click=_stop_writing)
    else:
        st.button(
            "General comment",
            key="reviews_comment_begin",
            icon=":material/add_comment:",
            on_click=_write,
            args=(None, None),
        )


def _beside(thread: Thread, comment: Comment, user_id: int) -> None:
    """Draw what can be done with a comment of one's own while it can be."""
    if not comment.changeable or reads_only():
        return
    if _writes(thread.id, comment.id):
        with st.form(f"reviews_edit_{comment.id}", border=False):
            key = f"reviews_edit_text_{comment.id}"
            st.text_area("Your comment", value=comment.text, key=key, max_chars=MAX_COMMENT_CHARS, height=100)
            with st.container(horizontal=True, horizontal_alignment="right"):
                st.form_submit_button(
                    "Save",
                    key=f"reviews_edit_save_{comment.id}",
                    type="primary",
                    on_click=_change,
                    args=(thread, comment.id, key, user_id),
                )
                st.form_submit_button("Cancel", key=f"reviews_edit_cancel_{comment.id}", on_click=_stop_writing)
        return
    with st.container(horizontal=True, gap="small", key=f"reviews_own_{comment.id}"):
        st.button(
            "Edit",
            key=f"reviews_change_{comment.id}",
            icon=":material/edit:",
            type="tertiary",
            help="For 15 minutes after it was written",
            on_click=_write,
            args=(thread.id, comment.id),
        )
        st.button(
            "Delete",
            key=f"reviews_take_back_{comment.id}",
            icon=":material/delete:",
            type="tertiary",
            help="For 15 minutes after it was written",
            on_click=_take_back,
            args=(thread, comment.id, user_id),
        )


def _below(thread: Thread, thing: Thing, user_id: int, *, ended: bool, beside_message: bool) -> None:
    draw_problem(_place(thread.id))
    if _writes(thread.id, None):
        _answer_form(thread, user_id, ended=ended)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"reviews_actions_{thread.id}"):
        says_something = not reads_only() and any(not one.removed for one in (thread.first, *thread.answers))
        if says_something:
            _button("Reply", "reply", thread, _write, thread.id, None)
            if thread.resolved:
                _button("Reopen", "restart_alt", thread, _reopen, thread, user_id)
            else:
                _button("Resolve", "check", thread, _resolve, thread, user_id)
        if thing.kind == "session":
            if says_something:
                _button("Ask the assistant", "flight_takeoff", thread, _ask, thread, thing.id)
            if st.session_state.get("reviews_gone") == thread.id:
                _button("Go to the session", "chat", thread, show_session, thing.id)
            elif thread.anchor and not beside_message and not thing.deck:
                _button("Show message", "chat", thread, _show_message, thread, thing, user_id)
        elif thread.anchor and not beside_message and not thing.deck:
            thing_link(thing, "Show in the brief", field=thread.anchor)


def _button(label: str, icon: str, thread: Thread, on_click: object, *args: object) -> None:
    st.button(
        label,
        key=f"reviews_{label.split()[0].lower()}_{thread.id}",
        icon=f":material/{icon}:",
        type="tertiary",
        on_click=on_click,  # type: ignore[arg-type]
        args=args,
    )


def _answer_form(thread: Thread, user_id: int, *, ended: bool) -> None:
    key = f"reviews_answer_text_{thread.id}"
    with st.form(f"reviews_answer_{thread.id}", border=False):
        if ended:
            st.markdown(_ENDED)
        st.text_area("Your reply", key=key, max_chars=MAX_COMMENT_CHARS, height=100)
        if thread.first.internal:
            st.markdown(f":small[:material/lock: {_INTERNAL}]")
        else:
            st.checkbox(_INTERNAL, key=f"reviews_answer_internal_{thread.id}")
        with st.container(horizontal=True, horizontal_alignment="right"):
            st.form_submit_button(
                "Send",
                key=f"reviews_answer_send_{thread.id}",
                type="primary",
                icon=":material/send:",
                on_click=_answer,
                args=(thread, key, user_id, times_sent(key)),
            )
            st.form_submit_button("Cancel", key=f"reviews_answer_cancel_{thread.id}", on_click=_stop_writing)


def _place(thread_id: int) -> str:
    return f"review_thread_{thread_id}"


def _writes(thread_id: int | None, comment_id: int | None) -> bool:
    return st.session_state.get("reviews_writing") == {"thread": thread_id, "comment": comment_id}


def _write(thread_id: int | None, comment_id: int | None) -> None:
    st.session_state.reviews_writing = {"thread": thread_id, "comment": comment_id}


def _stop_writing() -> None:
    st.session_state.pop("reviews_writing", None)


def _comment(review_id: int, user_id: int, times: int) -> None:
    with telling("review_thread_new"), sent_once("planners_comment", times) as is_first:
        if not is_first:
            return
        text, internal = st.session_state.reviews_comment_text or "", st.session_state.reviews_comment_internal
        get_services().comments.add(review_id, text, user_id=user_id, internal=internal)
        _stop_writing()


def _answer(thread: Thread, key: str, user_id: int, times: int) -> None:
    with telling(_place(thread.id)), sent_once(key, times) as is_first:
        if not is_first:
            return
        internal = bool(st.session_state.get(f"reviews_answer_internal_{thread.id}"))
        get_services().comments.add(
            thread.review_id,
            st.session_state[key] or "",
            user_id=user_id,
            thread_id=thread.id,
            internal=internal,
        )
        _stop_writing()


def _change(thread: Thread, comment_id: int, key: str, user_id: int) -> None:
    with telling(_place(thread.id)):
        text = st.session_state[key] or ""
        get_services().comments.change(comment_id, text, review_id=thread.review_id, user_id=user_id)
        _stop_writing()


def _take_back(thread: Thread, comment_id: int, user_id: int) -> None:
    with telling(_place(thread.id)):
        get_services().comments.take_back(comment_id, review_id=thread.review_id, user_id=user_id)


def _resolve(thread: Thread, user_id: int) -> None:
    with telling(_place(thread.id)):
        get_services().comments.resolve(thread.id, review_id=thread.review_id, user_id=user_id)


def _reopen(thread: Thread, user_id: int) -> None:
    with telling(_place(thread.id)):
        get_services().comments.reopen(thread.id, review_id=thread.review_id, user_id=user_id)


def _show_message(thread: Thread, thing: Thing, user_id: int) -> None:
    """Go to the message in its session, if that is what the session shows: a look brings no old version back."""
    with telling(_place(thread.id), task="open that"):
        message_id = int(thread.anchor or 0)
        try:
            get_services().reviews.preview(thing, user_id=user_id, first_id=message_id, last_id=message_id)
        except NotPossibleError as exc:
            st.session_state.reviews_gone = thread.id
            raise NotPossibleError("This message was replaced or deleted; the session no longer shows it.") from exc
        show_session(thing.id, message_id)


def _ask(thread: Thread, session_id: int) -> None:
    open_dialog("review_ask", session_id=session_id, quote=quoted(thread))


def quoted(thread: Thread) -> str:
    """Return what a thread is about and what is said in it as quotes in Markdown, with room for what is asked."""
    said = [thread.first, *thread.answers]
    after = f" (after “{thread.before}”)" if thread.before else ""
    parts = [f"{thread.passage}{after}"] if thread.passage else []
    parts += [f"{one.name}: {one.text}" for one in said if not one.removed and not one.internal]
    quotes = ["\n".join(f"> {line}".rstrip() for line in part.splitlines()) for part in parts]
    return "\n\n".join([*quotes, ""])


def about_words(thread: Thread, thing: Thing, audience: str | None = None) -> str:
    """Return, as Markdown, what a thread is about where nothing more is known."""
    where = "General comment" if thread.anchor is None else THINGS[thing.shown].about
    return f"{escape_label(audience)} · {where}" if audience else where
