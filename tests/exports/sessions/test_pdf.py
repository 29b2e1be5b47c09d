"""The PDF is read back: every word, in order, on pages that hold it."""

import io
import time
import unicodedata
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fontTools.cffLib import CFFFontSet

from exports.sessions.pdf import session_pdf
from tests.helpers.pdfs import drawn, read, words
from tests.helpers.saved_session import session

MARKDOWN = """## Day 1 — Łódź

Costs **$1,200 to $1,500**, *about*; see [the tram](https://example.com/tram) and <https://example.org>.

- one
  - nested `code`
3. third

| Item | Cost |
|---|---:|
| Hotel | $600 |
| Food | |

> quoted <b>html</b> #panic("x") $ 5 $

```python
print("hi")  # $5
```

![A map](https://example.com/map.png)
"""


def test_people_times_models_and_pages_are_told():
    data = session_pdf(session("Gladly.", status="stopped"), zone=ZoneInfo("Europe/Warsaw"))

    told = words(data)
    assert "Ada Lovelace · 12 May 2026, 14:03 UTC+02:00 Five days in Lisbon?" in told
    assert "Assistant · 12 May 2026, 14:05 UTC+02:00 · anthropic/claude Gladly. Stopped." in told
    assert "Page 1 of 1" in told
    assert "Earlier answer" not in told
    facts = read(data).metadata
    assert facts is not None
    assert (facts.title, facts.author) == ("Lisbon [in] May", "Ada Lovelace")


def test_markdown_is_set_and_its_marks_are_gone():
    told = words(session_pdf(session(MARKDOWN), zone=UTC))

    for piece in (
        "Day 1 — Łódź Costs $1,200 to $1,500, about; see the tram (https://example.com/tram) and https://example.org.",
        "nested code",
        "3. third",
        "Item Cost Hotel $600 Food",
        'quoted <b>html</b> #panic("x") $ 5 $',
        'print("hi")  # $5'.replace("  ", " "),
        "A map (https://example.com/map.png)",
    ):
        assert piece in told
    assert "**" not in told
    assert "shown as" not in told


def test_links_lead_where_they_say():
    page: Any = read(session_pdf(session("[a](https://a.example/) [b](javascript:alert(1))"), zone=UTC)).pages[0]

    links = [one.get_object()["/A"]["/URI"] for one in page["/Annots"]]
    assert links == ["https://a.example/"]


def test_sources_are_written_out_with_their_addresses():
    parts = [{"kind": "source", "text": "Sé do Porto", "url": "https://porto.example/se"}]
    told = words(session_pdf(session("Open until nine.", parts=parts), zone=UTC))

    assert "Open until nine. Sources 1. Sé do Porto (https://porto.example/se)" in told


@pytest.mark.parametrize(
    "text",
    [
        "Zażółć gęślą jaźń",
        "Αθήνα για φαγητό",
        "Москва, Київ, Чернівці",
        "5 € → ✓ ★ ☀ ✈",
        "京都市東山区、お茶とラーメン ①",
        "北京故宫，晚饭吃烤鸭。",
        "臺北市信義區，龍山寺",
        "서울 경복궁에서 점심",
        "თბილისი, Երևան, ລາວ",
    ],
)
def test_letters_of_many_scripts_are_drawn(text):
    told = words(session_pdf(session(text, question=text), zone=UTC))

    assert told.count(unicodedata.normalize("NFC", text)) == 2
    assert "shown as" not in told


@pytest.mark.parametrize(
    "text",
    [
        "القاهرة وخان الخليلي",
        "ירושלים, הכותל המערבי",
        "กรุงเทพมหานคร ตลาดน้ำดำเนินสะดวก",
        "जयपुर का महल",
        "বাংলাদেশ",
        "தமிழ்நாடு",
        "ශ්‍රී ලංකාව",
        "ភ្នំពេញ",
        "ရန်ကုန်",
    ],
)
def test_letters_that_are_joined_or_stacked_are_drawn(text):
    data = session_pdf(session(f"# {text}\n\n**{text}** `{text}`", question=text), zone=UTC)

    assert "shown as" not in words(data)
    assert len(drawn(data)) > 60
    assert b"\0\0" not in {glyph for _, _, glyph in drawn(data)}


def test_text_that_runs_from_the_right_stands_on_the_right():
    text = "Cairo\n\nالقاهرة\n\n1. المتحف\n\n> ירושלים\n\n| الليالي |\n|---|\n| ليلتان |"
    data = session_pdf(session(text, question="Four days\nשלום"), zone=UTC)

    middle = float(read(data).pages[0].mediabox.width) / 2
    right = [font for font, x, _ in drawn(data) if x > middle]
    assert {"NotoSansArabic-Regular", "NotoSansHebrew-Regular"} <= set(right)
    assert not [font for font, x, _ in drawn(data) if x < middle and ("Arabic" in font or "Hebrew" in font)]


def test_item_that_runs_from_the_right_stands_beside_its_number():
    data = session_pdf(session("1. Lisbon\n2. القاهرة\n"), zone=UTC)

    assert max(x for font, x, _ in drawn(data) if "Arabic" in font) < float(read(data).pages[0].mediabox.width) / 2


def test_chinese_and_japanese_get_their_own_forms_of_a_character():
    def forms(question):
        page: Any = read(session_pdf(session("直", question=question), zone=UTC)).pages[0]
        (font,) = (one for one in page["/Resources"]["/Font"].values() if "CJK" in one["/BaseFont"])
        program = font["/DescendantFonts"][0]["/FontDescriptor"]["/FontFile3"]
        made = CFFFontSet()
        made.decompile(io.BytesIO(program.get_data()), None)
        return len(made[0].getGlyphOrder()) - 1  # one is for what it has no letter for

    assert forms("直") == 1
    assert forms("直の") == 3


def test_what_has_no_letter_is_a_box_and_is_told():
    told = words(session_pdf(session("Go to 𠀀𠀁 and བོད"), zone=UTC))

    assert "5 characters are shown as □: this PDF has no letters for them (Tibetan, rare Chinese)." in told
    assert "Go to □□ and □□□" in told


def test_same_session_gives_the_same_bytes():
    assert session_pdf(session(MARKDOWN), zone=UTC) == session_pdf(session(MARKDOWN), zone=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "x" * 4000,
        "https://example.com/" + "a" * 2000,
        "> " * 60 + "deep",
        "- " * 60 + "deep",
        "**_" * 60 + "deep" + "_**" * 60,
        "| " * 400 + "|\n" + "|-" * 400 + "|\n" + "| a" * 400 + "|",
        "```\n" + "y" * 3000 + "\n```",
        "\x00\x07\u2028\ud800 left",
        "",
        "#panic() $ #sys.inputs \\ *",
    ],
    ids=lambda text: text[:8].encode("unicode_escape").decode(),
)
def test_nothing_breaks_it(text):
    data = session_pdf(session(text, question=text), zone=UTC)

    assert len(read(data).pages) >= 1


@pytest.mark.parametrize("text", ["x" * 500, "https://example.com/" + "a" * 500, "```\n" + "y" * 500 + "\n```"])
def test_long_words_stay_on_the_page(text):
    (page, *_) = read(session_pdf(session(text, question=text), zone=UTC)).pages
    ends: list[float] = []

    def note(piece, _matrix, text_matrix, _font, size):
        ends.append(text_matrix[4] + len(piece.strip()) * (size or 1) * 0.3)

    page.extract_text(visitor_text=note)
    assert text.strip("`\n")[:400] in words(session_pdf(session(text), zone=UTC)).replace(" ", "")
    assert max(ends) < float(page.mediabox.width)


def test_a_long_session_takes_little_time():
    long = session("\n\n".join([MARKDOWN] * 100))

    assert len(read(session_pdf(long, zone=UTC)).pages) > 15


def test_reply_that_would_take_too_long_to_set_is_plain_text_and_says_so():
    table = "a|b" * 300 + "\n" + "-|-" * 300 + "\n" + "b\n" * 300
    begun = time.process_time()

    text = words(session_pdf(session(f"{table}\nThe *end*."), zone=UTC))

    assert time.process_time() - begun < 60  # Typst would need minutes
    assert "As plain text: it would take too long to set." in text
    assert "The *end*." in text


def test_ordinary_reply_is_set_as_markdown():
    text = words(session_pdf(session("| a | b |\n| - | - |\n| 1 | 2 |\n\nThe *end*."), zone=UTC))

    assert "As plain text" not in text
    assert "The end." in text


def test_message_of_lines_without_end_is_cut_and_says_where_it_is_whole():
    told = words(session_pdf(session("Gladly.", question="a\n" * 16_000 + "z"), zone=UTC))

    assert told.split().count("a") < 2_600
    assert "a Lines left out here: 13,501. The Markdown and JSON files hold them." in told
    assert "Gladly." in told
