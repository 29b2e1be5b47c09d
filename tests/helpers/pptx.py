"""PowerPoint files read back."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from pptx import Presentation
from pptx.oxml.ns import qn

EMU = 12_700


def read(data: bytes) -> Any:
    return Presentation(io.BytesIO(data))


def shapes(slide: Any) -> Iterator[Any]:
    """Yield every shape of a slide, those in groups after their group."""
    for shape in slide.shapes:
        yield shape
        if hasattr(shape, "shapes"):
            yield from shape.shapes


def named(slide: Any, name: str) -> Any:
    (found,) = [shape for shape in shapes(slide) if name in (shape.name, block_of(shape))]
    return found


def slide(presentation: Any, name: str) -> Any:
    (found,) = [one for one in presentation.slides if one.name == name]
    return found


def alt(shape: Any) -> str | None:
    (properties,) = list(shape._element.iter(qn("p:cNvPr")))[:1]
    found: str | None = properties.get("descr")
    return found


def block_of(shape: Any) -> str | None:
    """Return the id of the block that a shape is of; its name is what people read."""
    (properties,) = list(shape._element.iter(qn("p:cNvPr")))[:1]
    found = [element for element in properties.iter() if str(element.tag).endswith("deck}block")]
    return str(found[0].get("id")) if found else None


def runs(shape: Any) -> list[Any]:
    return [run for paragraph in shape.text_frame.paragraphs for run in paragraph.runs]


def cells(table: Any) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def parts(data: bytes) -> dict[str, bytes]:
    """Return every part by its name, those of the workbooks inside too."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for name in package.namelist():
            found[name] = package.read(name)
            if name.endswith(".xlsx"):
                found |= {f"{name}/{inner}": part for inner, part in parts(found[name]).items()}
    return found


def everything(data: bytes) -> str:
    """Return what all parts that are XML hold, as text."""
    xml = (part for name, part in parts(data).items() if name.endswith((".xml", ".rels")))
    for_all = []
    for part in xml:
        ElementTree.fromstring(part)
        for_all.append(part.decode())
    return "\n".join(for_all)


def changed(data: bytes, old: str, new: str) -> bytes:
    """Return a file in whose slides something stands in place of something else."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            part = before.read(name)
            after.writestr(name, part.replace(old.encode(), new.encode()) if "/slides/slide" in name else part)
    return file.getvalue()
