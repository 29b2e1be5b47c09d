"""What changed since somebody looked, or since they decided.

In `st.session_state`: `review_changes` is True while it is shown.
"""

import re
from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from components.labels import escape_label
from components.problems import telling
from components.resources import get_services
from components.reviews.places import go_to, go_to_message
from components.reviews.visitor import Visitor
from components.reviews.words import THINGS, instant
from exports.markdown_text import shown_text
from exports.reviews.changes import BlockChange, Change, Piece, changes, title_changes, word_changes
from exports.reviews.records import Block
from services.reviews.records import Visit

MOST = 50  # messages that are listed
_AROUND = 120  # characters of what stayed, before and after what did not
_READ_CHARS = 60_000  # of Markdown, in all that is listed: to read more can take seconds
_LONG = 600  # characters of what is new or gone, as a whole message
_QUOTE = re.compile(r"(?:^>[^\n]*\n?)+", re.MULTILINE)  # lines that a planner took over from a comment
_MARKS = {Change.NEW: ("New", "green"), Change.CHANGED: ("Changed", "orange"), Change.GONE: ("Gone", "red")}


def draw_changed(visitor: Visitor, visit: Visit) -> None:
    """Draw the bar that says so, and below it what changed, if that is asked for; nothing where nothing did."""
    before = _looked_at(visit)
    with st.container(key="review_changed", gap="xsmall"):
        if before is None:
            return
        shown = st.session_state.get("review_changes", False)
        with st.container(key="review_changed_bar", border=True, horizontal=True, vertical_alignment="center"):
            since = "decided" if _is_outdated(visit) else "looked"
            st.markdown(f":material/history: **Changed since you {since}**", width="stretch")
            st.button(
                "Hide what changed" if shown else "Show what changed",
                key="review_changes_toggle",
                icon=":material/difference:",
                on_click=_toggle,
            )
        if shown:
            with telling(task="show what changed"):
                _draw_changes(visitor, visit, before)


def go_to_changes() -> None:
    """Show what changed, and bring it into view. A callback."""
    st.session_state.review_changes = True
    go_to("review_changed")


def _looked_at(visit: Visit) -> int | None:
    """Return the number of the version to compare with, None where there is nothing to compare."""
    decided = visit.my_decision
    number = decided.version if decided and decided.outdated else visit.seen_version
    return number if 0 < number < visit.version.number else None


def _is_outdated(visit: Visit) -> bool:
    return visit.my_decision is not None and visit.my_decision.outdated


def _toggle() -> None:
    st.session_state.review_changes = not st.session_state.get("review_changes", False)


def _draw_changes(visitor: Visitor, visit: Visit, number: int) -> None:
    version, before = get_services().visits.shown(visitor.token, visitor.key, number=number)
    after = visit.snapshot
    found = [one for one in changes(before, after) if one.kind is not Change.SAME and not _is_part(one)]
    title = title_changes(before, after)
    with st.container(key="review_changes_list", gap="small"):
        st.markdown(
            f":small[The version of {escape_label(instant(version.created_at))}, and what has changed since:] "
            ":green-background[new words], :red-background[~~words that are gone~~]"
        )
        if title:
            st.markdown(f"**Title:** {_marked(title)}")
        left = _READ_CHARS
        for change in found[:MOST]:
            chars = sum(len(block.text) for block in (change.before, change.after) if block and block.kind == "reply")
            as_read = chars <= left
            left -= chars * as_read
            go = partial(go_to_message, blocks=after.blocks)
            _draw_change(change, go, as_read=as_read, label=THINGS[after.thing].go_there)
        if len(found) > MOST:  # only of messages and slides there are so many
            st.caption(f"And {len(found) - MOST:,} {'slides' if after.thing == 'deck' else 'messages'} more.")
        if not found and not title:
            other = "a picture, or how it looks" if after.thing == "deck" else "when it was said"
            st.markdown(f"What you read is the same. Something else was changed, such as {other}.")


def _is_part(change: BlockChange) -> bool:
    """Whether a change is of a part of a slide: the slide's own tells it."""
    return any(block.kind == "part" for block in (change.before, change.after) if block)


def _draw_change(change: BlockChange, go: Callable[[str], None], *, as_read: bool, label: str) -> None:
    """Draw what became of a block, in the words that it shows; without *as_read*, as they were written."""
    block = change.after or change.before
    assert block is not None
    name, colour = _MARKS[change.kind]
    with st.container(key=f"review_change_{change.kind}_{block.anchor}", border=True, gap="xsmall"):
        st.markdown(f":{colour}-badge[{name}] **{escape_label(block.author)}**")
        st.markdown(_marked(_pieces(change, as_read)))
        if change.after:
            st.button(
                label,
                key=f"review_change_go_{block.anchor}",
                type="tertiary",
                icon=":material/arrow_downward:",
                on_click=go,
                args=(block.anchor,),
            )


def _pieces(change: BlockChange, as_read: bool) -> Sequence[Piece]:
    before, after = (_words(block, as_read) if block else "" for block in (change.before, change.after))
    if change.kind is Change.CHANGED:
        found = word_changes(before, after)
        if any(piece.kind is not Change.SAME for piece in found):
            return found
        return (Piece("The words are the same; how they look or their sources are not.", Change.SAME),)
    return (Piece(before or after, change.kind),)


def _words(block: Block, as_read: bool) -> str:
    """Return what a block says, on one line or more; what a person's message quotes stands in quotation marks."""
    if block.kind == "reply":
        return shown_text(block.text) if as_read else block.text
    return _QUOTE.sub(_quoted, block.text) if block.kind == "message" else block.text


def _quoted(quote: re.Match[str]) -> str:
    return f"“{' '.join(line.lstrip('> ') for line in quote[0].splitlines()).strip()}”\n"


def _marked(pieces: Sequence[Piece]) -> str:
    """Return Markdown of pieces on one line, of long ones a part; all their words are text."""
    return " ".join(filter(None, (_mark(piece, number, len(pieces)) for number, piece in enumerate(pieces))))


def _mark(piece: Piece, number: int, count: int) -> str:
    if piece.kind is not Change.SAME:
        text = piece.text if len(piece.text) <= _LONG else f"{piece.text[:_LONG]}…"
        escaped = escape_label(text)
        if not escaped:
            return ""
        return f":green-background[{escaped}]" if piece.kind is Change.NEW else f":red-background[~~{escaped}~~]"
    first, last = number == 0, number == count - 1
    return escape_label(_shortened(piece.text, keep_start=not first, keep_end=not last or (first and last)))


def _shortened(text: str, *, keep_start: bool, keep_end: bool) -> str:
    if len(text) <= 2 * _AROUND:
        return text
    start = text[:_AROUND] if keep_start else ""
    end = text[-_AROUND:] if keep_end else ""
    return f"{start} … {end}"
