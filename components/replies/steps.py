"""What a reply did before and beside its text: reasoning and tool steps in one closable block, and notices."""

from collections.abc import Sequence

from streamlit.delta_generator import DeltaGenerator
from streamlit.elements.lib.mutable_status_container import StatusContainer

from components.labels import escape_label
from components.replies.blocks import REPLY_MS, affordable, block_ms
from components.replies.model_text import safe_markdown
from components.replies.plain_text import PlainText
from services.parts import NoticePart, Part, ReasoningPart, ToolCallPart

THINKING = ":shimmer[Thinking]"
_Step = ReasoningPart | ToolCallPart
_MOST = 100  # steps of one reply that are drawn
_TOOL_CHARS = 60
_IN_PLAIN_WORDS = {
    "current_date": "Looked up today's date",
    "propose_brief": "Proposed a trip brief",
    "propose_slides": "Proposed slides",
}


class ReplySteps:
    """The parts of one reply, drawn into *place* before its text.

    Reasoning that costs a browser more than *budget_ms* is plain text.
    """

    def __init__(self, place: DeltaGenerator, *, budget_ms: float = REPLY_MS) -> None:
        self._left_ms = budget_ms
        self._more_place: DeltaGenerator | None = None
        self._block_place = place.empty()
        self._notice_place = place.empty()
        self._block: StatusContainer | None = None
        self._parts: list[_DrawnPart] = []
        self._notices: tuple[str, ...] = ()
        self._thinking = False

    def draw(self, parts: Sequence[Part], *, thinking: bool, seconds: float | None = None) -> None:
        """Draw what is new; *seconds* is how long it took until the text began, once it has begun."""
        notices = tuple(part.text for part in parts if isinstance(part, NoticePart))
        if notices != self._notices:
            self._notice_place.caption("  \n".join(f":material/info: {escape_label(notice)}" for notice in notices))
            self._notices = notices
        steps = [part for part in parts if isinstance(part, ReasoningPart | ToolCallPart)]
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
        for number, part in enumerate(steps[:_MOST]):
            if number == len(self._parts):
                self._parts.append(_DrawnPart(self._block))
            self._left_ms -= self._parts[number].draw(part, self._left_ms)
        if len(steps) > _MOST and self._more_place is None:
            self._more_place = self._block.caption(f"Only the first {_MOST} steps are shown.")


class _DrawnPart:
    """One step; reasoning grows, and a paragraph of it that is done is not sent again."""

    def __init__(self, place: DeltaGenerator) -> None:
        self._place = place
        self._last_place = place.empty()
        self._plain: PlainText | None = None
        self._drawn = ""  # the text of it
        self._done = 0

    def draw(self, part: _Step, left_ms: float) -> float:
        """Draw what is new; return how long a browser is busy with what of it will not be sent again.

        What would be more than *left_ms* is plain text, and uses up all of it.
        """
        match part:
            case ToolCallPart(name):
                return self._draw_tool(name)
            case ReasoningPart(text):
                return self._draw_reasoning(text, left_ms)

    def _draw_tool(self, name: str) -> float:
        if name != self._drawn:
            self._drawn = name
            self._last_place.caption(f":material/build: {tool_words(name)}")
        return 0.0

    def _draw_reasoning(self, text: str, left_ms: float) -> float:
        if text == self._drawn:
            return 0.0
        self._drawn = text
        text = text.replace("\r", "")
        if self._plain is None:
            drawn, plain, _ = affordable(text[self._done :], left_ms)
            last = "" if plain else drawn.pop()
            for block in drawn:
                self._last_place.caption(safe_markdown(block))
                self._last_place = self._place.empty()
                self._done += len(block)
            if not plain:
                self._last_place.caption(safe_markdown(last))
                return sum(block_ms(block, most=left_ms) for block in drawn)
            self._plain = PlainText(self._last_place)
        self._plain.draw(text[self._done :])
        return left_ms


def tool_words(name: str) -> str:
    """Return what a tool did, in plain words."""
    plain = " ".join("".join(char if char.isalnum() else " " for char in name[:_TOOL_CHARS]).split())
    return _IN_PLAIN_WORDS.get(name) or f"Used “{plain or 'a tool'}”"


def _thought(steps: Sequence[_Step], seconds: float | None) -> str:
    if all(isinstance(part, ToolCallPart) for part in steps):
        return "Looked things up"
    if seconds is None:
        return "Thought it over"
    return "Thought for under 1 s" if seconds < 1 else f"Thought for {round(seconds)} s"
