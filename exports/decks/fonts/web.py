"""Makes what browsers load, in static: the twins in Latin, Greek, Cyrillic and Hebrew, Noto's fonts of other scripts.

`python -m exports.decks.fonts.web` needs fonttools and brotli. Chinese, Japanese and Korean are left to the browser:
their letters are as wide in every font.
"""

from collections.abc import Iterable
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FOLDER = Path(__file__).parent
NOTO = FOLDER.parents[1] / "fonts"
STATIC = FOLDER.parents[2] / "static"
LETTERS = ((0x20, 0x52F), (0x590, 0x5FF), (0x1E00, 0x226F), (0x25A1, 0x25A1), (0x25CF, 0x25CF), (0xFFFD, 0xFFFD))
TWINS = {"Arial": "LiberationSans", "Times New Roman": "LiberationSerif", "Calibri": "Carlito", "Cambria": "Caladea"}
FACES = {
    "Regular": (400, "normal"),
    "Bold": (700, "normal"),
    "Italic": (400, "italic"),
    "BoldItalic": (700, "italic"),
}
SCRIPTS = {
    "NotoSans": ((0x900, 0x97F), (0xA8E0, 0xA8FF)),  # Devanagari
    "NotoSansArabic": ((0x600, 0x6FF), (0x750, 0x77F), (0x8A0, 0x8FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFF)),
    "NotoSansHebrew": ((0x590, 0x5FF), (0xFB1D, 0xFB4F)),
    "NotoSansThai": ((0xE00, 0xE7F),),
    "NotoSansBengali": ((0x980, 0x9FF),),
    "NotoSansTamil": ((0xB80, 0xBFF),),
    "NotoSansSinhala": ((0xD80, 0xDFF),),
    "NotoSansLao": ((0xE80, 0xEFF),),
    "NotoSansKhmer": ((0x1780, 0x17FF), (0x19E0, 0x19FF)),
    "NotoSansMyanmar": ((0x1000, 0x109F), (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F)),
    "NotoSansGeorgian": ((0x10A0, 0x10FF), (0x1C90, 0x1CBF), (0x2D00, 0x2D2F)),
    "NotoSansArmenian": ((0x530, 0x58F), (0xFB13, 0xFB17)),
}
Ranges = Iterable[tuple[int, int]]


def main() -> None:
    """Write every font, and the style sheet that names them."""
    rules = ["/* The fonts of decks, as wide as what their names say. Made by exports/decks/fonts/web.py. */\n"]
    for font, twin in TWINS.items():
        for face, (weight, style) in FACES.items():
            name = made(FOLDER / f"{twin}-{face}.ttf", LETTERS, ["ccmp", "mark", "mkmk"])
            rules.append(rule(f"Deck {font}", name, f"font-weight: {weight}; font-style: {style};"))
    for font, ranges in SCRIPTS.items():
        name = made(NOTO / f"{font}-Regular.ttf", ranges, ["*"])
        told = ", ".join(f"U+{first:X}-{last:X}" for first, last in ranges)
        rules.append(rule("Deck Noto", name, f"font-weight: 400; font-style: normal; unicode-range: {told};"))
    (STATIC / "decks.css").write_text("".join(rules))


def made(file: Path, ranges: Ranges, features: list[str]) -> str:
    """Write a part of a font for browsers and return the new file's name."""
    options = subset.Options()
    options.layout_features = features
    options.hinting = False
    options.flavor = "woff2"
    font = TTFont(file, lazy=True, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[code for first, last in ranges for code in range(first, last + 1)])
    subsetter.subset(font)
    font.flavor = "woff2"
    target = STATIC / "fonts" / f"{file.stem.lower()}.woff2"
    font.save(target)
    print(f"{target.name}: {target.stat().st_size:,} bytes")
    return target.name


def rule(family: str, name: str, more: str) -> str:
    """Return the rule of a style sheet that names a font."""
    return (
        f'@font-face {{\n  font-family: "{family}"; {more} font-display: swap;\n'
        f'  src: url("app/static/fonts/{name}") format("woff2");\n}}\n'
    )


if __name__ == "__main__":
    main()
