"""Markdown written by a model, made safe for `st.markdown` and cut into blocks while it arrives.

Facts about Streamlit 1.67 behind this: `st.markdown` dedents and strips its text; draws CommonMark with
tables, strikethrough, bare links and footnotes; draws HTML as text; makes `javascript:` links point
nowhere; and adds to Markdown formulas (`$x$`), directives (`:red[x]`, also `10:30[x]`), shortcodes
(`:tada:`, `:material/home:`, `:streamlit:`) and diagrams (fences named mermaid, which can load images).
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from textwrap import dedent

from markdown_it import MarkdownIt
from markdown_it.common.utils import unescapeAll

# Finds blocks only; what is inside a paragraph is not parsed. Holds no state between calls.
_BLOCKS = MarkdownIt("commonmark").enable("table")
_BLOCKS.core.ruler.enableOnly(["normalize", "block"])

_WORD_JOINER = "\u2060"  # takes no room; keeps `:tada:` from being read as a shortcode, where an escape does not

_CODE_OR_HTML = ("`", "<", "\t", "~~~", "    ")
_SPECIAL = re.compile(
    r"""
    (?P<code>`+)
    | (?P<kept>
        \\[^:\s]                                                      # an escaped character
        | <[a-z][a-z0-9+.-]{1,31}:(?:[^\s<>`!]|!(?!\[))*>             # a link in angle brackets
        | </[a-z][a-z0-9-]*[ \t]*>                                    # HTML tags on one line
        | <[a-z][a-z0-9-]*
          (?:[ \t]+[a-z_:][\w.:-]*(?:[ \t]*=[ \t]*(?:"[^"\n]*"|'[^'\n]*'|[^\s"'=<>`]+))?)*[ \t]*/?>
        | (?:(?<![a-z0-9])https?://|(?<![^\s(*_~\[\]])www\.)[^\s<>`!"'()\[\]{}\\|*]*  # a bare link
      )
    | (?P<bangs>!+)(?P<image>\[(?P<complete>(?P<alt>(?:\\.|[^\[\]\\`])*)\][(\[])?)?
    | (?P<footnote>\[\^)
    | (?P<dollar>\$)
    | \\?:(?=(?P<shortcode>(?=[_+-]*[a-z0-9])[a-z0-9_+-]{1,80}:|material/))
    | \\?:(?=[^\W_]|[:\t\u0080-\U0010ffff])
    """,
    re.VERBOSE | re.IGNORECASE,
)
_MAY_BE_SPECIAL = re.compile(r"[`\\<!\[$:]|[hH][tT][tT][pP]|[wW]{3}\.")  # where the above begins; many times as fast
_LOOKS_LIKE_TIME = re.compile(r"\d+:")
_EMOJI_NUMBERS = ("100:", "1234:")
_CELL_END = re.compile(r"(?<!\\)\|")


def safe_markdown(text: str) -> str:
    r"""Return *text* as Markdown that `st.markdown` draws without surprises.

    Outside of code, money stays money (`\$`), images are links to them, and footnotes, directives and
    shortcodes are plain text. Tables, lists, links, HTML (which Streamlit shows as text) and code stay as
    they are, except that a diagram is shown as its source. Takes time linear in the length of the text.
    """
    text = dedent(text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if not any(mark in text for mark in _CODE_OR_HTML):
        return _escape(text)
    lines = text.split("\n")
    safe: list[str] = []
    for token in _BLOCKS.parse(text):
        if token.type not in ("fence", "code_block", "html_block", "table_open", "inline") or not token.map:
            continue
        first, last = token.map
        if first < len(safe):  # a table's cells, done with the table
            continue
        safe += map(_escape, lines[len(safe) : first])  # definitions, list markers, blank lines
        block = lines[first:last]
        if token.type == "fence":
            safe += _source_of_diagram(block, token.markup, token.info)
        elif token.type in ("code_block", "html_block"):
            # Parsers differ about where these begin after a definition, so images are stopped here, too.
            safe += [line.replace("![", "\\![") for line in block]
        elif token.type == "table_open":
            safe += ["|".join(map(_escape, _CELL_END.split(line))) for line in block]
        else:
            safe += _escape("\n".join(block)).split("\n")
    safe += map(_escape, lines[len(safe) :])
    return "\n".join(safe)


def _source_of_diagram(block: list[str], fence: str, info: str) -> list[str]:
    """Return a fenced block that is shown as code, whatever its language."""
    if not unescapeAll(info).strip().lower().startswith("mermaid"):
        return block
    opening = block[0]
    return [opening[: opening.index(fence) + len(fence)] + "text", *block[1:]]


def _escape(text: str) -> str:
    """Make one paragraph, heading or cell safe; code spans in it stay as they are."""
    code_ends = _backtick_runs(text) if "`" in text else {}
    first_tag = text.find("<")
    safe: list[str] = []
    done = 0
    for begin in _MAY_BE_SPECIAL.finditer(text):
        start = begin.start()
        if start < done or (found := _SPECIAL.match(text, start)) is None:
            continue
        end = found.end()
        safe.append(text[done:start])
        if found["code"]:
            ends = code_ends.get(end - start, [])
            closing = bisect_left(ends, end)
            if closing < len(ends):
                span = text[start : ends[closing] + end - start]
                if _is_surely_code(span, behind_tag=0 <= first_tag < start):
                    end = start + len(span)
            safe.append(text[start:end])
        elif found["bangs"]:
            end = found.end("bangs")
            if found["image"]:
                end += 1
                safe.append(_link_for_image(found))
            else:
                safe.append(found["bangs"])
        elif found["kept"]:
            safe.append(found[0])
        elif found["footnote"]:
            safe.append("\\[^")
        elif found["dollar"]:
            safe.append("\\$")
        else:
            name = found["shortcode"]
            is_time = name and _LOOKS_LIKE_TIME.fullmatch(name) and name not in _EMOJI_NUMBERS
            safe.append("\\:" + (_WORD_JOINER if name and not is_time else ""))
        done = end
    safe.append(text[done:])
    return "".join(safe)


def _backtick_runs(text: str) -> dict[int, list[int]]:
    """Return where runs of backticks begin, by their length."""
    runs: dict[int, list[int]] = {}
    for run in re.finditer("`+", text):
        runs.setdefault(len(run[0]), []).append(run.start())
    return runs


def _is_surely_code(span: str, *, behind_tag: bool) -> bool:
    """Return whether no reading of the text around *span* makes anything else of what is in it."""
    if "\n" in span and any(marks in span for marks in ("[^", "::", "$$")):
        return False
    return "![" not in span or not ("\n" in span or "|" in span or behind_tag)


def _link_for_image(found: re.Match[str]) -> str:
    """Return what stands in place of the marks that open an image, `![`."""
    if found["bangs"] == "!" and found["complete"]:
        return "[" if found["alt"].strip() else "[image"
    return "\\!" * len(found["bangs"]) + "["


_NEW_BLOCK = re.compile(r"\n[ \t]*\n(?=\S)")
_LIST_ITEM = re.compile(r"[ \t>]*(?:[-+*]|\d{1,9}[.)])(?:[ \t]|$)")
_TOP_ITEM = re.compile(r"(?:[-+*]|\d{1,9}[.)]) {1,4}(?=[^ \t])")  # with text; its length is the item's indent
_BEGINNING_OF_ITEM = re.compile(r"[-+*]|\d{1,9}[.)]?")
_FENCE = re.compile(r"( {0,3})(?:(`{3,})[^`]*|(~{3,}).*)$")
_HTML_OVER_BLANK_LINES = re.compile(r" {0,3}<(?:[!?]|(?:script|pre|style|textarea)(?:[\s>]|$))", re.IGNORECASE)
_TAG = re.compile(r"[ \t>]*</?[a-z]", re.IGNORECASE)
_INDENTED = re.compile(r" {4}| {0,3}\t")
_REFERENCE = re.compile(
    r"\[(?!\s*\])[^\[\]]*\]"  # anything in brackets that is not followed by a plain address
    r"(?!\([^()\s<>\\]*(?:\([^()\s<>\\]*\)[^()\s<>\\]*)*(?:[ ]\"[^\"\\]*\")?\))"
)


def cuts(text: str) -> Iterator[int]:
    """Yield, in order, where *text* can be cut: how many characters from its start stand on their own.

    For a text that still grows: whatever follows, that part and the rest drawn one below the other look
    like the whole. The part ends after a blank line, where the next line has begun and surely belongs to
    another block. In doubt (a reference whose definition may come later, HTML that runs over blank
    lines) nothing is closed. Takes time linear in the length of the text.
    """
    if not _NEW_BLOCK.search(text) or "\r" in text or text.lstrip("\n")[:1].isspace():
        return
    position, seen = 0, _Seen()
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if seen.ends_before(line, is_last=number == len(lines) - 1):
            if "[" in (block := "\n".join(seen.outside_code)) and _REFERENCE.search(block):
                return
            if position:
                yield position
            seen.begin()
        position += len(line) + 1
        if not seen.take(line):
            return


class _Seen:
    """What the lines since the last place to cut leave open."""

    def __init__(self) -> None:
        self._fence = ""  # the marks that opened a fence outside of any list, while it is open
        self._after_blank = True
        self._in_html = False
        self.begin()

    def begin(self) -> None:
        """Begin after a place to cut."""
        self.outside_code: list[str] = []
        self._takes_items = False  # whether a list item that comes next may belong to what is open
        self._item_indent = 0  # how far lines of the open list item are indented; 0: no list, or it may have ended

    def ends_before(self, line: str, *, is_last: bool) -> bool:
        """Return whether *line*, which may still grow if it is the last one, surely belongs to another block."""
        if not self._after_blank or self._fence or not line[:1] or line[0].isspace():
            return False
        may_go_on = _LIST_ITEM.match(line) or (is_last and _BEGINNING_OF_ITEM.fullmatch(line))
        return not (self._takes_items and may_go_on)

    def take(self, line: str) -> bool:
        """Take a line in; return False where nobody can tell what follows it belongs to."""
        was_blank, self._after_blank = self._after_blank, not line.strip(" \t")
        if self._fence:
            if _closes(line, self._fence):
                self._fence = ""
            return True
        self.outside_code.append(line)
        if self._after_blank:
            self._in_html = False
            return True
        if opening := _FENCE.match(line):
            return self._take_fence(opening)
        if _HTML_OVER_BLANK_LINES.match(line):
            return False
        if self._in_html:  # a list, or just more text: parsers differ
            return not (_LIST_ITEM.match(line) or _INDENTED.match(line) or line.lstrip()[:1] in ("<", ">"))
        if _INDENTED.match(line) and not self._takes_items:
            return False  # code, which Streamlit does not let every list follow
        if _TAG.match(line):  # in or behind something, it may or may not end that
            self._in_html = was_blank and not self._takes_items
            return self._in_html
        self._take_text(line, was_blank)
        return True

    def _take_fence(self, opening: re.Match[str]) -> bool:
        indent = len(opening[1])
        if self._in_html:
            return False
        if self._takes_items and indent:  # in the list item; less far in, or behind the list: cannot tell
            return 0 < self._item_indent <= indent
        self._fence = opening[2] or opening[3]
        self._item_indent = 0
        return True

    def _take_text(self, line: str, was_blank: bool) -> None:
        if item := _TOP_ITEM.match(line):
            self._takes_items = True
            begins = was_blank or self._item_indent or line.startswith(("-", "+", "*", "1.", "1)"))
            is_rule = not line.strip(line[0] + " \t")
            self._item_indent = item.end() if begins and not is_rule else 0
        elif _LIST_ITEM.match(line):
            self._takes_items = True
            if not line.startswith(" " * self._item_indent):
                self._item_indent = 0
        elif not line[0].isspace():
            self._item_indent = 0


def _closes(line: str, fence: str) -> bool:
    marks = line.lstrip(" ")
    return len(line) - len(marks) < 4 and marks.startswith(fence) and not marks.rstrip(" \t").strip(fence[0])
