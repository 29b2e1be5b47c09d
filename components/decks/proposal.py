"""Slides that the assistant proposes: a card below its reply, from which a planner takes what they want."""

from collections.abc import Sequence

import streamlit as st

from components.decks.drawn import drawn_draft
from components.decks.places import of_address
from components.decks.stage import draw_styles
from components.labels import counted, escape_label
from components.problems import draw_problem, telling, unless_away
from components.resources import get_services
from components.state import DECK_PAGE
from exports.decks.records import Deck, Slide
from services.decks.proposals import is_proposed, slides_in
from services.decks.records import DeckOf, SavedDeck
from services.errors import InvalidInputError, NotFoundError
from services.parts import Part
from services.sessions.records import MessageView, SessionSummary

_WIDTH = 300  # pixels of a slide


def last_slides_id(messages: Sequence[MessageView]) -> int | None:
    """Return the id of the last of these messages that proposes slides: of earlier ones nothing is offered."""
    return next((one.id for one in reversed(messages) if proposes_slides(one.parts)), None)


def proposes_slides(parts: Sequence[Part]) -> bool:
    """Return whether a reply proposes slides."""
    return bool(slides_in(parts))


def slides_card(message: MessageView, session: SessionSummary, *, user_id: int) -> None:
    """Draw the slides that a reply proposes, if it does, and what adds them to the deck of its session."""
    proposed = slides_in(message.parts)
    if not proposed:
        return
    of = DeckOf("session", session.id)
    with st.container(key=f"chat_slides_{message.id}", border=True, gap="small"), unless_away():
        try:
            saved = get_services().decks.find(of, user_id=user_id)
            drawn = drawn_draft(of, Deck(title=session.title, slides=proposed), user_id=user_id)
        except NotFoundError:  # they are just leaving it
            return
        left = _not_added(proposed, saved, message.id)
        _head(of, len(proposed) - len(left), saved)
        draw_styles(drawn.css)
        first_pages = {page.slide_id: page.html for page in reversed(drawn.pages)}
        with st.container(key=f"chat_slides_{message.id}_all", horizontal=True, gap="small"):
            for slide in proposed:
                with st.container(key=_key(slide, message.id), width=_WIDTH, gap="xsmall"):
                    st.html(first_pages.get(slide.id, ""))
                    _choice(
                        slide, message.id, may_choose=session.may_write and slide in left, added=slide not in left
                    )
        if left and session.may_write:
            st.button(
                "Add to the deck",
                key=f"chat_slides_{message.id}_add",
                type="primary",
                icon=":material/add_to_photos:",
                on_click=_add,
                args=(of, message.id, [slide.id for slide in left], saved.rev if saved else None, user_id),
            )
        elif left:
            st.caption("You can read this session, but not change its deck.")
        draw_problem(f"slides_{message.id}")


def _head(of: DeckOf, added: int, saved: SavedDeck | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        told = f":green[:material/check_circle:] {counted(added, 'slide')} added" if added else "Slides for the deck"
        st.markdown(f"**:material/slideshow: {told}**" if not added else f"**{told}**", width="stretch")
        if saved is not None:
            st.page_link(
                DECK_PAGE,
                label=escape_label(saved.deck.title or saved.title),
                icon=":material/arrow_forward:",
                query_params=of_address(of),
            )


def _choice(slide: Slide, message_id: int, *, may_choose: bool, added: bool) -> None:
    """Draw the title of a slide: to be chosen, as one that is added, or only to be read."""
    title = escape_label(slide.title) or "Without a title"
    if may_choose:
        st.checkbox(title, value=True, key=f"{_key(slide, message_id)}_chosen")
    else:
        st.caption(f":material/check: {title}, in the deck" if added else title)


def _not_added(proposed: Sequence[Slide], saved: SavedDeck | None, message_id: int) -> list[Slide]:
    """Return the slides that are still to be had: what came into the deck from this reply is there, also reworded."""
    came = [
        one
        for one in (saved.deck.slides if saved else ())
        if one.message_ids == (str(message_id),) and is_proposed(one)
    ]
    same = {(one.title, one.blocks) for one in came}
    left = [one for one in proposed if (one.title, one.blocks) not in same]
    reworded = len(came) - (len(proposed) - len(left))
    return left[max(0, reworded) :]


def _add(of: DeckOf, message_id: int, ids: Sequence[str], rev: int | None, user_id: int) -> None:
    """Add the slides that are ticked. A callback."""
    state = st.session_state
    with telling(f"slides_{message_id}"):
        chosen = [one for one in ids if state.get(f"chat_slides_{message_id}_{one}_chosen")]
        if not chosen:
            raise InvalidInputError("Choose a slide at least.")
        get_services().decks.accept(of.id, message_id, chosen, user_id=user_id, rev=rev)
        state.session_news = f"Added {counted(len(chosen), 'slide')} to the deck."


def _key(slide: Slide, message_id: int) -> str:
    return f"chat_slides_{message_id}_{slide.id}"
