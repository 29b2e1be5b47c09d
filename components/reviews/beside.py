"""What the chat shows of reviews: the links of its session, and comments beside the messages that they are about."""

from collections.abc import Mapping
from datetime import datetime

import streamlit as st

from components.dialogs import close_dialog, open_dialog
from components.labels import counted, escape_label, planner_zone
from components.problems import telling
from components.resources import get_services, get_waker
from components.reviews.entry import follow_links, has_links
from components.reviews.link_list import opened_words
from components.reviews.things import changed_since, may_share_again, thing_link
from components.reviews.thread_actions import about_words, draw_threads
from components.reviews.words import open_badge, state_badge
from components.state import REVIEWS_PAGE
from services.accounts.records import User
from services.process.clock import utc_now
from services.reviews.records import Review, ReviewState, Thing
from services.sessions.records import SessionSummary
from settings import ROOT

_LISTED = 10
_THREADS = 20

Counts = Mapping[str | None, int]  # open threads, by the message that they are about


def reviews_menu(session: SessionSummary, *, user_id: int) -> Counts:
    """Draw the menu of a session's links; an empty place where it has none. Return what is open, by message."""
    services, session_id, thing = get_services(), session.id, Thing("session", session.id)
    number, of_deck = 0, 0
    if has_links(user_id=user_id):
        of_deck = services.reviews.count(thing._replace(deck=True), user_id=user_id)
        number = services.reviews.count(thing, user_id=user_id) + of_deck
    if not number:
        st.empty()
        return {}
    follow_links(user_id=user_id)
    counts = services.comments.open_by_anchor(thing, user_id=user_id)
    menu = st.popover(
        f"Reviews ({number})",
        icon=":material/rate_review:",
        type="tertiary",
        key=_menu_key(session_id),
        on_change="rerun",
    )
    if menu.open:
        with menu:
            now = utc_now().astimezone(planner_zone())
            for of in (thing, thing._replace(deck=True)):
                links = services.reviews.page(user_id=user_id, of=of, limit=_LISTED)
                changed = changed_since(of, links, user_id=user_id)
                for review in links:
                    _link(review, changed=review.id in changed, now=now)
            if number > of_deck and may_share_again(thing, user_id=user_id):
                _share_button("Share again", thing, session.title)
            if of_deck and may_share_again(thing._replace(deck=True), user_id=user_id):
                _share_button("Share the slides again", thing._replace(deck=True), session.title)
            if max(number - of_deck, of_deck) > _LISTED:
                st.page_link(REVIEWS_PAGE, label="All reviews", icon=":material/arrow_forward:")
            if whole := counts.get(None):
                _button(session_id, None, whole, label=counted(whole, "general comment"))
            if of_deck:
                slides_comments(thing, user_id=user_id)
    return counts


def comments_button(session_id: int, message_id: int, counts: Counts, *, at_end: bool = False) -> None:
    """Draw what opens the comments on a message that nobody has resolved; nothing where there are none."""
    if number := counts.get(str(message_id)):
        with st.container(horizontal=True, horizontal_alignment="right" if at_end else "left"):
            _button(session_id, str(message_id), number, label=counted(number, "comment"))


def _button(session_id: int, anchor: str | None, number: int, *, label: str) -> None:
    st.button(
        label,
        key=f"chat_comments_{anchor or session_id}",
        icon=":material/forum:",
        type="tertiary",
        on_click=_open_comments,
        args=(session_id, anchor),
    )


def _open_comments(session_id: int, anchor: str | None) -> None:
    open_dialog("message_comments", thing=Thing("session", session_id), anchor=anchor)
    _close_menu(session_id)


def _share_button(label: str, thing: Thing, title: str) -> None:
    st.button(
        label,
        key=f"chat_share_again_{thing.id}{'_deck' if thing.deck else ''}",
        icon=":material/sync:",
        type="tertiary",
        on_click=_share_again,
        args=(thing, title),
    )


def _share_again(thing: Thing, title: str) -> None:
    open_dialog("review_again", thing=thing, title=title)
    _close_menu(thing.id)


def slides_comments(thing: Thing, *, user_id: int) -> None:
    """Draw the way to what is open on the links of a thing's deck; nothing where nothing is."""
    counts = get_services().comments.open_by_anchor(thing._replace(deck=True), user_id=user_id)
    if number := sum(counts.values()):
        thing_link(thing._replace(deck=True), f"{counted(number, 'comment')} on the slides")


def _close_menu(session_id: int) -> None:
    st.session_state[_menu_key(session_id)] = False  # an open menu would lie over the dialog


def _menu_key(session_id: int) -> str:
    return f"chat_reviews_{session_id}"


def _link(review: Review, *, changed: bool, now: datetime) -> None:
    with st.container(key=f"chat_review_{review.id}", gap=None):
        st.page_link(
            REVIEWS_PAGE,
            label=f"**{escape_label(review.settings.audience)}**",
            icon=":material/slideshow:" if review.thing.deck else ":material/link:",
            query_params={"review": str(review.id)},
        )
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            state_badge(review, changed=changed)
            open_badge(review)
            st.markdown(f":small[{opened_words(review, now=now)}]", width="content")


@st.dialog("Comments", icon=":material/forum:", width="medium", on_dismiss=close_dialog)
def comments_dialog(thing: Thing, anchor: str | None, *, user: User) -> None:
    """Show the comments on a piece of a thing, on all its links, and what can be done with them."""
    if st.session_state.dialog["name"] != "message_comments":
        st.rerun()  # a button in here opened another one
    st.html(ROOT / "static" / "reviews.css")
    services = get_services()
    look = services.review_watch.planner
    drawn = look(user.id)
    get_waker().wake_here(lambda: look(user.id) != drawn)  # draws the dialog anew, not the page
    with telling():
        threads = services.comments.about(thing, anchor, user_id=user.id, limit=_THREADS)
        links = {one: services.reviews.get(one, user_id=user.id) for one in {thread.review_id for thread in threads}}
        draw_threads(
            threads,
            thing=thing,
            versions={of: {one.number: one for one in link.versions} for of, link in links.items()},
            about={one.id: about_words(one, thing, links[one.review_id].review.settings.audience) for one in threads},
            user_id=user.id,
            ended={of for of, link in links.items() if link.review.state is ReviewState.ENDED},
            beside_message=True,
        )
        if not threads:
            st.markdown("No open comments are left here.")
        if len(threads) == _THREADS:
            st.caption(f"These are the latest {_THREADS}. All are under Reviews.")
