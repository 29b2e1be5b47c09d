"""Markdown written by a model, read for other formats."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

Block = dict[str, Any]

_MAX_DEPTH = 20  # a list is two: itself and its item
_MAX_MARKS = 50  # within each other; what has more is shown as it is written, as readers go down one by one
_PARSER = MarkdownIt("commonmark", {"maxNesting": _MAX_DEPTH}).enable(["table", "strikethrough"])
_ONE_DEEPER = MarkdownIt("commonmark", {"maxNesting": _MAX_DEPTH + 1}).disable("inline")
_KEPT_OR_MONEY = re.compile(
    r"""
    \\.                                        # an escaped character
    | (?P<code>`+)
    | <[a-z][a-z0-9+.-]{1,31}:[^\s<>]*>        # a link in angle brackets
    | https?://[^\s<>()]+
    | (?P<money>\$)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_MARKUP = str.maketrans({char: f"\\{char}" for char in "\\`*_[]<>#$|~&"})
_SPANS = {"strong": "strong", "em": "emph", "s": "strike"}
_TARGET = re.compile(r"(?:https?://|mailto:)\S+", re.IGNORECASE)


def escape_money(text: str) -> str:
    r"""Return Markdown in which `$` outside of code is `\$`: some readers take what is between two for a formula."""
    if "$" not in text:
        return text
    lines, safe, done = text.split("\n"), [], 0
    for token in _PARSER.parse(text):
        if token.type in ("fence", "code_block") and token.map and token.map[0] >= done:
            first, last = token.map
            if first > done:
                safe.append(_escaped(lines[done:first]))
            safe.append("\n".join(lines[first:last]))
            done = last
    if done < len(lines):
        safe.append(_escaped(lines[done:]))
    return "\n".join(safe)


def _escaped(lines: Sequence[str]) -> str:
    return "\n\n".join(map(_paragraph_escaped, "\n".join(lines).split("\n\n")))


def _paragraph_escaped(text: str) -> str:
    runs: dict[int, list[int]] = {}  # where runs of backticks begin, by their length
    for run in re.finditer("`+", text):
        runs.setdefault(len(run[0]), []).append(run.start())
    safe, done = [], 0
    while found := _KEPT_OR_MONEY.search(text, done):
        start, end = found.span()
        if found["code"]:
            same = runs.get(end - start, [])
            closing = bisect_left(same, end)
            end = same[closing] + end - start if closing < len(same) else end
        safe += [text[done:start], r"\$" if found["money"] else text[start:end]]
        done = end
    return "".join([*safe, text[done:]])


def plain(text: str) -> str:
    """Return Markdown that shows *text* as it is, on one line."""
    escaped = " ".join(text.split()).translate(_MARKUP)
    return f"\\{escaped}" if escaped[:1] in ("-", "+", "=") else escaped


def source_list(sources: Sequence[tuple[str, str]]) -> str:
    """Return titles and addresses as a numbered list of links; nothing where there are none."""
    lines = [f"{number}. [{plain(title)}](<{_address(url)}>)" for number, (title, url) in enumerate(sources, 1)]
    return "\n".join(["**Sources**", "", *lines]) if lines else ""


def _address(url: str) -> str:
    return "".join(url.split()).replace("<", "%3C").replace(">", "%3E").replace("\\", "%5C")


def shown_text(text: str) -> str:
    """Return the words that Markdown shows, a line for each of its blocks."""
    shown = []
    for token in _PARSER.parse(text):
        if token.type == "inline":
            pieces = [
                " " if child.type in ("softbreak", "hardbreak") else child.content for child in token.children or ()
            ]
            shown.append("".join(pieces))
        elif token.content:
            shown.append(token.content)
    return "\n".join(shown)


def blocks(text: str) -> list[Block]:
    """Return Markdown as nested blocks; each says in "t" what it is. HTML is text, an image is a link to it.

    heading (level, in), par (in), list (start or None, items of blocks), code (s), quote (blocks), rule, and
    table (head and rows of cells, each an "in"). An "in" is a list of text, code, break, strong, emph, strike, link.
    A link is its address: *label* says how many pieces before it are its label; it stands between " (" and ")" then.
    """
    return _blocks(SyntaxTreeNode(list(map(_readable, _PARSER.parse(text)))).children)


def is_too_deep(text: str) -> bool:
    """Whether `blocks` leaves something of *text* out: what lies too deep within lists and quotes."""
    return any(token.level >= _MAX_DEPTH and token.type != "inline" for token in _ONE_DEEPER.parse(text))


def _readable(token: Token) -> Token:
    depth = list(accumulate(child.nesting for child in token.children or ()))
    if max(depth, default=0) > _MAX_MARKS:
        token.children = [Token("text", "", 0, content=token.content)]
    return token


def _blocks(nodes: Sequence[SyntaxTreeNode]) -> list[Block]:
    return [block for node in nodes if (block := _block(node))]


def _block(node: SyntaxTreeNode) -> Block | None:
    match node.type:
        case "heading":
            return {"t": "heading", "level": int(node.tag[1]), "in": _inline(node)}
        case "paragraph":
            return {"t": "par", "in": _inline(node)}
        case "bullet_list" | "ordered_list":
            start = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
            return {"t": "list", "start": start, "items": [_blocks(item.children) for item in node.children]}
        case "fence" | "code_block":
            return {"t": "code", "s": node.content.rstrip("\n")}
        case "blockquote":
            return {"t": "quote", "blocks": _blocks(node.children)}
        case "hr":
            return {"t": "rule"}
        case "html_block":
            return {"t": "par", "in": [{"t": "text", "s": node.content.strip()}]}
        case "table":
            rows = [[_inline(cell) for cell in row.children] for part in node.children for row in part.children]
            return {"t": "table", "head": rows[0], "rows": rows[1:]}
    return None  # a definition of links


def _inline(node: SyntaxTreeNode) -> list[Block]:
    """Return what is in a paragraph, heading, cell or span."""
    found: list[Block] = []
    for child in node.children:
        match child.type:
            case "inline":
                found += _inline(child)
            case "softbreak":
                found.append({"t": "text", "s": " "})
            case "hardbreak":
                found.append({"t": "break"})
            case "code_inline":
                found.append({"t": "code", "s": child.content})
            case "link":
                found += _link(_inline(child), str(child.attrs.get("href", "")))
            case "image":
                found += _link([{"t": "text", "s": child.content}], str(child.attrs.get("src", "")))
            case span if span in _SPANS:
                found.append({"t": _SPANS[span], "in": _inline(child)})
            case _:
                found.append({"t": "text", "s": child.content})
    return found


def _link(label: list[Block], url: str) -> list[Block]:
    """Return a link with its address written out, so that it can be read on paper."""
    if not _TARGET.fullmatch(url):
        return label
    address: Block = {"t": "link", "url": url, "s": url.removeprefix("mailto:"), "label": 0}
    if not label or label == [{"t": "text", "s": address["s"]}]:
        return [address]
    address["label"] = len(label)
    return [*label, {"t": "text", "s": " ("}, address, {"t": "text", "s": ")"}]
