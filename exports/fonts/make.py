"""Makes the fonts of scripts beyond Latin, Greek and Cyrillic from Noto's; README.md says how to run it."""

import sys
from collections.abc import Iterable
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

FOLDER = Path(__file__).parent
SCRIPTS = "Arabic Hebrew Thai Bengali Tamil Sinhala Lao Khmer Myanmar Georgian Armenian"
# A character set of two bytes: the first byte, and the second.
EUC = (range(0xA1, 0xFF), range(0xA1, 0xFF))
SETS = {
    "gb2312": EUC,  # simplified Chinese
    "euc_jp": EUC,  # JIS X 0208
    "euc_kr": EUC,  # KS X 1001
    "big5": (range(0xA1, 0xC7), [*range(0x40, 0x7F), *range(0xA1, 0xFF)]),  # common traditional Chinese
}
# A thousandth, but for what nobody sees: checkers of PDFs misread the way in which Typst writes that number.
MATRIX = [0.00099999, 0, 0, 0.00099999, 0, 0]
FORMS = [*range(0x2460, 0x2500), *range(0x3000, 0x3400), *range(0xFF00, 0xFFEF)]  # ①, 、, ㎡, full width


def main(source: Path) -> None:
    """Write every font made from those in *source*."""
    have = characters(FOLDER / "NotoSans-Regular.ttf") | characters(FOLDER / "NotoEmoji-Regular.ttf")
    for script in SCRIPTS.split():
        font = TTFont(next(source.rglob(f"NotoSans{script}-Regular.ttf")), lazy=True)
        trim(
            font, font.getBestCmap().keys() - set(range(0x21, 0x7F)), FOLDER / f"NotoSans{script}-Regular.ttf", ["*"]
        )
    collection = TTCollection(next(source.rglob("NotoSansCJK-Regular.ttc")), lazy=True)
    font = next(one for one in collection.fonts if one["name"].getDebugName(1) == "Noto Sans CJK JP")
    for record in font["GSUB"].table.ScriptList.ScriptRecord:  # of the forms that differ by language: Chinese, too
        record.Script.LangSysRecord = [one for one in record.Script.LangSysRecord if one.LangSysTag == "ZHS "]
    trim(font, (common() | set(FORMS)) - have, FOLDER / "NotoSansCJK-Regular.otf", ["locl"])


def characters(file: Path) -> set[int]:
    """Return the characters that a font has a letter for."""
    return set(TTFont(file, lazy=True).getBestCmap())


def common() -> set[int]:
    """Return the characters of the common sets of China, Japan, Korea and Taiwan."""
    found: set[int] = set()
    for codec, (first, second) in SETS.items():
        for pair in (bytes([one, two]) for one in first for two in second):
            try:
                found |= set(map(ord, pair.decode(codec)))
            except UnicodeDecodeError:
                continue
    return found


def trim(font: TTFont, kept: Iterable[int], file: Path, features: list[str]) -> None:
    """Write a font with only some characters, what they need to be set in a line, and no hints for screens."""
    options = subset.Options()
    options.layout_features = features
    options.hinting = options.glyph_names = False
    options.name_languages = [0x409]
    if file.suffix == ".otf":
        options.drop_tables += ["GPOS", "BASE", "VORG", "vhea", "vmtx"]  # upright text, and kerned Latin
    made = subset.Subsetter(options)
    made.populate(unicodes=kept)
    made.subset(font)
    if file.suffix == ".otf":
        font["CFF "].cff[0].FontMatrix = MATRIX
    font.save(file)
    print(f"{file.name}: {file.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
