"""What a reply did before and beside its text: reasoning and tool steps in one closable block, and notices."""

from collections.abc import Sequence

from streamlit.delta_generator import DeltaGenerator
from streamlit.elements.lib.mutable_status_container import StatusContainer

from components.model_text import safe_markdown
from components.reply_blocks import blocks
from components.session_labels import escape_label
from services.records import Part

THINKING = ":shimmer[Thinking]"
_IN_PLAIN_WORDS = {"current_date": "Looked up today's date"}


class ReplySteps:
    """The parts of one reply, drawn into *place* before its text."""

    def __init__(self, place: DeltaGenerator) -> None:
        self._block_place = place.empty()
        self._notice_place = place.empty()
        self._block: StatusContainer | None = None
        self._parts: list[_DrawnPart] = []
        self._notices: tuple[str, ...] = ()
        self._thinking = False

    def draw(self, parts: Sequence[Part], *, thinking: bool, seconds: float | None = None) -> None:
        """Draw what is new; *seconds* is how long it took until the text began, once it has begun."""
        notices = tuple(part.text for part in parts if part.kind == "notice")
        if notices != self._notices:
            self._notice_place.caption("  \n".join(f":material/info: {escape_label(notice)}" for notice in notices))
            self._notices = notices
        steps = [part for part in parts if part.kind in ("reasoning", "tool")]
        if not steps:
            return
        if self._block is None:
            self._block = self._block_place.status(
                THINKING if thinking else _thought(steps, seconds),
                type="compact",
                expanded=thinking,
                state="running" if thinking else "complete",
            )
        elif self._thinking and not thinking:
            self._block.update(label=_thought(steps, seconds), expanded=False, state="complete")
        self._thinking = thinking
        for number, part in enumerate(steps):
            if number == len(self._parts):
                self._parts.append(_DrawnPart(self._block))
            self._parts[number].draw(part)


class _DrawnPart:
    """One step; reasoning grows, and a paragraph of it that is done is not sent again."""

    def __init__(self, place: DeltaGenerator) -> None:
        self._place = place
        self._last_place = place.empty()
        self._text = ""
        self._done = 0

    def draw(self, part: Part) -> None:
        if part.text == self._text:
            return
        self._text = part.text
        if part.kind == "tool":
            self._last_place.caption(f":material/build: {tool_words(part.text)}")
            return
        *closed, last = blocks(part.text[self._done :])
        for block in closed:
            self._last_place.caption(safe_markdown(block))
            self._last_place = self._place.empty()
            self._done += len(block)
        self._last_place.caption(safe_markdown(last))


def tool_words(name: str) -> str:
    """Return what a tool did, in plain words."""
    plain = " ".join("".join(char if char.isalnum() else " " for char in name).split())
    return _IN_PLAIN_WORDS.get(name) or f"Used “{plain or 'a tool'}”"


def _thought(steps: Sequence[Part], seconds: float | None) -> str:
    if all(part.kind == "tool" for part in steps):
        return "Looked things up"
    return "Thought it over" if seconds is None else f"Thought for {max(1, round(seconds))} s"
