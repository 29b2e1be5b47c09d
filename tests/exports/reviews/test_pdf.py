"""The PDF of a snapshot is read back: who is shown what, which version it is, and nothing that runs."""

from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from exports.reviews.pdf import snapshot_pdf
from exports.reviews.records import Snapshot, Source, snapshot_hash, snapshot_text
from tests.helpers.hostile import TEXTS
from tests.helpers.pdfs import drawn, read, words
from tests.helpers.snapshots import BEGUN, message, reply, said, snapshot


def pdf(shown: Snapshot, **more: Any) -> bytes:
    usual: dict[str, Any] = {
        "audience": "Finance",
        "planner": "Ada Lovelace",
        "version": 3,
        "shared_at": BEGUN,
        "zone": UTC,
    }
    return snapshot_pdf(shown, sha256=snapshot_hash(snapshot_text(shown)), **usual | more)


def test_first_page_tells_what_it_is_for_whom_and_which_version():
    shown = said("Gladly.")
    data = pdf(shown, zone=ZoneInfo("Europe/Warsaw"))

    told = words(data)
    assert "Lisbon [in] May What Session, shared for review For Finance Shared by Ada Lovelace" in told
    assert "Version 3, shared 12 May 2026, 14:03 UTC+02:00 SHA-256" in told
    assert snapshot_hash(snapshot_text(shown)) in told.replace(" ", "")
    assert "Page 1 of 1" in told
    assert "not verified" not in told
    facts = read(data).metadata
    assert facts is not None
    assert (facts.title, facts.author) == ("Lisbon [in] May", "Ada Lovelace")


def test_conversation_follows_with_names_times_sources_and_endings():
    source = Source("Sé do Porto", "https://porto.example/se")
    told = words(
        pdf(said("**Gladly**, [here](https://a.example/).", "*Where?*", sources=(source,), ending="Stopped."))
    )

    assert "Ada Lovelace · 12 May 2026, 12:03 UTC *Where?* Assistant · 12 May 2026, 12:05 UTC Gladly, here" in told
    assert "Sources 1. Sé do Porto (https://porto.example/se) Stopped." in told


def test_pages_are_a4():
    box = read(pdf(said("Gladly."))).pages[0].mediabox

    assert (round(box.width), round(box.height)) == (595, 842)


def test_only_addresses_of_the_web_are_links():
    sources = (Source("a", "https://a.example/"), Source("b", "javascript:alert(1)"))
    page: Any = read(pdf(said("[c](javascript:alert(1))", sources=sources))).pages[0]

    assert [one.get_object()["/A"]["/URI"] for one in page["/Annots"]] == ["https://a.example/"]


def test_same_snapshot_gives_the_same_bytes():
    assert pdf(said("Gladly.")) == pdf(said("Gladly."))


def test_what_has_no_letter_is_a_box_and_is_told():
    told = words(pdf(said("Go to 𠀀𠀁")))

    assert "2 characters are shown as □: this PDF has no letters for them (rare Chinese). The page of the" in told
    assert "Go to □□" in told


@pytest.mark.parametrize(
    "text",
    [text for text in TEXTS if "\ud800" <= max(text, default="") <= "\udfff" or len(text) > 2 or not text.strip()],
    ids=lambda text: text[:20].encode("unicode_escape").decode(),
)
def test_hostile_text_is_only_data(text):
    text = text.encode("utf-8", "ignore").decode()  # the database keeps no half of a pair
    shown = snapshot(
        message("1", text, author=text),
        reply("2", text, sources=(Source(text, text),), ending=text),
        title=text or "x",
    )
    data = pdf(shown, audience=text, planner=text)

    assert len(read(data).pages) >= 1
    assert b"/JavaScript" not in data
    assert b"/Launch" not in data


@pytest.mark.parametrize("text", ["> " * 60 + "deep", "- " * 60 + "deep", "**_" * 60 + "deep" + "_**" * 60])
def test_markdown_too_deep_to_set_is_plain_text(text):
    assert "deep" in words(pdf(said(text)))


def test_wide_table_stays_on_the_page():
    cells = [f"value{number}" for number in range(14)]
    row = f"| {' | '.join(cells)} |\n"
    page = read(pdf(said(row + "|---" * 14 + "|\n" + row))).pages[0]
    starts: list[float] = []

    def note(piece, matrix, text_matrix, _font, _size):
        if piece.strip().startswith("value"):
            starts.append(matrix[4] + text_matrix[4])

    page.extract_text(visitor_text=note)
    assert all(cell in words(pdf(said(row + "|---" * 14 + "|\n" + row))).split() for cell in cells)
    assert max(starts) < float(page.mediabox.width) - 62  # the margin


def test_text_that_runs_from_the_right_stands_on_the_right():
    data = pdf(said("القاهرة", "Four days\nשלום"))

    middle = float(read(data).pages[0].mediabox.width) / 2
    assert {"NotoSansArabic-Regular", "NotoSansHebrew-Regular"} <= {font for font, x, _ in drawn(data) if x > middle}


def test_hundreds_of_messages_are_all_there():
    blocks = [(message if number % 2 else reply)(str(number), f"Number {number}.") for number in range(300)]
    told = words(pdf(snapshot(*blocks)))

    assert all(f"Number {number}." in told for number in range(300))


def test_snapshot_of_nothing_has_a_page():
    assert "Lisbon [in] May" in words(pdf(snapshot()))


def test_lines_without_end_are_left_out_and_counted():
    told = words(pdf(snapshot(message("m1", "a\n" * 16_000))))

    assert told.split().count("a") < 2_600
    assert "a Lines left out here: 13,500. The page of the review shows them." in told
