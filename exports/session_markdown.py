"""The conversation shown, as Markdown: what the planner wrote as quotations, replies as the model wrote them."""

from collections.abc import Iterator
from datetime import tzinfo

from exports.markdown_text import escape_money
from exports.session_records import SavedMessage, SavedSession, ending, when

_MARKUP = str.maketrans({char: f"\\{char}" for char in "\\`*_[]<>#$|~&"})


def session_markdown(session: SavedSession, *, zone: tzinfo) -> bytes:
    """Return a session as a Markdown file, times in *zone*."""
    return "\n\n".join(_pieces(session, zone)).encode() + b"\n"


def _pieces(session: SavedSession, zone: tzinfo) -> Iterator[str]:
    yield f"# {_plain(session.title)}"
    facts = [
        ("Planner", _plain(session.planner)),
        ("Model", _plain(session.model)),
        ("Begun", when(session.created_at.astimezone(zone))),
        ("Last message", when(session.last_message_at.astimezone(zone))),
    ]
    yield "\n".join(f"- {name}: {value}" for name, value in facts)
    for message in session.path():
        yield "---"
        yield _heading(session, message, zone)
        if message.text:
            yield escape_money(message.text.strip("\n")) if message.role == "assistant" else _quoted(message.text)
        if sentence := ending(message):
            yield f"*{_plain(sentence)}*"


def _heading(session: SavedSession, message: SavedMessage, zone: tzinfo) -> str:
    model = [_plain(message.model)] if message.model else []
    named = f"**{_plain(session.speaker(message))}**"
    return " · ".join([named, when(message.created_at.astimezone(zone)), *model])


def _quoted(text: str) -> str:
    """Return what somebody typed, line by line and no Markdown."""
    return "\n".join(f"> {_plain(line)}  " if line.strip() else ">" for line in text.strip("\n").split("\n"))


def _plain(text: str) -> str:
    escaped = " ".join(text.split()).translate(_MARKUP)
    return f"\\{escaped}" if escaped[:1] in ("-", "+", "=") else escaped
