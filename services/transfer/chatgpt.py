"""A conversation of ChatGPT's export, made into a session.

The export is a list of conversations. Each has `mapping`, a tree of nodes by id ({id, parent, children, message}),
and `current_node`, the end of the path shown. A message has `author.role` (user, assistant, system, tool),
`recipient` (all, or a tool), `content` (`content_type`, and `parts` or `text`), `create_time` (seconds since 1970)
and `metadata` (`model_slug`, `attachments`, `is_visually_hidden_from_conversation`). Any of them may be missing, null
or odd.
"""

import hashlib
import heapq
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from exports.sessions.records import Role, SavedMessage, SavedSession
from services.errors import InvalidInputError
from services.intake import EARLIEST, kept_model
from services.parts import NoticePart, stored_part
from services.texts import MAX_TITLE_CHARS, made_title, without_controls

_MAX_NAME_CHARS = 100
_MAX_NODE_CHARS = 100
_MAX_TOOLS = 8  # named in one notice
_MAX_NOTICES = 100  # in one reply
_MAX_MERGED_CHARS = 100_000
_NOT_TEXT = {
    "image_asset_pointer": "An image was here; it is not part of the import.",
    "audio_asset_pointer": "A recording was here; it is not part of the import.",
    "real_time_user_audio_video_asset_pointer": "A recording was here; it is not part of the import.",
}
_SOMETHING = "Something other than text was here; it is not part of the import."
_MARKERS = re.compile("\ue200[^\ue200\ue201]{0,500}+\ue201|[\ue200-\ue206]")  # where ChatGPT draws a source


@dataclass(frozen=True, slots=True)
class _Turn:
    """A node that becomes a message. *parent* is the nearest one above it that does, *tools* worked in between."""

    node: str
    parent: str | None
    role: Role
    text: str
    model: str | None
    at: datetime
    tools: tuple[str, ...]


def read_conversation(raw: Mapping[str, Any]) -> SavedSession:
    """Return a conversation with all its versions. Raises InvalidInputError where no message has text."""
    title = " ".join(without_controls(_string(raw.get("title"))).split())[:MAX_TITLE_CHARS]
    begun = _instant(raw.get("create_time")) or datetime.now(UTC)
    turns, shown_at = _turns(raw["mapping"], begun)
    if not turns:
        raise InvalidInputError(f"“{title or 'Untitled'}” has no message with text.")
    messages, merged = _messages(turns)
    end = shown_at.get(_string(raw.get("current_node"))) or turns[-1].node
    first = next((one.text for one in messages if one.role == "user"), messages[0].text)
    return SavedSession(
        key=f"chatgpt:{_name(raw)}",
        title=title or made_title(first),
        planner="",
        model="",
        created_at=min([begun, *(one.created_at for one in messages)]),
        last_message_at=max(one.created_at for one in messages),
        last_message_id=merged[end],
        messages=messages,
        archived=raw.get("is_archived") is True,
        pinned=raw.get("is_starred") is True,
    )


def _turns(mapping: Mapping[str, Any], begun: datetime) -> tuple[list[_Turn], dict[str, str]]:
    """Return what becomes messages, by time and each after its parent; and for every node where it is shown."""
    nodes = {name: node for name, node in mapping.items() if isinstance(node, dict) and len(name) <= _MAX_NODE_CHARS}
    below: dict[str, list[str]] = {}
    waiting: list[tuple[datetime, int, str]] = []
    for number, (name, node) in enumerate(nodes.items()):
        parent = _string(node.get("parent"))
        if parent in nodes:
            below.setdefault(parent, []).append(name)
        else:
            heapq.heappush(waiting, (_made_at(node, begun), number, name))
    turns: list[_Turn] = []
    shown_at: dict[str, str] = {}
    tools: dict[str, tuple[str, ...]] = {}  # that worked since the message that a node is shown at
    count = len(nodes)
    while waiting:
        at, _, name = heapq.heappop(waiting)
        node = nodes[name]
        parent = _string(node.get("parent"))
        above = shown_at.get(parent)
        turn = _turn(name, node, above, at, tools.get(parent, ()))
        if turn:
            turns.append(turn)
            shown_at[name] = name
        else:
            if above:
                shown_at[name] = above
            tools[name] = tuple(dict.fromkeys((*tools.get(parent, ()), *_tool(node))))[:_MAX_TOOLS]
        for child in below.get(name, ()):
            count += 1
            heapq.heappush(waiting, (max(at, _made_at(nodes[child], at)), count, child))
    return turns, shown_at


def _turn(name: str, node: Mapping[str, Any], above: str | None, at: datetime, tools: Sequence[str]) -> _Turn | None:
    message = _mapping(node.get("message"))
    role = _string(_mapping(message.get("author")).get("role"))
    facts = _mapping(message.get("metadata"))
    if role not in ("user", "assistant") or facts.get("is_visually_hidden_from_conversation") is True or _tool(node):
        return None
    content = _mapping(message.get("content"))
    if _string(content.get("content_type")) not in ("text", "multimodal_text", "code", ""):
        return None  # thoughts, instructions
    said = [*_texts(content), *_attached(facts)] if role == "user" else _texts(content)
    text = "\n\n".join(said)
    if not text:
        return None
    return _Turn(name, above, "user" if role == "user" else "assistant", text, _model(facts), at, tuple(tools))


def _tool(node: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the name of the tool that a node calls, or that answers in it, if one does."""
    message = _mapping(node.get("message"))
    author = _mapping(message.get("author"))
    recipient = _string(message.get("recipient"))
    if author.get("role") == "tool":
        return ((_string(author.get("name")) or "unnamed")[:60],)
    if author.get("role") == "assistant" and recipient not in ("", "all"):
        return (recipient[:60],)
    return ()


def _texts(content: Mapping[str, Any]) -> list[str]:
    parts = content.get("parts")
    found = [_part(part) for part in parts] if isinstance(parts, list) else []
    if not found and (code := without_controls(_string(content.get("text"))).strip("\n")):
        found = [f"```\n{code}\n```" if content.get("content_type") == "code" else code]
    return [text for text in found if text]


def _part(part: Any) -> str:
    if part is None or isinstance(part, str):
        return _MARKERS.sub("", without_controls(part or "")).strip()
    kind = _string(_mapping(part).get("content_type"))
    if text := _string(_mapping(part).get("text")):
        return without_controls(text).strip()
    return f"({_NOT_TEXT.get(kind, _SOMETHING)})"


def _attached(facts: Mapping[str, Any]) -> list[str]:
    files = facts.get("attachments")
    names = [_string(_mapping(one).get("name")) for one in files] if isinstance(files, list) else []
    return [f"(The file {without_controls(name)[:200]} was here; it is not part of the import.)" for name in names]


def _messages(turns: Sequence[_Turn]) -> tuple[list[SavedMessage], dict[str, str]]:
    """Return the messages, and for every turn which of them it is in.

    What the assistant says in several goes, with its tools between, is one reply here.
    """
    children = Counter(turn.parent for turn in turns)
    by_name: dict[str, SavedMessage] = {}
    merged: dict[str, str] = {}
    for turn in turns:
        target = merged.get(turn.parent) if turn.parent else None
        before = by_name[target] if target else None
        goes_on = before and turn.role == before.role == "assistant" and children[turn.parent] == 1
        if before and goes_on and len(before.text) < _MAX_MERGED_CHARS:
            text = f"{before.text}\n\n{turn.text}"
            parts = [*before.parts, *_notices(turn, at=len(before.text))][:_MAX_NOTICES]
            by_name[before.id] = replace(before, text=text, parts=parts, model=turn.model or before.model)
            merged[turn.node] = before.id
            continue
        merged[turn.node] = turn.node
        by_name[turn.node] = SavedMessage(
            id=turn.node,
            parent_id=target,
            role=turn.role,
            status="complete",
            text=turn.text,
            parts=_notices(turn, at=0),
            created_at=turn.at,
            model=turn.model if turn.role == "assistant" else None,
        )
    return list(by_name.values()), merged


def _notices(turn: _Turn, *, at: int) -> list[dict[str, Any]]:
    if turn.role != "assistant" or not turn.tools:
        return []
    text = f"ChatGPT used tools here ({', '.join(turn.tools)}); what they gave is not part of the import."
    return [stored_part(NoticePart(text, at))]


def _model(facts: Mapping[str, Any]) -> str | None:
    return kept_model(f"openai/{_string(facts.get('model_slug')) or _string(facts.get('default_model_slug'))}")


def _name(raw: Mapping[str, Any]) -> str:
    """Return what tells this conversation from all others."""
    name = _string(raw.get("conversation_id")) or _string(raw.get("id"))
    if name and name == without_controls(name) and len(name) <= _MAX_NAME_CHARS:
        return name
    return hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).hexdigest()


def _made_at(node: Mapping[str, Any], otherwise: datetime) -> datetime:
    return _instant(_mapping(node.get("message")).get("create_time")) or otherwise


def _instant(seconds: Any) -> datetime | None:
    try:
        at = datetime.fromtimestamp(float(seconds), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    return at if at >= EARLIEST else None


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
