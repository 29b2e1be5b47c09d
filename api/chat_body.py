"""What a request to chat means: the text, the name that the caller gave it, or that a reply is wanted anew."""

from dataclasses import dataclass
from typing import Any

from api.schemas import ChatIn
from services.errors import InvalidInputError
from services.texts import check_name


@dataclass(frozen=True, slots=True)
class Sending:
    """A message to send; or, with *regenerate*, one whose reply is wanted anew, *reply_id* naming the old reply.

    *edits* names the message that it is another version of.
    """

    text: str
    client_message_id: str | None
    regenerate: bool = False
    reply_id: str | None = None
    edits: str | None = None


def sending(body: ChatIn, idempotency_key: str | None) -> Sending:
    """Return what a body asks for. A message's own id goes before the header.

    Raises InvalidInputError.
    """
    if body.messages is None:
        if body.content is None:
            raise InvalidInputError("Send the message as `content`, or as the last one of `messages`.")
        if body.trigger == "regenerate-message":
            raise InvalidInputError("A reply is asked for anew with `messages`, or with POST /messages/{id}/retry.")
        return Sending(body.content, body.message_id or idempotency_key)
    messages = body.messages
    regenerate = body.trigger == "regenerate-message"
    if regenerate:  # a reader that loaded replies which were asked for anew takes away only the newest of them
        messages = [one for one in messages if not (isinstance(one, dict) and one.get("role") == "assistant")]
    last = messages[-1] if messages else None
    if not isinstance(last, dict) or last.get("role") != "user":
        raise InvalidInputError("The last of `messages` has to be the user's.")
    message_id = None if last.get("id") is None else check_name(last["id"])
    if regenerate:
        return Sending("", message_id, regenerate=True, reply_id=body.messageId)
    return Sending(_text(last.get("parts")), message_id or idempotency_key, edits=body.messageId)


def _text(parts: Any) -> str:
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        raise InvalidInputError("A message has `parts`, a list of objects.")
    if any(part.get("type") == "file" for part in parts):
        raise InvalidInputError(
            "Files do not go with a message here: add them with POST /sessions/{session_id}/files, then send the "
            "message without them."
        )
    texts = [part.get("text") for part in parts if part.get("type") == "text"]
    if not all(isinstance(text, str) for text in texts):
        raise InvalidInputError("A text part has a `text`.")
    return "".join(map(str, texts))
