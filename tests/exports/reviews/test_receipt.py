"""A receipt says who decided what, and on which version; anybody can compute the hash of what it holds."""

import hashlib
import json
import time
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from exports.reviews.receipt import DecisionKind, DecisionRecord, Receipt, receipt_json, receipt_pdf
from exports.reviews.records import Snapshot, Source, read_snapshot, snapshot_hash, snapshot_text
from tests.helpers.hostile import TEXTS
from tests.helpers.pdfs import read, words
from tests.helpers.snapshots import BEGUN, message, reply, said, snapshot

SHOWN = said('**Gladly**: 京都 \u2028 \x7f "quoted" \\ é e\u0301 😀', sources=(Source("a", "https://a.example/é"),))
HASH = snapshot_hash(snapshot_text(SHOWN))
OTHER = "0123456789abcdef" * 4


def decision(kind: DecisionKind = "approve", **more: Any) -> DecisionRecord:
    one = DecisionRecord(kind, "", "Grace Hopper", BEGUN, False, None, HASH, 3, False)
    return replace(one, **more)


def receipt(*decisions: DecisionRecord, snapshot: Snapshot = SHOWN, **more: Any) -> Receipt:
    made = Receipt(
        title="Lisbon [in] May",
        audience="Finance",
        planner="Ada Lovelace",
        state="Approved (1 of 2)",
        version=3,
        shared_at=BEGUN + timedelta(hours=1),
        sha256=snapshot_hash(snapshot_text(snapshot)),
        snapshot=snapshot,
        decisions=decisions,
        made_at=BEGUN + timedelta(days=2),
    )
    return replace(made, **more)


def first_page(made: Receipt) -> str:
    return words(receipt_pdf(made, zone=UTC)).partition("Page 1 of")[0]


def test_hash_can_be_computed_from_the_file():
    told = json.loads(receipt_json(receipt(decision())))

    content = json.dumps(told["snapshot"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
    assert hashlib.sha256(content).hexdigest() == told["review"]["sha256"] == told["decisions"][0]["sha256"] == HASH
    assert "sorted keys, no spaces" in told["review"]["how_hashed"]
    assert read_snapshot(json.dumps(told["snapshot"])) == SHOWN


def test_json_tells_everything_in_characters_that_people_read():
    data = receipt_json(receipt(decision("decline", note="Zażółć", by_phone=True, recorded_by="Ada Lovelace")))

    told = json.loads(data)
    assert told["format"] == "travelbot.receipt"
    assert told["made_at"] == "2026-05-14T12:03:00Z"
    assert told["review"] | {"how_hashed": ""} == {
        "title": "Lisbon [in] May",
        "audience": "Finance",
        "planner": "Ada Lovelace",
        "state": "Approved (1 of 2)",
        "version": 3,
        "shared_at": "2026-05-12T13:03:00Z",
        "sha256": HASH,
        "how_hashed": "",
    }
    assert told["decisions"] == [
        {
            "kind": "decline",
            "note": "Zażółć",
            "name": "Grace Hopper",
            "at": "2026-05-12T12:03:00Z",
            "by_phone": True,
            "recorded_by": "Ada Lovelace",
            "sha256": HASH,
            "version": 3,
            "outdated": False,
            "replaced": False,
        }
    ]
    assert "Nobody has verified" in told["names"]
    assert "Zażółć".encode() in data
    assert data.count(b"\n") > 30


def test_first_page_tells_what_by_whom_when_and_which_version():
    made = receipt(decision("approve_with_notes", note="Two beds,\n*please*."))
    told = words(receipt_pdf(made, zone=ZoneInfo("Europe/Warsaw")))

    assert "What Receipt: decisions on a session shared for review For Finance Shared by Ada Lovelace" in told
    assert "State Approved (1 of 2) Version 3, shared 12 May 2026, 15:03 UTC+02:00" in told
    assert "Receipt made 14 May 2026, 14:03 UTC+02:00 SHA-256" in told
    assert HASH in told.replace(" ", "")
    assert "Approved with notes · 12 May 2026, 14:03 UTC+02:00 Grace Hopper (not verified)" in told
    assert "On version 3, the content below. Two beds, *please*." in told
    assert "Names are as people gave them. Nobody has verified them." in told


def test_content_follows_on_a_page_of_its_own():
    pages = read(receipt_pdf(receipt(decision()), zone=UTC)).pages

    assert len(pages) == 2
    assert "Gladly" not in pages[0].extract_text()
    assert "Content of version 3" in pages[1].extract_text()
    assert "Gladly" in pages[1].extract_text()


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("approve", "Approved ·"),
        ("approve_with_notes", "Approved with notes ·"),
        ("ask_for_changes", "Changes requested ·"),
        ("decline", "Declined ·"),
    ],
)
def test_kind_of_a_decision_is_told(kind, told):
    assert told in first_page(receipt(decision(kind)))


@pytest.mark.parametrize(("recorded_by", "told"), [("Bo", "Bo"), (None, "Ada Lovelace")])
def test_decision_by_phone_says_who_wrote_it_down(recorded_by, told):
    page = first_page(receipt(decision(by_phone=True, recorded_by=recorded_by)))

    assert f"Grace Hopper (not verified) Recorded by {told} after a call." in page
    assert "after a call" not in first_page(receipt(decision()))


def test_decision_on_another_version_is_outdated_and_keeps_its_hash():
    page = first_page(receipt(decision(), decision("decline", version=2, sha256=OTHER, outdated=True)))

    assert "Declined · Outdated · 12 May 2026" in page
    assert "On version 2, SHA-256 01234567 89abcdef" in page
    assert OTHER in page.replace(" ", "")
    assert page.count("Outdated") == 1


def test_receipt_of_an_older_version_holds_that_version():
    page = first_page(receipt(decision(outdated=True)))

    assert "Approved · Outdated ·" in page
    assert "On version 3, the content below." in page


def test_where_nobody_decided_that_is_told():
    page = first_page(receipt())

    assert "Decisions Nobody has decided." in page
    assert "verified" not in page


def test_same_receipt_gives_the_same_bytes():
    made = receipt(decision(), decision("decline"))

    assert receipt_pdf(made, zone=UTC) == receipt_pdf(made, zone=UTC)
    assert receipt_json(made) == receipt_json(made)


def test_hostile_texts_are_only_data():
    texts = [text.encode("utf-8", "ignore").decode() for text in TEXTS]  # the database keeps no half of a pair
    for title, audience, planner, state in zip(*(texts[at::4] for at in range(4)), strict=False):
        some = (title, audience, planner, state)
        made = receipt(
            *(decision(note=text, name=text, by_phone=True, recorded_by=text) for text in some),
            snapshot=snapshot(*(block for text in some for block in (message(text, text), reply(text, text)))),
            title=title,
            audience=audience,
            planner=planner,
            state=state,
        )

        assert len(read(receipt_pdf(made, zone=UTC)).pages) >= 2, some
        assert [one["note"] for one in json.loads(receipt_json(made))["decisions"]] == list(some)


def test_name_cannot_turn_or_hide_what_follows_it():
    page = first_page(receipt(decision(name="\u202e" + "W" * 100, note="\u202eturned")))

    assert "(not verified)" in page
    assert "On version 3, the content below." in page


def test_many_decisions_go_on_on_further_pages():
    many = [replace(decision(note="A note. " * 60), name=f"Person {number}") for number in range(50)]
    told = words(receipt_pdf(receipt(*many), zone=UTC))

    assert all(f"Person {number} (not verified)" in told for number in range(50))


def test_notes_take_so_many_lines_all_together_and_are_whole_in_the_json_file():
    made = receipt(*[decision("approve_with_notes", note="a\n" * 1_000)] * 50)
    told = words(receipt_pdf(made, zone=UTC))

    assert told.split().count("a") < 3_200
    assert "a a Lines left out here: 900. The JSON file of this receipt holds them." in told
    assert told.count("Lines left out here:") == 50
    assert json.loads(receipt_json(made))["decisions"][0]["note"] == "a\n" * 1_000


def test_hundreds_of_decisions_with_long_notes_cost_little_more_than_with_short_ones():
    def cost_s(note: str) -> float:
        made = receipt(*[decision("approve_with_notes", note=note)] * 300)
        begun = time.process_time()
        receipt_pdf(made, zone=UTC)
        return time.process_time() - begun

    assert cost_s("a\n" * 200) < 6 * cost_s("a")  # without a limit: fifty times


def test_of_a_decision_that_was_replaced_the_note_is_in_the_json_file_only():
    made = receipt(decision("decline", note="Too dear.", replaced=True), decision(note="As we said."))
    told = words(receipt_pdf(made, zone=UTC))

    assert "Declined · Replaced by a later decision · 12 May 2026, 12:03 UTC Grace Hopper (not verified) App" in told
    assert "Too dear." not in told
    assert "As we said. Names are as people gave them. Nobody has verified them. Of decisions that were" in told
    assert json.loads(receipt_json(made))["decisions"][0]["note"] == "Too dear."
