"""Makes of the twins what browsers load, in static/fonts: Latin, Greek and Cyrillic, set without kerning.

`python -m exports.decks.fonts.web` needs fonttools and brotli.
"""

from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FOLDER = Path(__file__).parent
STATIC = FOLDER.parents[2] / "static/fonts"
LETTERS = [*range(0x20, 0x530), *range(0x1E00, 0x2000), *range(0x2000, 0x2270), 0x25A1, 0x25CF, 0xFFFD]


def main() -> None:
    """Write every twin."""
    for file in sorted(FOLDER.glob("*.ttf")):
        options = subset.Options()
        options.layout_features = ["ccmp", "mark", "mkmk"]
        options.hinting = False
        options.flavor = "woff2"
        font = TTFont(file, lazy=True, recalcTimestamp=False)
        made = subset.Subsetter(options)
        made.populate(unicodes=LETTERS)
        made.subset(font)
        font.flavor = "woff2"
        target = STATIC / f"{file.stem.lower()}.woff2"
        font.save(target)
        print(f"{target.name}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
