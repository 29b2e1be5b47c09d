"""What a planner does to a session: rename, pin, archive, delete, and more; and what that leaves to be drawn.

In `st.session_state`: `session_undo` is {"ids": [...], "archived": bool, "text": sentence} or {"samples": a file,
"text": sentence} while the last thing can be undone; `session_news` is a sentence to be shown once. What goes wrong
is told at "session".
"""

from collections.abc import Sequence
from dataclasses import asdict

import streamlit as st

from components.dialogs import open_dialog
from components.labels import counted, escape_label
from components.problems import draw_problem, problem, telling
from components.replies.actions import message_id, send
from components.resources import get_services
from components.sessions.dialogs import ask_before_delete, ask_cost, ask_instructions, ask_new_title
from components.sessions.moving import ask_where_to
from components.sessions.people import ask_people, ask_to_leave
from components.state import DECK_PAGE, reads_only, show_page, show_session
from components.transfer.transfer import ask_export, export_many_button
from components.undo import undo_bar
from services.reviews.records import Thing
from services.sessions.records import SessionSummary
from services.trips.proposals import ASK_FOR_BRIEF

_RENAME = ":material/edit: Rename"
_PEOPLE = ":material/group_add: Share with colleagues"
_WHO = ":material/group: Who sees this"
_TRIP = ":material/luggage: Make this a trip"
_BRIEF = ":material/luggage: Update the trip's brief"
_MOVE = ":material/drive_file_move: Move to a trip…"
_SHARE = ":material/share: Share for review"
_INSTRUCTIONS = ":material/description: Instructions"
_SAVE = ":material/bookmark_add: Save as template"
_PIN = ":material/keep: Pin"
_UNPIN = ":material/keep_off: Unpin"
_ARCHIVE = ":material/archive: Archive"
_UNARCHIVE = ":material/unarchive: Bring back"
_COST = ":material/payments: Cost"
_DECK = ":material/slideshow: Slides"
_EXPORT = ":material/download: Export"
_LEAVE = ":material/logout: Leave"
_DELETE = ":material/delete: Delete"


def session_menu(session: SessionSummary, *, user_id: int) -> None:
    """Draw the menu of what can be done to a session; what is chosen is done before the page runs again."""
    key = f"session_menu_{session.id}"
    st.menu_button(
        "Session",
        [
            *([_RENAME] if session.may_write else []),
            *_trip_choices(session),
            *_moves(session),
            *([_PEOPLE, _SHARE] if session.is_own else [_WHO]),
            *([_INSTRUCTIONS] if session.may_write else []),
            *([] if reads_only() else [_SAVE]),
            _UNPIN if session.pinned else _PIN,
            _UNARCHIVE if session.archived else _ARCHIVE,
            _COST,
            _DECK,
            _EXPORT,
            *_ways_out(session, user_id),
        ],
        key=key,
        icon=":material/more_horiz:",
        type="tertiary",
        help="What can be done with this session",
        on_click=_chosen,
        args=(key, session, user_id),
    )


def row_menu(session: SessionSummary, *, user_id: int, place: str = "") -> None:
    """Draw the menu of a session's row in a list: what is done most. Its name is for those who listen."""
    key = f"sidebar_menu_{place}{session.id}"
    st.menu_button(
        f"More for {escape_label(session.title)}",
        [
            *([_RENAME] if session.may_write else []),
            _UNPIN if session.pinned else _PIN,
            _ARCHIVE,
            *_trip_choices(session),
            *_moves(session),
            *_ways_out(session, user_id),
        ],
        key=key,
        icon=":material/more_horiz:",
        type="tertiary",
        on_click=_chosen,
        args=(key, session, user_id),
    )


def _chosen(key: str, session: SessionSummary, user_id: int) -> None:
    session_id, title = session.id, session.title
    choice = st.session_state[key]
    if choice == _RENAME:
        ask_new_title(session_id, title)
    elif choice in (_PEOPLE, _WHO):
        ask_people(session_id, title)
    elif choice in (_TRIP, _BRIEF):
        _ask_for_brief(session)
    elif choice == _MOVE:
        ask_where_to([session])
    elif choice == _SHARE:
        open_dialog("review_share", thing=Thing("session", session_id), title=title)
    elif choice == _INSTRUCTIONS:
        ask_instructions(session_id, session.instructions or "")
    elif choice == _SAVE:
        ask_template(session_id, user_id=user_id)
    elif choice in (_PIN, _UNPIN):
        set_pinned(session_id, choice == _PIN, user_id=user_id)
    elif choice in (_ARCHIVE, _UNARCHIVE):
        set_archived([session_id], choice == _ARCHIVE, user_id=user_id, title=title)
    elif choice == _COST:
        ask_cost(session_id, title)
    elif choice == _DECK:
        show_page(DECK_PAGE, session=str(session_id))
    elif choice == _EXPORT:
        ask_export(session_id, title)
    elif choice == _LEAVE:
        ask_to_leave(session_id, title)
    elif choice == _DELETE:
        ask_before_delete([session_id], title)


def _trip_choices(session: SessionSummary) -> list[str]:
    if session.trip_id is not None:
        return [_BRIEF] if session.may_write and session.may_change_trip else []
    return [_TRIP] if session.is_own else []


def _moves(session: SessionSummary) -> list[str]:
    return [_MOVE] if session.access == "owner" else []


def _ways_out(session: SessionSummary, user_id: int) -> list[str]:
    if session.user_id != user_id:  # whoever works on its trip leaves that instead
        return [] if session.trip_access else [_LEAVE]
    return [] if reads_only() else [_DELETE]


def _ask_for_brief(session: SessionSummary) -> None:
    """Let the assistant propose a trip's brief, which stands below its reply."""
    show_session(session.id)
    send(ASK_FOR_BRIEF, session.id, message_id(), session.model, session.memory)


def selection_actions(selected: Sequence[SessionSummary], *, user_id: int) -> None:
    """Draw what can be done with the sessions selected in a table."""
    if not selected:
        what = "archive or export them" if reads_only() else "move, archive, export or delete them"
        st.caption(f"A click on a title opens the session. Select rows to {what}.")
        return
    ids = [session.id for session in selected]
    st.markdown(f"{counted(len(ids), 'session')} selected", width="content")
    if len(ids) == 1:
        st.button("Open", key="sessions_open", icon=":material/chat:", on_click=show_session, args=(ids[0],))
    if not all(session.archived for session in selected):
        st.button(
            "Archive",
            key="sessions_archive",
            icon=":material/archive:",
            on_click=set_archived,
            args=(ids, True),
            kwargs={"user_id": user_id, "title": selected[0].title},
        )
    if any(session.archived for session in selected):
        st.button(
            "Bring back",
            key="sessions_unarchive",
            icon=":material/unarchive:",
            on_click=set_archived,
            args=(ids, False),
            kwargs={"user_id": user_id, "title": selected[0].title},
        )
    own = [session for session in selected if session.is_own]
    of_others = len(own) < len(selected)
    if own:
        st.button(
            "Move",
            key="sessions_move",
            icon=":material/drive_file_move:",
            help=f"Move {'your own of them ' if of_others else ''}to a trip, or out of one",
            on_click=ask_where_to,
            args=(own,),
        )
    if len(ids) == 1:
        st.button(
            "Export",
            key="sessions_export",
            icon=":material/download:",
            on_click=ask_export,
            args=(ids[0], selected[0].title),
        )
    else:
        export_many_button("Export", ids, key="sessions_export_many", user_id=user_id)
    if own:
        st.button(
            "Delete",
            key="sessions_delete",
            icon=":material/delete:",
            help="Of those selected, your own" if of_others else None,
            on_click=ask_before_delete,
            args=([session.id for session in own], own[0].title if len(own) == 1 else ""),
        )


def ask_template(session_id: int, *, user_id: int) -> None:
    """Open the dialog for a template with a session's settings and first message. A callback."""
    forget_undo()
    with telling("session"):
        opening = asdict(get_services().templates.of_session(session_id, user_id=user_id))
        open_dialog("template_edit", template_id=None, opening=opening)


def set_pinned(session_id: int, pinned: bool, *, user_id: int) -> None:
    """Keep a session on top of the sidebar, or no longer. A callback."""
    forget_undo()
    with telling("session"):
        get_services().sessions.change(session_id, user_id=user_id, pinned=pinned)


def set_archived(session_ids: Sequence[int], archived: bool, *, user_id: int, title: str = "") -> None:
    """Archive sessions or bring them back, and offer to undo it. A callback."""
    forget_undo()
    with telling("session"):
        number = get_services().sessions.set_archived(session_ids, archived, user_id=user_id)
        what = f"“{escape_label(title)}”" if title and number == 1 else counted(number, "session")
        text = f"Archived {what}." if archived else f"Brought back {what}."
        st.session_state.session_undo = {"ids": list(session_ids), "archived": not archived, "text": text}


def draw_session_notices(*, user_id: int) -> None:
    """Draw what the last action left: what went wrong, news, and what can be undone.

    Nothing stands above the page: it would move, and what was drawn there be seen twice.
    """
    state = st.session_state
    if problem("session"):
        with st.bottom:
            draw_problem("session")
    if news := state.pop("session_news", None):
        st.toast(news, icon=":material/check:")
    if undo := state.get("session_undo"):
        undo_bar(undo["text"], key="session", undo=undo_last, args=(user_id,), close=forget_undo)


def undo_last(user_id: int) -> None:
    """Undo what was done last. A callback."""
    undo = st.session_state.pop("session_undo")
    with telling("session"):
        if "samples" in undo:
            get_services().transfer.bring_back_samples(undo["samples"], user_id=user_id)
        else:
            get_services().sessions.set_archived(undo["ids"], undo["archived"], user_id=user_id)


def forget_undo() -> None:
    """Let the last thing be undone no more: another is done. For callbacks."""
    st.session_state.pop("session_undo", None)
