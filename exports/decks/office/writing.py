"""Paragraphs as Office reads them: lines of fixed height, languages, directions, links."""

import string
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import quote, urlsplit

from exports.decks.lists import MARKS
from exports.decks.office.xml import emu, filled, text
from exports.decks.records import Run, Runs, is_link

Link = Callable[[str], str]  # gives a URL's number in the part that the words stand in
_FONTS = '<a:latin typeface="+mn-lt"/><a:ea typeface="+mn-ea"/><a:cs typeface="+mn-cs"/>'
_IN_ADDRESSES = string.ascii_letters + string.digits + "-._~:/?#[]@!$&'()*+,;=%"
_BULLET_COLOUR = '<a:buClr><a:schemeClr val="hlink"/></a:buClr>'
_TITLE_FONTS = _FONTS.replace("+mn-", "+mj-")
_LANGUAGES = {  # of scripts that say which it is, or nearly: the first word of a letter's name
    "ARABIC": "ar-SA",
    "HEBREW": "he-IL",
    "HIRAGANA": "ja-JP",
    "KATAKANA": "ja-JP",
    "HANGUL": "ko-KR",
    "CJK": "zh-CN",
    "THAI": "th-TH",
    "DEVANAGARI": "hi-IN",
    "BENGALI": "bn-IN",
    "TAMIL": "ta-IN",
    "GREEK": "el-GR",
    "CYRILLIC": "ru-RU",
    "ARMENIAN": "hy-AM",
    "GEORGIAN": "ka-GE",
}
_WRITTEN_IN = {  # and which of these the languages are written in that are not the first of their script
    "fa": "ARABIC",
    "ur": "ARABIC",
    "yi": "HEBREW",
    "uk": "CYRILLIC",
    "bg": "CYRILLIC",
    "sr": "CYRILLIC",
    "mk": "CYRILLIC",
    "be": "CYRILLIC",
    "kk": "CYRILLIC",
    "mr": "DEVANAGARI",
    "ne": "DEVANAGARI",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How words look; lengths in points. *leading* is the height of a line."""

    language: str
    size: float
    leading: float
    colour: str = "tx1"
    bold: bool = False
    title: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """What stands before a paragraph, and how far in it begins. A *label* stands in place of a bullet."""

    margin: float
    hanging: float
    level: int = 0
    number: int | None = None
    shown: bool = True  # else the paragraph began on another page
    label: Runs = ()


def paragraph(
    runs: Runs, look: Look, link: Link, *, before: float = 0, lead: Lead | None = None, at_end: bool = False
) -> str:
    """Return a paragraph. It begins at the side where its first letter does, or with *at_end* ends at the other."""
    said = "".join(run.text for run in (*(lead.label if lead else ()), *runs))
    attributes = (
        f' marL="{emu(lead.margin)}" lvl="{lead.level}" indent="{-emu(lead.hanging) if lead.shown else 0}"'
        if lead
        else ""
    )
    rtl = begins_right(said, look.language)
    side = "r" if rtl != at_end else "l"
    attributes += f' algn="{side}" rtl="{int(rtl)}"'
    spacing = f'<a:lnSpc><a:spcPts val="{round(look.leading * 100)}"/></a:lnSpc>'
    spacing += f'<a:spcBef><a:spcPts val="{round(before * 100)}"/></a:spcBef><a:spcAft><a:spcPts val="0"/></a:spcAft>'
    written = _label(lead.label, look) if lead and lead.label else ""
    written += "".join(_run(run, look, link) for run in runs if run.text)
    return f"<a:p><a:pPr{attributes}>{spacing}{_lead(lead)}</a:pPr>{written or _end(look)}</a:p>"


def plain(said: str, look: Look, *, at_end: bool = False) -> str:
    """Return a paragraph of words that all look alike."""
    return paragraph((Run(said),), look, str, at_end=at_end)


def slide_number(number: int, look: Look) -> str:
    """Return a paragraph with the number of its slide, as a field."""
    return (
        f'<a:p><a:pPr algn="r" rtl="0"/><a:fld id="{{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}}" type="slidenum">'
        f"{_properties('a:rPr', look, '')}<a:t>{number}</a:t></a:fld></a:p>"
    )


def begins_right(said: str, language: str) -> bool:
    """Return whether a paragraph runs from right to left: as its first letter does that says so, or the language."""
    kinds = (unicodedata.bidirectional(char) for char in said)
    letters = (kind != "L" for kind in kinds if kind in ("L", "R", "AL"))
    return next(letters, is_right_to_left(language))


def is_right_to_left(language: str) -> bool:
    """Return whether a language is written from right to left."""
    return language.split("-")[0].lower() in ("ar", "fa", "he", "ur", "yi")


def _lead(lead: Lead | None) -> str:
    if lead is None or not lead.shown:
        return "<a:buNone/>"
    if lead.label:
        return f'<a:buNone/><a:tabLst><a:tab pos="{emu(lead.margin)}" algn="l"/></a:tabLst>'
    if lead.number is None:
        return f'{_BULLET_COLOUR}<a:buFont typeface="Arial"/><a:buChar char="{MARKS[lead.level]}"/>'
    number = max(1, lead.number)
    return f'{_BULLET_COLOUR}<a:buFont typeface="+mj-lt"/><a:buAutoNum type="arabicPeriod" startAt="{number}"/>'


def _label(label: Runs, look: Look) -> str:
    accented = replace(look, colour="hlink", bold=True)
    return "".join(_run(run, accented, str) for run in (*label, Run("\t")))


def _run(run: Run, look: Look, link: Link) -> str:
    url = address(run.url) if run.url else None
    click = f'<a:hlinkClick r:id="{link(url)}"/>' if url else ""
    properties = _properties("a:rPr", look, run.text, run.bold, run.italic, click)
    lines = (f"<a:r>{properties}<a:t>{text(line)}</a:t></a:r>" if line else "" for line in run.text.split("\n"))
    return f"<a:br>{_properties('a:rPr', look, run.text)}</a:br>".join(lines)


def address(url: str) -> str | None:
    """Return a link's target as Office takes it, or None: with one that it cannot read it would open no file."""
    if not is_link(url):
        return None
    try:
        parts = urlsplit(url)
        usable = parts.hostname and parts.port != 0 if parts.scheme == "https" else parts.path
    except ValueError:
        return None
    return quote(url, safe=_IN_ADDRESSES + "".join(char for char in url if char >= "\xa0")) if usable else None


def _end(look: Look) -> str:
    return _properties("a:endParaRPr", look, "")


def _properties(tag: str, look: Look, said: str, bold: bool = False, italic: bool = False, click: str = "") -> str:
    attributes = f' lang="{text(language_of(said, look.language))}" sz="{round(look.size * 100)}"'
    attributes += f' b="{int(bold or look.bold)}" i="{int(italic)}"'
    fonts = _TITLE_FONTS if look.title else _FONTS
    return f'<{tag}{attributes} dirty="0">{filled(look.colour)}{fonts}{click}</{tag}>'


@lru_cache(maxsize=4096)
def language_of(said: str, language: str) -> str:
    """Return the language of words in a deck of *language*: another where their letters are of its script."""
    if said.isascii():
        return language
    scripts = [_script(char) for char in said if ord(char) > 0x370 and char.isalpha()]
    kana = next((script for script in scripts if script in ("HIRAGANA", "KATAKANA")), None)
    script = kana or (scripts[0] if 2 * len(scripts) > sum(map(str.isalpha, said)) else "")
    found = _LANGUAGES.get(script, language)
    base = language.split("-")[0].lower()
    written_here = _WRITTEN_IN.get(base) == script or found.split("-")[0] == base
    return language if written_here or (base == "ja" and script == "CJK") else found


def _script(char: str) -> str:
    return unicodedata.name(char, "").split(" ")[0].split("-")[0]


def joined(paragraphs: Sequence[str]) -> str:
    """Return the paragraphs of a shape, which has one at least."""
    return "".join(paragraphs) or "<a:p/>"
