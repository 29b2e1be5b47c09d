"""What is done to the text of a message before it is kept, and what is made from it."""

import re
import unicodedata
from functools import lru_cache

from services.errors import InvalidInputError

MAX_MESSAGE_CHARS = 32_000
MAX_TITLE_CHARS = 100
MAX_INSTRUCTIONS_CHARS = 8_000
MAX_MEMORY_BYTES = 4_000  # in UTF-8
MAX_MODEL_CHARS = 255
MAX_NAME_CHARS = 100  # of what a program calls a message or a chat
MODEL_PATTERN = "^[!-.0-~]+/[!-~]+$"  # provider/name, in ASCII without spaces
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"  # letters and signs that are drawn as nothing
_JOINERS = "\u200c\u200d"  # names are spelled with them in Persian, Sinhala and more
# What Unicode calls ignorable where it is not drawn, beyond the category Cf: it joins letters or chooses their form.
_IGNORABLE = re.compile("[\u034f\u17b4\u17b5\u180b-\u180f\u2065\ufe00-\ufe0f\ufff0-\ufff8\U000e0000-\U000e0fff]")
_PERSON_CHARS = 100  # no person's name is longer
_MADE_TITLE_CHARS = 60
_FORK, _FORK_TITLE_CHARS = " (fork)", 32  # a row of the sidebar shows so many
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LOOKED_AT_CHARS = 2_000  # for a title: addresses of links and blank lines before it are not shown
# No part of these can be tried again over text that another try has gone through: they take linear time.
_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)")
_MARKUP = re.compile(r"^[^\S\n]*(?:#{1,6}\s+|>\s?|[-*+]\s+|\d{1,9}[.)]\s+|```\w*|~~~\w*)+|[*_`~|]{1,3}", re.MULTILINE)


def without_controls(text: str) -> str:
    """Return *text* without control characters and what is no character, with plain line breaks."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def clean_message(text: str) -> str:
    """Return a planner's message without control characters, its own line breaks kept.

    Raises InvalidInputError when nothing is left of it or it is too long.
    """
    cleaned = clean_text(text)
    if not says_something(cleaned):
        raise InvalidInputError("This message is empty.")
    if len(cleaned) > MAX_MESSAGE_CHARS:
        raise InvalidInputError(f"This message has {len(cleaned):,} characters; the limit is {MAX_MESSAGE_CHARS:,}.")
    return cleaned


def clean_text(text: str) -> str:
    """Return what a person wrote without control characters, its own line breaks kept; it may be empty."""
    return without_controls(text).strip()


def clean_instructions(text: str | None) -> str | None:
    """Return instructions for the assistant without control characters, None where there are none.

    Raises InvalidInputError when they are too long.
    """
    cleaned = clean_text(text or "")
    if len(cleaned) > MAX_INSTRUCTIONS_CHARS:
        raise InvalidInputError(
            f"These instructions have {len(cleaned):,} characters; the most is {MAX_INSTRUCTIONS_CHARS:,}."
        )
    return cleaned or None


def clean_title(title: str) -> str:
    """Return a title that a person chose, on one line.

    Raises InvalidInputError unless 1 to 100 characters are left, of which one can be seen.
    """
    cleaned = " ".join(_CONTROLS.sub("", title).split())
    if not says_something(cleaned) or len(cleaned) > MAX_TITLE_CHARS:
        raise InvalidInputError(f"A title has 1 to {MAX_TITLE_CHARS} characters.")
    return cleaned


def clean_memory(text: str) -> str:
    """Return what is to be remembered without control characters.

    Raises InvalidInputError when nothing is left of it or it is too long.
    """
    cleaned = clean_query(text)
    if not says_something(cleaned):
        raise InvalidInputError("This memory is empty.")
    if (size := len(cleaned.encode())) > MAX_MEMORY_BYTES:
        raise InvalidInputError(
            f"This memory has {size:,} bytes; the most that can be remembered in one piece is {MAX_MEMORY_BYTES:,}."
        )
    return cleaned


def clean_query(text: str) -> str:
    """Return words to look for without control characters; nothing may be left of them."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def check_name(name: object) -> str:
    """Return what a program calls a message or a chat, if both databases can keep it. Raises InvalidInputError."""
    if not isinstance(name, str) or not 1 <= len(name) <= MAX_NAME_CHARS or re.search("[\x00\ud800-\udfff]", name):
        raise InvalidInputError(
            f"An id or a name that you make up is a string of 1 to {MAX_NAME_CHARS} characters, none of them NUL."
        )
    return name


def check_model(model: str) -> str:
    """Return *model* if it is named like a model. Raises InvalidInputError."""
    if len(model) > MAX_MODEL_CHARS or not re.fullmatch(MODEL_PATTERN, model):
        raise InvalidInputError("A model is named like provider/name.")
    return model


def made_title(message: str) -> str:
    """Return a title made from a first message: one line, no Markdown, at most 60 characters, cut at a word."""
    plain = one_line(message.lstrip()[:_LOOKED_AT_CHARS])
    return _shortened(plain, _MADE_TITLE_CHARS) or "New chat"


def fork_title(title: str) -> str:
    """Return the title of a session's fork, short enough for the sidebar to show that it is one."""
    return f"{_shortened(title.removesuffix(_FORK), _FORK_TITLE_CHARS - len(_FORK))}{_FORK}"


def _shortened(line: str, limit: int) -> str:
    """Return *line* in at most *limit* characters, cut at a word."""
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    at_word = cut.rsplit(" ", 1)[0] if " " in cut and line[limit - 1] != " " else cut
    return at_word.rstrip(" ,;:.-–—…") + "…"


def preview(text: str, *, limit: int = 120) -> str:
    """Return the last words of a message on one line."""
    plain = one_line(text[-4 * limit :])
    if len(plain) <= limit and len(text) <= 4 * limit:
        return plain
    cut = plain[-limit:]
    return "…" + (cut.split(" ", 1)[1] if " " in cut else cut)


def says_something(text: str) -> bool:
    """Return whether there is more to a text than spaces and what nobody sees."""
    return any(unicodedata.category(char)[0] not in "CZ" and char not in _BLANK for char in text)


def without_unseen(text: str) -> str:
    """Return *text* without what nobody sees in it, but for spaces and what joins or parts letters of a script."""
    return "".join(char for char in text if char in _JOINERS or not _is_unseen(char))


@lru_cache(10_000)  # those who decided are compared at every look, and an odd name takes a millisecond
def name_key(name: str) -> str:
    """Return what is the same for all names that are drawn as this one, however they are written; never shown."""
    seen = _seen(name[:_PERSON_CHARS])  # to normalize a long run of marks takes its time
    folded = unicodedata.normalize("NFKC", seen).casefold()
    return _seen(unicodedata.normalize("NFKC", folded))


def _seen(text: str) -> str:
    return "".join(char for char in text if not (_is_unseen(char) or unicodedata.category(char)[0] == "Z"))


def _is_unseen(char: str) -> bool:
    return unicodedata.category(char) == "Cf" or char in _BLANK or _IGNORABLE.fullmatch(char) is not None


def one_line(text: str) -> str:
    """Return *text* without Markdown, on one line. Takes time linear in its length: cut it to what is shown first."""
    return " ".join(_MARKUP.sub("", _LINK.sub(r"\1", text)).split())
