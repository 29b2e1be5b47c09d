"""The fields that edit a slide, in place of the deck. What is typed stays, whatever a colleague does meanwhile.

In `st.session_state`: `deck_draft` is {"of", "slide_id", "rev": the version that it was read in, "turn": another for
each time that the fields are drawn anew, "slide": its JSON values with the parts that were added and without those
that were taken out, "before": as it was read, "typed": as it is typed}. No dialog: grids need room.
"""

import time
from dataclasses import replace
from typing import Any

import streamlit as st

from components.decks.changing import checked, keep, note_change, with_slide
from components.decks.drawn import drawn_draft
from components.decks.parts_form import NAMES, blank, edited_part
from components.decks.picture_form import new_picture
from components.decks.places import deck_of, show_slide
from components.decks.stage import draw_preview, draw_styles
from components.decks.typed import following
from components.labels import escape_label
from components.problems import telling
from components.resources import get_services
from components.scripts import for_scripts, tell
from exports.decks.records import (
    MAX_BLOCKS,
    MAX_TITLE_CHARS,
    Block,
    ChartBlock,
    Deck,
    Slide,
    TableBlock,
    TextBlock,
    deck_values,
    read_slides,
)
from services.decks.records import DeckOf, SavedDeck
from services.errors import DeckChangedError, InvalidInputError, NotFoundError

_ADDED = ("text", "bullets", "table", "figures", "picture")


def is_edited(of: DeckOf) -> bool:
    """Return whether a slide of a deck is being edited in this tab."""
    return bool(st.session_state.get("deck_draft", {}).get("of") == list(of))


def begin_edit(saved: SavedDeck, slide_id: str) -> None:
    """Begin to edit a slide as it is in a version. A callback."""
    with telling("deck"):
        slide = _found(saved, slide_id)
        st.session_state.deck_draft = {
            "of": list(saved.of),
            "slide_id": slide_id,
            "rev": saved.rev,
            "turn": time.time_ns(),
            "slide": _values(slide),
            "before": _values(slide),
        }


def end_edit() -> None:
    """Forget what is being typed, and show the slide. A callback."""
    if draft := st.session_state.pop("deck_draft", None):
        show_slide(deck_of(draft["of"]), draft["slide_id"])


def draw_editor(saved: SavedDeck, *, user_id: int) -> None:
    """Draw a slide as it is typed, and the fields of its title, parts and notes; keep them where that is wanted."""
    draft = _draft()
    before = read_slides([draft["slide"]])[0]
    key, language = f"deck_draft_{draft['turn']}", get_services().brands.of_deck(saved.of, user_id=user_id).language
    with for_scripts("deck"):
        tell("scroll", {"once": str(draft["turn"]), "key": "for_scripts_deck", "to": "top"})
    st.title("Edit slide", anchor=False)
    with st.container(key="deck_edit_body", horizontal=True, wrap=False, gap="medium"):
        with st.container(key="deck_form", gap="small"):
            title = st.text_input("Title", before.title, max_chars=MAX_TITLE_CHARS, key=f"{key}_title")
            parts, problems = _parts(before, key, language, may_be_moved=len(before.blocks) > 1)
            with telling():
                _add(saved.of, draft, before, key, user_id=user_id)
            notes = st.text_area(
                "Notes", before.notes, max_chars=20_000, key=f"{key}_notes", help="For whoever presents it."
            )
        shown = st.container(key="deck_typed", gap=None)
    slide = replace(before, title=title, blocks=_followed(before, parts), notes=notes)
    with shown, telling():
        good = checked(slide)
        draft["typed"] = _values(good)
        _preview(saved, good, user_id=user_id)
    for one in problems:
        st.markdown(f":red[:material/error: {escape_label(one)}]")
    if saved.rev != draft["rev"]:
        _told_of_change(saved, draft)
    with st.container(key="deck_edit_end", horizontal=True, horizontal_alignment="right"):
        st.button("Cancel", key="deck_edit_cancel", on_click=end_edit)
        label = "Save mine" if saved.rev != draft["rev"] else "Save"
        wanted = st.button(label, key="deck_edit_save", type="primary", disabled=bool(problems))
    if wanted:
        with telling():
            _save(saved, slide, user_id=user_id)


def _draft() -> dict[str, Any]:
    """Return what is being edited; where its fields were left meanwhile, with what was typed in them."""
    draft: dict[str, Any] = st.session_state.deck_draft
    if "typed" in draft and f"deck_draft_{draft['turn']}_title" not in st.session_state:
        draft |= {"slide": draft.pop("typed"), "turn": time.time_ns()}
    return draft


def _preview(saved: SavedDeck, slide: Slide, *, user_id: int) -> None:
    """Draw the pages of a slide as it is typed."""
    deck = replace(saved.deck, slides=(replace(slide, hidden=False, confirmed=True),))
    drawn = drawn_draft(saved.of, deck, user_id=user_id)
    draw_styles(drawn.css)
    draw_preview(drawn.pages)


def _found(saved: SavedDeck, slide_id: str) -> Slide:
    found = next((slide for slide in saved.deck.slides if slide.id == slide_id), None)
    if found is None:
        raise NotFoundError("Somebody removed this slide.")
    return found


def _values(slide: Slide) -> dict[str, Any]:
    values: dict[str, Any] = deck_values(Deck(title="", slides=(slide,)))["slides"][0]
    return values


def _told_of_change(saved: SavedDeck, draft: dict[str, Any]) -> None:
    now = next((slide for slide in saved.deck.slides if slide.id == draft["slide_id"]), None)
    by = escape_label(saved.by or "Somebody")
    if now is None:
        st.warning(f"{by} removed this slide meanwhile. Saved, it is in the deck again.")
    elif now == read_slides([draft["before"]])[0]:
        st.info(f"{by} changed other slides meanwhile. That stays.")
    else:
        st.warning(
            f"{by} changed the deck meanwhile: {escape_label(saved.summary)}. Saved, this slide is as you have it"
            " here; theirs stays among the versions."
        )


def _parts(slide: Slide, key: str, language: str, *, may_be_moved: bool) -> tuple[tuple[Block, ...], list[str]]:
    """Draw all parts; return them as they are typed, and what is wrong with any."""
    made, problems = list[Block](), list[str]()
    for at, block in enumerate(slide.blocks):
        with st.container(border=True, key=f"deck_part_{at}", gap="small"):
            place = st.container()
            try:
                with place:
                    made.append(edited_part(block, key=f"{key}_{block.id}", language=language))
            except ValueError as exc:
                made.append(block)
                problems.append(str(exc))
            with st.container(horizontal=True, gap="small"):
                name = NAMES[block.kind].lower()
                if may_be_moved:
                    _do(f"Move the {name} up", "arrow_upward", f"{key}_up_{at}", (at, at - 1), disabled=at == 0)
                _do(f"Remove the {name}", "delete", f"{key}_remove_{at}", (at, None))
    return tuple(made), problems


def _do(label: str, icon: str, key: str, args: tuple[int, int | None], *, disabled: bool = False) -> None:
    st.button(
        label,
        key=key,
        icon=f":material/{icon}:",
        type="tertiary",
        disabled=disabled,
        on_click=_rearrange,
        args=args,
    )


def _rearrange(at: int, to: int | None) -> None:
    """Put a part of the draft elsewhere, or take it out. A callback."""
    blocks = st.session_state.deck_draft["slide"]["blocks"]
    block = blocks.pop(at)
    if to is not None:
        blocks.insert(to, block)


def _add(of: DeckOf, draft: dict[str, Any], slide: Slide, key: str, *, user_id: int) -> None:
    """Draw what adds a part to the draft."""
    if len(slide.blocks) >= MAX_BLOCKS:
        return
    kind_key = f"{key}_kind_{len(slide.blocks)}"
    kind = st.pills(
        "Add", _ADDED, format_func=NAMES.__getitem__, key=kind_key, on_change=_add_blank, args=(kind_key, slide)
    )
    if kind == "picture":
        place = f"{key}_picture_{len(slide.blocks)}"
        if picture := new_picture(of, _new_id(slide), key=place, user_id=user_id):
            _put(draft, slide, picture)
            st.rerun()


def _add_blank(kind_key: str, slide: Slide) -> None:
    """Put a part with nothing in it yet at the end of the draft. A callback."""
    kind = st.session_state[kind_key]
    if kind in _ADDED[:-1]:
        _put(st.session_state.deck_draft, slide, blank(kind, _new_id(slide)))


def _put(draft: dict[str, Any], slide: Slide, block: Block) -> None:
    draft["slide"]["blocks"] = _values(replace(slide, blocks=(*slide.blocks, block)))["blocks"]


def _new_id(slide: Slide) -> str:
    taken = {block.id for block in slide.blocks} | {block.id for block in (slide.built.blocks if slide.built else ())}
    return next(one for at in range(1, 1_000) if (one := f"part-{at}") not in taken)


def _followed(before: Slide, parts: tuple[Block, ...]) -> tuple[Block, ...]:
    """Return parts in which charts follow the tables whose numbers they show, and nothing is empty."""
    old = {block.id: block for block in before.blocks}
    tables = [
        (was, block)
        for block in parts
        if isinstance(block, TableBlock) and isinstance(was := old[block.id], TableBlock)
    ]
    made = list[Block]()
    for block in parts:
        if isinstance(block, TextBlock) and not block.paragraphs:
            continue
        if isinstance(block, ChartBlock) and block == old[block.id]:
            for was, table in tables:
                block = following(was, table, block) if was != table else block
        made.append(block)
    return tuple(made)


def _save(saved: SavedDeck, slide: Slide, *, user_id: int) -> None:
    good = checked(slide)
    there = any(one.id == good.id for one in saved.deck.slides)
    deck = with_slide(saved.deck, good) if there else replace(saved.deck, slides=(*saved.deck.slides, good))
    try:
        after = keep(saved, deck, user_id=user_id)
    except DeckChangedError as exc:
        raise InvalidInputError(
            "Somebody changed the deck just now. What you typed is still here: save again."
        ) from exc
    note_change(after, before=saved.rev)
    end_edit()
    st.rerun()
