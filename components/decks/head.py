"""What stands above a deck: what it is of, and all that can be done with it."""

from collections.abc import Callable

import streamlit as st

from components.address import from_here
from components.decks.changing import (
    add_blank,
    add_slide,
    change_slide,
    confirm_all,
    duplicate,
    move_down,
    move_up,
    remove_slide,
    turn_hidden,
)
from components.decks.comments import shared
from components.decks.drawn import DrawnDeck, DrawnPage
from components.decks.places import shown_slide_id, way_back
from components.decks.slide_form import begin_edit
from components.decks.source import has_source, open_source
from components.decks.stage import draw_steps
from components.decks.versions import ask_versions
from components.dialogs import open_dialog
from components.labels import escape_label
from components.resources import get_services
from components.reviews.entry import has_links
from components.reviews.things import may_share_again
from exports.decks.records import Slide
from services.decks.files import TYPES, DeckFormat
from services.decks.records import SavedDeck
from services.transfer.transfer import file_name

_CONFIRM, _RENAME, _LOOK, _SHARE, _AGAIN, _VERSIONS, _ANEW = (
    ":material/done_all: Confirm all slides",
    ":material/edit: Rename",
    ":material/palette: Look",
    ":material/share: Share for review",
    ":material/sync: Share again",
    ":material/history: Versions",
    ":material/autorenew: Make anew",
)
_UP, _DOWN, _HIDE, _SHOW, _DUPLICATE, _ADD, _SOURCE, _REMOVE = (
    ":material/arrow_upward: Move up",
    ":material/arrow_downward: Move down",
    ":material/visibility_off: Hide",
    ":material/visibility: Show",
    ":material/content_copy: Duplicate",
    ":material/add: Add a slide after this",
    ":material/chat: Go to its message",
    ":material/delete: Remove",
)
_EDITS = {_UP: move_up, _DOWN: move_down, _HIDE: turn_hidden, _SHOW: turn_hidden}
_FILES = (
    (DeckFormat.PPTX, "PowerPoint", ":material/slideshow:"),
    (DeckFormat.PDF, "PDF", ":material/picture_as_pdf:"),
    (DeckFormat.MARKDOWN, "Markdown", ":material/markdown:"),
    (DeckFormat.JSON, "JSON", ":material/data_object:"),
)


def draw_head(saved: SavedDeck, *, is_owner: bool, user_id: int) -> None:
    """Draw the title of a deck with what can be done with all of it."""
    way_back(saved.of, escape_label(saved.title))
    with st.container(key="deck_head", horizontal=True, vertical_alignment="center", gap="small"):
        st.title(escape_label(saved.deck.title or saved.title), anchor=False, width="stretch")
        with st.container(key="deck_do", horizontal=True, width="content", gap="small"):
            st.button(
                "Present",
                key="deck_present",
                icon=":material/play_arrow:",
                type="primary",
                help="Full screen. Esc ends it.",
            )
            _downloads(saved, user_id=user_id)
            _menu(saved, is_owner=is_owner, user_id=user_id)


def _downloads(saved: SavedDeck, *, user_id: int) -> None:
    with st.popover("Download", icon=":material/download:", key="deck_download"):
        name = file_name(saved.deck.title or saved.title) or "deck"
        for kind, label, icon in _FILES:
            st.download_button(
                label,
                _content(saved, kind, user_id),
                file_name=f"{name}.{kind}",
                mime=TYPES[kind],
                key=f"deck_download_{kind.value}",
                icon=icon,
                width="stretch",
                help=f"Download as {label}",
                on_click="ignore",
            )


def _content(saved: SavedDeck, kind: DeckFormat, user_id: int) -> Callable[[], bytes]:
    """Return what makes the file; it runs on a thread that knows nothing of this tab."""
    files = get_services().deck_files
    return from_here(lambda: files.export(saved.of, kind, user_id=user_id).content)


def _menu(saved: SavedDeck, *, is_owner: bool, user_id: int) -> None:
    key = f"deck_menu_{saved.id}"
    open_marks = saved.may_change and not all(slide.confirmed for slide in saved.deck.slides)
    may_share = is_owner or (saved.of.kind == "trip" and saved.may_change)
    st.menu_button(
        "More",
        [
            *([_CONFIRM] if open_marks else []),
            *([_RENAME] if saved.may_change else []),
            *([_LOOK] if is_owner else []),
            *([_SHARE] if may_share else []),
            *([_AGAIN] if may_share and _has_open_links(saved, user_id=user_id) else []),
            _VERSIONS,
            *([_ANEW] if saved.may_change else []),
        ],
        key=key,
        icon=":material/more_horiz:",
        help="What else can be done with these slides",
        on_click=_chosen,
        args=(key, saved, user_id),
    )


def _chosen(key: str, saved: SavedDeck, user_id: int) -> None:
    choice, of = st.session_state[key], list(saved.of)
    if choice == _CONFIRM:
        change_slide(saved.of, "", confirm_all, saved.rev, user_id)
    elif choice == _RENAME:
        open_dialog("deck_rename", of=of)
    elif choice == _LOOK:
        open_dialog("deck_look", of=of)
    elif choice == _SHARE:
        open_dialog("review_share", thing=shared(saved.of), title=saved.title)
    elif choice == _AGAIN:
        open_dialog("review_again", thing=shared(saved.of), title=saved.title)
    elif choice == _VERSIONS:
        ask_versions(saved.of)
        open_dialog("deck_versions", of=of)
    elif choice == _ANEW:
        open_dialog("deck_anew", of=of)


def _has_open_links(saved: SavedDeck, *, user_id: int) -> bool:
    return has_links(user_id=user_id) and may_share_again(shared(saved.of), user_id=user_id)


def draw_bar(saved: SavedDeck, drawn: DrawnDeck, page: DrawnPage, slide: Slide | None, *, user_id: int) -> None:
    """Draw which page is shown, and what can be done with its slide."""
    with st.container(key="deck_bar", horizontal=True, vertical_alignment="center", gap="small"):
        draw_steps(saved.of, drawn, page)
        if slide is None:
            return
        if saved.may_change:
            st.button(
                "Edit",
                key="deck_edit",
                icon=":material/edit:",
                on_click=_edit,
                args=(saved, slide.id),
            )
        changes = [_UP, _DOWN, _SHOW if slide.hidden else _HIDE, _DUPLICATE, _ADD]
        options = [
            *(changes if saved.may_change else []),
            *([_SOURCE] if has_source(saved.of, slide) else []),
            *([_REMOVE] if saved.may_change else []),
        ]
        if options:
            key = f"deck_slide_menu_{saved.id}_{slide.id}"
            st.menu_button(
                "Slide",
                options,
                key=key,
                icon=":material/more_horiz:",
                help="What else can be done with this slide",
                on_click=_slide_chosen,
                args=(key, saved, slide, user_id),
            )


def _edit(saved: SavedDeck, drawn_id: str) -> None:
    """Edit the slide that is chosen by now, which need not be drawn yet. A callback."""
    chosen_id = shown_slide_id(saved.of)
    there = any(slide.id == chosen_id for slide in saved.deck.slides)
    begin_edit(saved, chosen_id if chosen_id and there else drawn_id)


def _slide_chosen(key: str, saved: SavedDeck, slide: Slide, user_id: int) -> None:
    choice, of, rev, slide_id = st.session_state[key], saved.of, saved.rev, slide.id
    if choice == _SOURCE:
        open_source(of, slide, user_id)
    elif choice == _REMOVE:
        remove_slide(of, slide_id, rev, user_id)
    elif choice in (_DUPLICATE, _ADD):
        add_slide(of, slide_id, duplicate if choice == _DUPLICATE else add_blank, rev, user_id)
    else:
        change_slide(of, slide_id, _EDITS[choice], rev, user_id)
