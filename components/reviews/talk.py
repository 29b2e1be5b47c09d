"""What is said about a message or the whole, and the forms to say something; threads are closed at first.

A *place* is the anchor of a message, or WHOLE. In `st.session_state`: `review_writing` is the place of the open form,
`review_threads` how many threads are drawn at each place that is open, `review_answering` the thread that is being
answered, `review_editing` and `review_removing` the comment
that is being changed or taken back, `review_gone` messages of earlier versions by anchor.
"""

from contextlib import suppress
from functools import partial

import streamlit as st

from components.address import address
from components.labels import escape_label
from components.problems import draw_problem, telling
from components.resources import get_services
from components.reviews.places import go_to, show_message
from components.reviews.slides import parts_label, parts_of
from components.reviews.snapshot import first_words
from components.reviews.threads import draw_thread
from components.reviews.visitor import Visitor, name_input, remember_name, typed_name
from components.reviews.words import THINGS, how_many, said, time_of_day
from components.sending import sent_once, times_sent
from exports.reviews.records import Block
from services.errors import NotFoundError
from services.reviews.records import Comment, ReviewMay, Thread, Version, Visit
from services.reviews.texts import MAX_COMMENT_CHARS, MAX_PASSAGE_CHARS
from services.reviews.views import CHANGEABLE_FOR

WHOLE = "whole"
_THREADS = 20  # drawn at first, and with each "Show more"
_AT_ONCE = 100
_ADVICE = "What you typed is still there. Please try again in a moment."


def keep_room(visitor: Visitor, visit: Visit) -> None:
    """Let the page keep the room of what can be said below each message, till its browser is known."""
    if visitor.key is None and _may_say(visit):
        st.html('<i class="travelbot-to-be-known"></i>')
    else:
        st.empty()


def draw_talk(visitor: Visitor, visit: Visit, block: Block | None) -> None:
    """Draw what is said about a message (None: the whole), closed, and the way to say something."""
    place = block.anchor if block else WHOLE
    number = visit.threads.get(block.anchor if block else None, 0)
    if not (_may_say(visit) or number or _is_open(place)):
        return
    if visitor.key is None and not number:  # the page keeps the room
        return
    with st.container(key=f"review_actions_{place}", horizontal=True, gap="xsmall"):
        if _may_say(visit) and visitor.key is not None:
            st.button(
                f"Comment :small[on “{escape_label(first_words(block))}”]" if block else "Comment",
                key=f"review_comment_{place}",
                type="tertiary",
                icon=":material/add_comment:",
                on_click=_begin,
                args=(place,),
            )
        if number:
            _open_button(visitor, place, number)
    if st.session_state.get("review_writing") == place and _may_say(visit):
        _draw_form(visitor, visit, place)
    elif _is_open(place):  # what is written below stays where it is when a form opens or closes
        st.empty()
    if _is_open(place):
        _draw_threads(visitor, visit, place)


def draw_slide_talk(visitor: Visitor, visit: Visit, slide: Block) -> None:
    """Draw what is said about a slide, and below that about its parts, closed while nothing is."""
    draw_talk(visitor, visit, slide)
    parts = parts_of(slide, visit.snapshot.blocks)
    threads = sum(visit.threads.get(part.anchor, 0) for part in parts)
    if not parts or not (_may_say(visit) or threads):
        return
    with st.expander(parts_label(parts, threads), expanded=threads > 0, key=f"review_parts_{slide.anchor}"):
        for part in parts:
            with st.container(key=f"review_block_{part.anchor}", gap="xsmall"):
                st.markdown(f":small[{escape_label(first_words(part).removeprefix(f'{slide.author}: '))}]")
                draw_talk(visitor, visit, part)


def draw_whole_talk(visitor: Visitor, visit: Visit) -> None:
    """Draw what is said about the whole; nothing where nothing is and nothing can be."""
    with st.container(key=f"review_block_{WHOLE}", gap="xsmall"):
        if _may_say(visit) or visit.threads.get(None):
            st.header("General comments", anchor=False)
            draw_talk(visitor, visit, None)


def draw_earlier_talk(visitor: Visitor, visit: Visit) -> None:
    """Draw what was said about messages that are not shown any more; nothing where nothing was."""
    shown = {block.anchor for block in visit.snapshot.blocks}
    gone = [anchor for anchor in visit.threads if anchor is not None and anchor not in shown]
    with st.container(key="review_earlier", gap="small"):
        if gone:
            st.header(THINGS[visit.snapshot.thing].gone, anchor=False)
        for anchor in gone:
            with st.container(key=f"review_block_{anchor}", gap="xsmall"):
                if block := _gone_block(visitor, anchor):
                    st.caption(said(block))
                    st.markdown(f"*{escape_label(first_words(block))}*")
                _open_button(visitor, anchor, visit.threads[anchor])
                if _is_open(anchor):
                    _draw_threads(visitor, visit, anchor)


def go_to_thread(thread: Thread, visit: Visit) -> None:
    """Bring a thread into view, drawn if it is not yet: it may be the oldest one at its place. A callback."""
    if thread.anchor:
        show_message(thread.anchor, visit.snapshot.blocks)
    _open(thread.anchor or WHOLE, max(_THREADS, visit.threads.get(thread.anchor, 0)))
    go_to(f"review_thread_{thread.id}")


def _gone_block(visitor: Visitor, anchor: str) -> Block | None:
    """Return a message as it was when something was said about it. A version is read once: it stays as it is."""
    gone: dict[str, Block] = st.session_state.setdefault("review_gone", {})
    if anchor not in gone:
        visits = get_services().visits
        for thread in visits.threads(visitor.token, visitor.key, anchor=anchor, limit=1):
            with suppress(NotFoundError):  # it was shown before they came
                _, before = visits.shown(visitor.token, visitor.key, number=thread.first.version)
                gone |= {block.anchor: block for block in before.blocks}
    return gone.get(anchor)


def _is_open(place: str) -> bool:
    return place in st.session_state.get("review_threads", {})


def _may_say(visit: Visit) -> bool:
    return visit.settings.may is not ReviewMay.LOOK


def _open_button(visitor: Visitor, place: str, number: int) -> None:
    is_open = _is_open(place)
    st.button(
        how_many(number, "comment"),
        key=f"review_open_{place}",
        type="tertiary",
        icon=":material/expand_less:" if is_open else ":material/forum:",
        help="Close them" if is_open else "Show them here",
        disabled=visitor.key is None,  # a click in the moment in which the browser tells would be lost
        on_click=_close if is_open else _open,
        args=(place,),
    )


def _draw_form(visitor: Visitor, visit: Visit, place: str) -> None:
    with st.container(key=_form_key(place)), st.form(f"review_form_{place}", border=True):
        name_input(visit.name, key=f"review_name_comment_{place}")
        st.text_area("Your comment", key=f"review_typed_{place}", max_chars=MAX_COMMENT_CHARS, height=120)
        if place != WHOLE:
            st.text_input(
                "Passage, if any",
                key=f"review_passage_{place}",
                max_chars=MAX_PASSAGE_CHARS,
                placeholder=THINGS[visit.snapshot.thing].passage,
                autocomplete="off",
            )
            st.text_input("Words before it", key=f"review_before_{place}")  # passages.js fills it; nobody sees it
        draw_problem(f"review_say_{place}")
        with st.container(horizontal=True):
            st.form_submit_button(  # the first one: Ctrl+Enter presses that
                "Send",
                key=f"review_send_{place}",
                type="primary",
                icon=":material/send:",
                on_click=_say,
                args=(visitor, place, times_sent(place)),
            )
            st.form_submit_button("Cancel", key=f"review_cancel_{place}", on_click=_stop, args=("writing",))


def _draw_threads(visitor: Visitor, visit: Visit, place: str) -> None:
    limit = st.session_state.review_threads[place]
    found = _threads(visitor, place, limit + 1)
    with st.container(key=f"review_threads_{place}", gap="small"):
        for thread in found[:limit]:
            draw_thread(
                thread,
                versions=_versions(visitor, visit, thread),
                below=partial(_below, visitor, visit),
                beside=partial(_beside, visitor, place),
            )
        if len(found) > limit:
            st.button(
                "Show more comments", key=f"review_more_{place}", on_click=_open, args=(place, limit + _THREADS)
            )


def _threads(visitor: Visitor, place: str, most: int) -> list[Thread]:
    found: list[Thread] = []
    while len(found) < most:
        limit = min(most - len(found), _AT_ONCE)
        anchor = None if place == WHOLE else place
        before = found[-1].id if found else None
        page = get_services().visits.threads(visitor.token, visitor.key, anchor=anchor, limit=limit, before_id=before)
        found += page
        if len(page) < limit:
            break
    return found


def _versions(visitor: Visitor, visit: Visit, thread: Thread) -> dict[int, Version]:
    """Return the version that a thread was resolved in, by its number."""
    number = thread.resolved.version if thread.resolved else None
    if number is None or number == visit.version.number:
        return {visit.version.number: visit.version}
    with suppress(NotFoundError):  # it was shown before they came
        version, _ = get_services().visits.shown(visitor.token, visitor.key, number=number)
        return {number: version}
    return {}


def _below(visitor: Visitor, visit: Visit, thread: Thread) -> None:
    if thread.first.version < visit.version.number:
        st.caption(":material/history: Said about an earlier version.")
    if not _may_say(visit) or (thread.first.removed and not thread.answers):
        return
    if st.session_state.get("review_answering") != thread.id:
        st.button(
            "Reply",
            key=f"review_answer_{thread.id}",
            type="tertiary",
            icon=":material/reply:",
            disabled=visitor.key is None,
            on_click=_begin_answer,
            args=(thread.id,),
        )
        return
    name = f"answer_{thread.id}"
    with st.container(key=_form_key(name)), st.form(f"review_form_{name}", border=False):
        name_input(visit.name, key=f"review_name_answer_{thread.id}")
        st.text_area("Your reply", key=f"review_answer_typed_{thread.id}", max_chars=MAX_COMMENT_CHARS, height=100)
        draw_problem(f"review_answer_{thread.id}")
        with st.container(horizontal=True):
            st.form_submit_button(
                "Send",
                key=f"review_answer_send_{thread.id}",
                type="primary",
                icon=":material/send:",
                on_click=_answer,
                args=(visitor, thread.id, times_sent(name)),
            )
            st.form_submit_button(
                "Cancel", key=f"review_answer_cancel_{thread.id}", on_click=_stop, args=("answering",)
            )


def _beside(visitor: Visitor, place: str, _: Thread, comment: Comment) -> None:
    """Draw what can be done with a comment of one's own."""
    state, problem = st.session_state, f"review_own_{comment.id}"
    if not comment.changeable:
        return
    if state.get("review_editing") == comment.id:
        with st.form(f"review_form_edit_{comment.id}", border=False):
            key = f"review_edited_{comment.id}"
            st.text_area("Your comment", value=comment.text, key=key, max_chars=MAX_COMMENT_CHARS, height=100)
            draw_problem(problem)
            with st.container(horizontal=True):
                st.form_submit_button(
                    "Save",
                    key=f"review_save_{comment.id}",
                    type="primary",
                    on_click=_change,
                    args=(visitor, comment.id),
                )
                st.form_submit_button("Cancel", key=f"review_keep_{comment.id}", on_click=_leave_own)
        return
    asks = state.get("review_removing") == comment.id
    draw_problem(problem)
    with st.container(key=f"review_own_{comment.id}", horizontal=True, gap="xsmall", vertical_alignment="center"):
        if asks:
            st.markdown("Delete this comment?", width="content")
            st.button("Delete", key=f"review_gone_{comment.id}", on_click=_take_back, args=(visitor, comment.id))
            st.button("Keep", key=f"review_kept_{comment.id}", type="tertiary", on_click=_leave_own)
        else:
            for name, icon, what in (("Edit", "edit", "editing"), ("Delete", "delete", "removing")):
                st.button(
                    name,
                    key=f"review_{what}_{comment.id}",
                    type="tertiary",
                    icon=f":material/{icon}:",
                    on_click=_begin_own,
                    args=(what, comment.id),
                )
            until = time_of_day(comment.created_at + CHANGEABLE_FOR)
            st.markdown(f":small[:gray[You can change it until {escape_label(until)}]]", width="content")


def _begin(place: str) -> None:
    st.session_state.review_writing = place


def _begin_answer(thread_id: int) -> None:
    st.session_state.review_answering = thread_id


def _begin_own(what: str, comment_id: int) -> None:
    _leave_own()
    st.session_state[f"review_{what}"] = comment_id


def _leave_own() -> None:
    for what in ("editing", "removing"):
        st.session_state.pop(f"review_{what}", None)


def _stop(what: str) -> None:
    st.session_state.pop(f"review_{what}", None)


def _form_key(name: str) -> str:
    """Return the key around a form: another one once it was sent, as browsers keep what is typed by it."""
    return f"review_form_{name}_{times_sent(name)}"


def _open(place: str, number: int = _THREADS) -> None:
    st.session_state.review_threads = {**st.session_state.get("review_threads", {}), place: number}


def _close(place: str) -> None:
    st.session_state.review_threads.pop(place, None)


def _say(visitor: Visitor, place: str, times: int) -> None:
    state = st.session_state
    with telling(f"review_say_{place}", advice=_ADVICE), sent_once(place, times) as is_first:
        if not is_first:
            return
        assert visitor.key is not None
        name = typed_name(f"review_name_comment_{place}")
        get_services().visits.comment(
            visitor.token,
            visitor.key,
            state[f"review_typed_{place}"],
            name=name,
            anchor=None if place == WHOLE else place,
            passage=state.get(f"review_passage_{place}"),
            before=state.get(f"review_before_{place}"),
            address=address(),
        )
        remember_name(name)
        if state.get("review_writing") == place:  # another form may be open by now
            _stop("writing")
        _open(place, max(_THREADS, state.get("review_threads", {}).get(place, 0)))


def _answer(visitor: Visitor, thread_id: int, times: int) -> None:
    state = st.session_state
    with telling(f"review_answer_{thread_id}", advice=_ADVICE), sent_once(f"answer_{thread_id}", times) as is_first:
        if not is_first:
            return
        assert visitor.key is not None
        name, text = typed_name(f"review_name_answer_{thread_id}"), state[f"review_answer_typed_{thread_id}"]
        visits = get_services().visits
        visits.comment(visitor.token, visitor.key, text, name=name, thread_id=thread_id, address=address())
        remember_name(name)
        if state.get("review_answering") == thread_id:
            _stop("answering")


def _change(visitor: Visitor, comment_id: int) -> None:
    with telling(f"review_own_{comment_id}", advice=_ADVICE):
        assert visitor.key is not None
        text = st.session_state[f"review_edited_{comment_id}"]
        get_services().visits.change(visitor.token, visitor.key, comment_id, text, address=address())
        _leave_own()


def _take_back(visitor: Visitor, comment_id: int) -> None:
    with telling(f"review_own_{comment_id}", task="delete that"):
        assert visitor.key is not None
        get_services().visits.take_back(visitor.token, visitor.key, comment_id)
        _leave_own()
