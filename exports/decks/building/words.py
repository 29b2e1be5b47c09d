"""The words of Markdown as runs, within what a deck can hold."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from exports.decks.records import (
    MAX_ITEMS,
    MAX_TEXT_CHARS,
    MAX_TITLE_CHARS,
    Block,
    Run,
    Runs,
    TextBlock,
    Url,
    plain_text,
)

NewId = Callable[[], str]
Inline = Sequence[dict[str, Any]]
_MAX_RUNS = 200
_URL = TypeAdapter(Url)
_LINE_BREAKS = ("<br>", "<br/>", "<br />")


def lines_of(inline: Inline) -> list[Runs]:
    """Return the lines of a paragraph, each as runs; none is empty."""
    lines: list[list[Run]] = [[]]
    for run in _runs(inline):
        if run is None:
            lines.append([])
        else:
            lines[-1].append(run)
    return [runs for line in lines if plain_text(runs := capped(line)).strip()]


def runs_of(inline: Inline) -> Runs:
    """Return a paragraph on one line."""
    return capped([run or Run(" ") for run in _runs(inline)])


def said(inline: Inline) -> str:
    """Return what a paragraph says, on one line."""
    return " ".join(plain_text(runs_of(inline)).split())


def plain_runs(text: str, *, bold: bool = False, italic: bool = False) -> Runs:
    """Return a text as it is."""
    return capped([Run(text, bold=bold, italic=italic)])


def capped(runs: Iterable[Run]) -> Runs:
    """Return runs that look alike as one, no more than a paragraph holds: what are too many are one at the end."""
    joined: list[Run] = []
    for run in runs:
        last = joined[-1] if joined else None
        if last and (last.bold, last.italic, last.url) == (run.bold, run.italic, run.url):
            joined[-1] = Run(last.text + run.text, last.bold, last.italic, last.url)
        elif run.text:
            joined.append(run)
    if len(joined) > _MAX_RUNS // 2:
        kept = joined[: _MAX_RUNS // 2]
        joined = [*kept, Run(plain_text(tuple(joined[len(kept) :])))]
    return tuple(piece for run in joined for piece in _pieces(run))


def paragraph_blocks(paragraphs: Sequence[Runs], new_id: NewId) -> list[Block]:
    """Return paragraphs as a block, or as several where they are too many."""
    return [
        TextBlock(id=new_id(), paragraphs=tuple(paragraphs[start : start + MAX_ITEMS]))
        for start in range(0, len(paragraphs), MAX_ITEMS)
    ]


def short_title(text: str) -> str:
    """Return the beginning of a text that a title can hold."""
    line = " ".join(text.split())
    return line if len(line) <= MAX_TITLE_CHARS else f"{line[: MAX_TITLE_CHARS - 1].rsplit(' ', 1)[0]}…"


def _pieces(run: Run) -> Iterator[Run]:
    for start in range(0, len(run.text), MAX_TEXT_CHARS):
        yield Run(run.text[start : start + MAX_TEXT_CHARS], run.bold, run.italic, run.url)


def _runs(inline: Inline) -> Iterator[Run | None]:
    """Yield runs, and None where a line ends. With a stack, as marks may lie deep within each other."""
    stack = [(iter(_linked(inline)), False, False)]
    while stack:
        pieces, bold, italic = stack[-1]
        piece = next(pieces, None)
        if piece is None:
            stack.pop()
            continue
        kind = piece["t"]
        if kind in ("strong", "emph", "strike"):
            stack.append((iter(_linked(piece["in"])), bold or kind == "strong", italic or kind == "emph"))
        elif kind == "break" or (kind == "text" and piece["s"].lower() in _LINE_BREAKS):
            yield None
        elif kind == "labelled":
            for run in _runs(piece["in"]):
                yield run and Run(run.text, run.bold or bold, run.italic or italic, piece["url"])
        else:
            yield Run(piece["s"], bold, italic, link_target(piece["url"]) if kind == "link" else None)


def link_target(url: str) -> str | None:
    """Return where a link of a deck leads; None where none may lead there."""
    try:
        return _URL.validate_python(url)
    except ValidationError:
        return None


def _linked(inline: Inline) -> Inline:
    """Return a paragraph in which the labels of links are links, in place of the addresses written out."""
    if not any(piece["t"] == "link" and piece["label"] for piece in inline):
        return inline
    found: list[dict[str, Any]] = []
    at = 0
    while at < len(inline):
        piece = inline[at]
        label = piece["label"] if piece["t"] == "link" else 0
        if label and (url := link_target(piece["url"])) and said(inline[at - 1 - label : at - 1]):
            found[-1 - label :] = [{"t": "labelled", "in": inline[at - 1 - label : at - 1], "url": url}]
            at += 2
        else:
            found.append(piece)
            at += 1
    return found
