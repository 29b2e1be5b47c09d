"""What people write on a review, made fit to be kept."""

import re
import unicodedata
from bisect import bisect_left
from datetime import datetime, timedelta
from itertools import accumulate

from exports.markdown_text import shown_text
from exports.reviews.records import Block, Snapshot
from services.accounts.passwords import clean_name
from services.errors import InvalidFieldsError, InvalidInputError
from services.reviews.records import LinkSettings
from services.texts import clean_text, clean_title, says_something, without_controls

MAX_NOTE_CHARS = 2_000  # to the readers, and with a decision
MAX_COMMENT_CHARS = 4_000
MAX_PASSAGE_CHARS = 1_000
MAX_BEFORE_CHARS = 200  # of the words before a passage
_FEWEST_BEFORE = 4  # words: so many that people know which is meant
MIN_PASSCODE_CHARS, MAX_PASSCODE_CHARS = 6, 64
MAX_APPROVALS = 50
_LONGEST = timedelta(days=3_650)
_READ_CHARS = 50_000  # of Markdown: longer ones can take seconds
_WORD = re.compile(r"\w+")


def clean_settings(
    given: LinkSettings, *, now: datetime, passcode: str | None = None, before: datetime | None = None
) -> dict[str, object]:
    """Return what is to be kept of a link's settings, by column, but for the passcode.

    *before* is when it ended so far: that may stay, also of a link that has come to its end. Raises
    InvalidFieldsError, which tells all that is wrong, by the names of the fields.
    """
    problems: dict[str, str] = {}
    audience = note = ""
    try:
        audience = clean_title(given.audience)
    except InvalidInputError:
        problems["audience"] = "Say who the link is for, in 1 to 100 characters: Customer, or Finance."
    if not 1 <= given.approvals <= MAX_APPROVALS:
        problems["approvals"] = f"Ask for 1 to {MAX_APPROVALS} approvals."
    if given.ends_at not in (None, before) and not now < given.ends_at <= now + _LONGEST:
        problems["ends_at"] = "A link ends in the future, in ten years at most."
    if given.due_on and given.ends_at and given.due_on > (given.ends_at - timedelta(microseconds=1)).date():
        problems["due_on"] = "The link ends before that day. Choose an earlier one, or let the link end later."
    try:
        note = _within(given.note, MAX_NOTE_CHARS, "note")
    except InvalidInputError as exc:
        problems["note"] = exc.message
    try:
        if passcode:
            clean_passcode(passcode)
    except InvalidInputError as exc:
        problems["passcode"] = exc.message
    if problems:
        raise InvalidFieldsError(problems)
    return {
        "audience": audience,
        "may": given.may.value,
        "download": given.download,
        "note": note,
        "approvals": given.approvals,
        "due_on": given.due_on,
        "ends_at": given.ends_at,
        "follows": given.follows,
    }


def clean_passcode(passcode: str) -> str:
    """Return a passcode as it is compared. Raises InvalidInputError."""
    cleaned = plain_passcode(passcode)
    if without_controls(cleaned) != cleaned:
        raise InvalidInputError("That passcode has a character in it that cannot be used.")
    rule = f"A passcode has {MIN_PASSCODE_CHARS} to {MAX_PASSCODE_CHARS} characters."
    if len(cleaned) < MIN_PASSCODE_CHARS:
        raise InvalidInputError(rule)
    if len(cleaned) > MAX_PASSCODE_CHARS or len(cleaned.encode()) > 72:
        raise InvalidInputError(f"{rule} Accented letters and emoji count as more.")
    return cleaned


def plain_passcode(passcode: str) -> str:
    """Return a passcode as keyboards of every kind type it: without spaces around it, each letter with its accent."""
    return unicodedata.normalize("NFC", passcode[:1_000].strip())


def clean_comment(text: str) -> str:
    """Return a comment without control characters. Raises InvalidInputError where nothing is left, or too much."""
    cleaned = _within(text, MAX_COMMENT_CHARS, "comment")
    if not says_something(cleaned):
        raise InvalidInputError("This comment is empty.")
    return cleaned


def clean_note(text: str) -> str:
    """Return what is said with a decision; it may be empty. Raises InvalidInputError where it is too long."""
    return _within(text, MAX_NOTE_CHARS, "note")


def clean_reader_name(name: str, *, whose: str = "your") -> str:
    """Return the name that somebody gives, on one line; *whose* it is, for the sentence. Raises InvalidInputError."""
    cleaned = clean_name(name, whose=whose)
    if not says_something(cleaned):
        raise InvalidInputError(f"Please give {whose} name, in 1 to 100 characters.")
    return cleaned


def find_block(snapshot: Snapshot, anchor: str | None) -> Block | None:
    """Return the block of this anchor, None for the whole. Raises InvalidInputError where there is none."""
    if anchor is None:
        return None
    for block in snapshot.blocks:
        if block.anchor == anchor:
            return block
    raise InvalidInputError("That is not part of what this link shows.")


def is_anchor(text: str) -> bool:
    """Whether a block can have this anchor; no database has to be asked for any other."""
    return len(text) <= 100 and without_controls(text) == text


def clean_passage(
    passage: str | None, block: Block | None, *, before: str | None = None
) -> tuple[str | None, str | None]:
    """Return a passage of a block as one line, None where none was given, and the words before where it is repeated.

    It has to stand in the block so; only spaces and line breaks may be others. *before* need not: what is returned is
    the block's own words, or None. Raises InvalidInputError.
    """
    if not _WORD.search(passage or ""):
        return None, None
    line = " ".join(clean_text(passage or "").split())
    if len(line) > MAX_PASSAGE_CHARS:
        raise InvalidInputError(f"That passage is longer than {MAX_PASSAGE_CHARS:,} characters. Take a part of it.")
    shown = "" if block is None else _shown(block)
    if not _stands_in(line, shown):
        what = "message" if block and block.kind in ("message", "reply") else "text"
        raise InvalidInputError(f"That passage isn't in this {what}. Copy it from there, or leave it out.")
    return line, _words_before(line, before or "", shown)


def _words_before(line: str, before: str, shown: str) -> str | None:
    """Return as many of the words before the place of a line as tell it from others; None where they are not needed.

    *before* names the place by its letters; where it names none, the line may be meant anywhere.
    """
    wanted, named = _letters(line), _letters(before[-2 * MAX_BEFORE_CHARS :])
    words = list(_WORD.finditer(shown))
    letters = "".join(word[0] for word in words)
    found = letters.find(named + wanted)
    if not named or found < 0 or letters.count(wanted) < 2:
        return None
    at, ends = found + len(named), list(accumulate(len(word[0]) for word in words))
    last, told = bisect_left(ends, at), ""  # the word that ends there, or goes on
    end = words[last].end() - (ends[last] - at)
    for first in range(max(0, last + 1 - _FEWEST_BEFORE), -1, -1):
        told = shown[words[first].start() : end]
        named = _letters(told)
        if len(told) > MAX_BEFORE_CHARS or letters.find(named + wanted) + len(named) == at:
            break
    return told[-MAX_BEFORE_CHARS:]


def _letters(text: str) -> str:
    return "".join(_WORD.findall(text))


def _shown(block: Block) -> str:
    """Return a block's words on one line, as its readers see them; of a very long one, as they were written."""
    text = shown_text(block.text) if block.kind == "reply" and len(block.text) <= _READ_CHARS else block.text
    return " ".join(unicodedata.normalize("NFC", text).split())


def _stands_in(line: str, shown: str) -> bool:
    """Whether a line stands in a text, and is no part of a number there: "$12" is not in "$120"."""
    wanted = unicodedata.normalize("NFC", line)
    at = shown.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        if not (
            _is_one_number(shown[max(0, at - 2) : at], wanted[0]) or _is_one_number(wanted[-1], shown[end : end + 2])
        ):
            return True
        at = shown.find(wanted, at + 1)
    return False


def _is_one_number(before: str, after: str) -> bool:
    """Whether a number goes on from the end of one text in the next: "1" and "20", "1," and "200"."""
    return before.rstrip(".,")[-1:].isdigit() and after.lstrip(".,")[:1].isdigit()


def _within(text: str, limit: int, what: str) -> str:
    cleaned = clean_text(text)
    if len(cleaned) > limit:
        raise InvalidInputError(f"This {what} has {len(cleaned):,} characters; the limit is {limit:,}.")
    return cleaned
