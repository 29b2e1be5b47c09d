"""The conversation shown, as Markdown: what the planner wrote as quotations, replies as the model wrote them."""

from collections.abc import Iterator
from datetime import tzinfo

from exports.markdown_text import escape_money, plain, source_list
from exports.moments import when
from exports.sessions.records import SavedMessage, SavedSession, ending


def session_markdown(session: SavedSession, *, zone: tzinfo) -> bytes:
    """Return a session as a Markdown file, times in *zone*."""
    return "\n\n".join(_pieces(session, zone)).encode() + b"\n"


def _pieces(session: SavedSession, zone: tzinfo) -> Iterator[str]:
    yield f"# {plain(session.title)}"
    yield "\n".join(f"- {name}: {plain(value)}" for name, value in session.facts(zone))
    for message in session.path():
        yield "---"
        yield _heading(session, message, zone)
        if message.text:
            yield escape_money(message.text.strip("\n")) if message.role == "assistant" else _quoted(message.text)
        if listed := source_list(message.sources()):
            yield listed
        if sentence := ending(message):
            yield f"*{plain(sentence)}*"


def _heading(session: SavedSession, message: SavedMessage, zone: tzinfo) -> str:
    model = [plain(message.model)] if message.model else []
    named = f"**{plain(session.speaker(message))}**"
    return " · ".join([named, when(message.created_at, zone), *model])


def _quoted(text: str) -> str:
    """Return what somebody typed, line by line and no Markdown."""
    return "\n".join(f"> {plain(line)}  " if line.strip() else ">" for line in text.strip("\n").split("\n"))
