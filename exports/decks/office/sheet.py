"""What a slide is being made of: its shapes as text, numbered in their order, and what they refer to."""

import hashlib
from dataclasses import dataclass, field

from pptx.opc.constants import CONTENT_TYPE as CT
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.package import Package

from exports.decks.office.charts import chart, number_format
from exports.decks.office.workbooks import workbook
from exports.decks.office.writing import Look
from exports.decks.places import Page, Placed
from exports.decks.records import ChartBlock, Edition
from exports.decks.theme import LINE, Theme

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

    def new_id(self) -> int:
        """Return a number for a shape, of which no other on this slide has the same."""
        self._last_id += 1
        return self._last_id

    def link(self, url: str) -> str:
        """Return the name by which the shapes refer to an address."""
        return self.part.relate_to(url, RT.HYPERLINK, is_external=True)

    def look(self, size: float, colour: str = "tx1", *, bold: bool = False, title: bool = False) -> Look:
        """Return how words of a size look in this deck."""
        language = self.house.edition.brand.language
        return Look(language=language, size=size, leading=size * LINE, colour=colour, bold=bold, title=title)
