"""Conversations as ChatGPT exports them. Made up."""

import io
import json
import zipfile
from typing import Any

AT = 1_700_000_000.5


def node(name: str, parent: str | None, role: str | None = None, text: Any = "", **message: Any) -> dict[str, Any]:
    """Return a node; without a role it has no message."""
    given = None
    if role:
        content = text if isinstance(text, dict) else {"content_type": "text", "parts": [text]}
        given = {"id": name, "author": {"role": role}, "content": content, "create_time": AT, **message}
    return {"id": name, "parent": parent, "children": [], "message": given}


def conversation(*nodes: dict[str, Any], **facts: Any) -> dict[str, Any]:
    return {
        "title": "Lisbon",
        "create_time": AT,
        "conversation_id": "c-1",
        "mapping": {one["id"]: one for one in nodes},
        "current_node": nodes[-1]["id"] if nodes else None,
        **facts,
    }


THEIRS = json.dumps([conversation(node("q", None, "user", "Hello"))]).encode()


def packed(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return file.getvalue()
