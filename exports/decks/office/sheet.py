"""What a slide is being made of: its shapes as text, numbered in their order, and what they refer to."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field

from pptx.opc.constants import CONTENT_TYPE as CT
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.package import Package

from exports.decks.office.charts import chart, number_format
from exports.decks.office.workbooks import workbook
from exports.decks.office.writing import Look
from exports.decks.office.xml import text
from exports.decks.places import Page, Placed
from exports.decks.plain import kind_name
from exports.decks.records import Block, ChartBlock, Edition
from exports.decks.theme import LINE, Theme

_BLOCK = "{5B8C6C1E-7F0B-4E0C-9B53-6E1A5D0B7C21}"  # the extension of a shape that names its block
_OURS = "urn:backboard:travelbot:deck"
_KINDS = {b"\x89PNG": ("png", CT.PNG), b"\xff\xd8\xff": ("jpg", CT.JPEG), b"GIF8": ("gif", CT.GIF)}


@dataclass(slots=True)
class House:
    """The package that all slides go to. Pictures that are the same are kept once."""

    edition: Edition
    theme: Theme
    package: Package
    pictures: dict[str, Part] = field(default_factory=dict)
    charts: int = 0

    def part(self, name: str, content_type: str, content: str | bytes = b"") -> Part:
        """Return a new part of the package."""
        data = content.encode() if isinstance(content, str) else content
        return Part(PackURI(name), content_type, self.package, data)

    def picture(self, data: bytes) -> Part | None:
        """Return the part of a picture, or None where the bytes are none that every reader draws."""
        key = hashlib.sha256(data).hexdigest()
        if key not in self.pictures:
            kind = next((kind for start, kind in _KINDS.items() if data.startswith(start)), None)
            if kind is None:
                return None
            self.pictures[key] = self.part(f"/ppt/media/image{len(self.pictures) + 1}.{kind[0]}", kind[1], data)
        return self.pictures[key]

    def chart(self, block: ChartBlock, placed: Placed) -> Part:
        """Return the part of a new chart, its workbook with it."""
        self.charts += 1
        brand = self.edition.brand
        book = workbook(block, number_format(block, brand.language), self.edition.at)
        numbers = self.part(f"/ppt/embeddings/Microsoft_Excel_Sheet{self.charts}.xlsx", CT.SML_SHEET, book)
        made = self.part(f"/ppt/charts/chart{self.charts}.xml", CT.DML_CHART)
        made.blob = chart(block, placed, brand, made.relate_to(numbers, RT.PACKAGE)).encode()
        return made


@dataclass(slots=True)
class Sheet:
    """One slide in the making."""

    house: House
    page: Page
    part: Part
    shapes: list[str] = field(default_factory=list)
    _last_id: int = 1
    _kinds: Counter[str] = field(default_factory=Counter)

    def new_id(self) -> int:
        """Return a number for a shape, of which no other on this slide has the same."""
        self._last_id += 1
        return self._last_id

    def properties(self, name: str, *, alt: str = "", block_id: str = "") -> str:
        """Return what is said of a shape: its number and name, what it shows, and which block of the deck it is."""
        shown = f' descr="{text(alt)}"' if alt else ""
        block = f'<a:ext uri="{_BLOCK}"><b:block xmlns:b="{_OURS}" id="{text(block_id)}"/></a:ext>'
        more = f"<a:extLst>{block}</a:extLst>" if block_id else ""
        return f'<p:cNvPr id="{self.new_id()}" name="{text(name)}"{shown}>{more}</p:cNvPr>'

    def block_name(self, block: Block) -> str:
        """Return what a block is called on this slide, where Office lists its shapes: "Table 1"."""
        kind = kind_name(block)
        self._kinds[kind] += 1
        return f"{kind} {self._kinds[kind]}"

    def link(self, url: str) -> str:
        """Return the name by which the shapes refer to an address."""
        return self.part.relate_to(url, RT.HYPERLINK, is_external=True)

    def look(self, size: float, colour: str = "tx1", *, bold: bool = False, title: bool = False) -> Look:
        """Return how words of a size look in this deck."""
        language = self.house.edition.brand.language
        return Look(language=language, size=size, leading=size * LINE, colour=colour, bold=bold, title=title)
