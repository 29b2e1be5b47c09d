"""Decks over the API: of a session, and of a trip."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from io import BytesIO
from typing import Any, NamedTuple

import httpx
import pytest
from pptx import Presentation

from services.decks import files
from services.decks.files import TYPES, DeckFormat
from services.decks.proposals import NAME
from services.decks.records import DeckOf
from services.parts import ToolCallPart, stored_part
from tests.helpers.api import client
from tests.helpers.deck_places import PLAN, Decks, picture, planning  # noqa: F401 - a fixture

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MISSING = "0" * 64


class Programs(NamedTuple):
    """A program of each planner."""

    ada: httpx.Client
    bob: httpx.Client
    cleo: httpx.Client
    eve: httpx.Client


@pytest.fixture
def programs(address, services, planning: Decks) -> Iterator[Programs]:
    """Give everybody a program."""
    people = (planning.ada, planning.bob, planning.cleo, planning.eve)
    with ExitStack() as stack:
        secrets = [services.tokens.create(user_id=user_id, name="test").secret for user_id in people]
        yield Programs(*[stack.enter_context(client(address, secret)) for secret in secrets])


@pytest.fixture(params=["session", "trip"])
def of(request, planning: Decks) -> DeckOf:
    """Give what a deck is of, the one and the other."""
    found: DeckOf = getattr(planning, request.param)
    return found


@pytest.fixture
def place(of: DeckOf) -> str:
    """Give the address of what a deck is of."""
    return f"/{of.kind}s/{of.id}"


def made(http: httpx.Client, place: str, **body: Any) -> dict[str, Any]:
    answer = http.post(f"{place}/slides", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def problem(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["code"]


def slide(title: str, *blocks: dict[str, Any], slide_id: str = "new", **more: Any) -> dict[str, Any]:
    return {"id": slide_id, "title": title, "blocks": list(blocks)} | more


def text(*runs: dict[str, Any]) -> dict[str, Any]:
    return {"id": "t", "kind": "text", "paragraphs": [list(runs)]}


def sums(value: Any) -> dict[str, Any]:
    cell = {"amount": {"value": value, "currency": "EUR", "places": 2}}
    return {"id": "sums", "kind": "table", "head": [{"runs": [{"text": "Price"}]}], "rows": [[cell]]}


def test_deck_that_nobody_made_is_shown_as_it_would_be(programs, place, of):
    proposed = programs.cleo.get(f"{place}/slides").json()

    assert (proposed["rev"], proposed["changed_at"], proposed[f"{of.kind}_id"]) == (None, None, str(of.id))
    shown = proposed["slide_deck"]
    assert (shown.keys(), shown["scripts"]) == ({"slides", "css", "scripts"}, "")
    assert [one["slide_id"] for one in shown["slides"]][: len(proposed["slides"])] == [
        one["id"] for one in proposed["slides"]
    ]
    assert "Day 1: Alfama" in [one["title"] for one in proposed["slides"]]
    assert all(one["html"].startswith("<section") for one in shown["slides"])
    assert programs.ada.get(f"{place}/slides/versions").status_code == 404
    file = programs.cleo.post(f"{place}/export")
    assert (file.status_code, file.headers["content-type"]) == (200, TYPES[DeckFormat.PPTX])


def test_deck_is_made_changed_and_restored_in_versions(programs, place):
    deck = made(programs.ada, place)
    assert (deck["rev"], deck["changed_by"], deck["problems"]) == (1, "Ada", [])
    assert programs.cleo.get(f"{place}/slides").json() == deck
    amounts = [cell["amount"]["value"] for cell in cells(deck) if cell["amount"]]
    assert "1352.50" in amounts  # a string, its places kept

    slides = [*deck["slides"], slide("Mine", sums("0.10"), confirmed=False)]
    changed = programs.bob.put(f"{place}/slides", json={"rev": 1, "title": "Better", "slides": slides})
    after = changed.json()
    assert (changed.status_code, after["rev"], after["title"], after["changed_by"]) == (200, 2, "Better", "Bob")
    assert (after["slides"][-1]["confirmed"], after["slides"][-1]["id"].isdigit()) == (True, True)
    assert after["slides"][-1]["blocks"][0]["rows"][0][0]["amount"]["value"] == "0.10"
    assert programs.ada.get(f"{place}/slides", params={"version": 1}).json()["title"] == deck["title"]

    late = programs.ada.put(f"{place}/slides", json={"rev": 1, "slides": deck["slides"]})
    assert problem(late) == (409, "deck_changed")
    assert problem(programs.ada.post(f"{place}/slides", json={"rev": 1})) == (409, "deck_changed")

    restored = programs.ada.post(f"{place}/slides/restore", json={"version": 1, "rev": 2}).json()
    assert (restored["rev"], restored["slides"]) == (3, deck["slides"])
    page = programs.cleo.get(f"{place}/slides/versions", params={"limit": 2}).json()
    assert [(one["version"], one["by"]) for one in page["versions"]] == [(3, "Ada"), (2, "Bob")]
    rest = programs.cleo.get(f"{place}/slides/versions", params={"cursor": page["next_cursor"]}).json()
    assert ([one["version"] for one in rest["versions"]], rest["next_cursor"]) == ([1], None)
    assert problem(programs.ada.get(f"{place}/slides", params={"version": 4})) == (404, "not_found")

    anew = made(programs.ada, place, preset="status", rev=3)
    assert (anew["rev"], anew["preset"]) == (4, "status")


def cells(deck: dict[str, Any]) -> list[dict[str, Any]]:
    tables = [block for one in deck["slides"] for block in one["blocks"] if block["kind"] == "table"]
    return [cell for table in tables for row in table["rows"] for cell in row]


def test_slides_of_a_persons_own_make_a_deck(programs, place):
    slides = [slide("Hello", text({"text": "We can do that", "bold": True}))]

    answer = programs.bob.put(f"{place}/slides", json={"rev": None, "slides": slides})

    assert (answer.status_code, answer.json()["rev"], len(answer.json()["slides"])) == (200, 1, 1)
    assert problem(programs.bob.put(f"{place}/slides", json={"rev": None, "slides": slides})) == (409, "deck_changed")


HOSTILE = '</section><script>alert(1)</script><img src=x onerror="alert(1)">{{ constructor }}'


def test_markup_is_text_on_the_page_and_in_every_file(programs, place):
    made(programs.ada, place)
    marked = slide(HOSTILE, text({"text": f"{HOSTILE}\x07\x00=1+1 $1,200 to $1,500"}), notes=HOSTILE)

    answer = programs.ada.put(f"{place}/slides", json={"rev": 1, "slides": [marked]})

    assert answer.status_code == 200, answer.text
    kept = answer.json()
    assert kept["slides"][0]["title"] == HOSTILE
    assert kept["slides"][0]["blocks"][0]["paragraphs"][0][0]["text"] == f"{HOSTILE}=1+1 $1,200 to $1,500"
    html = json.dumps(kept["slide_deck"])
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html
    for kind in DeckFormat:
        assert programs.ada.post(f"{place}/export", json={"format": kind}).status_code == 200


@pytest.mark.parametrize(
    "slides",
    [
        [slide("A", text({"text": "a", "url": "javascript:alert(1)"}))],
        [slide("A", text({"text": "a", "url": "data:text/html,a"}))],
        [slide("A", text({"text": "a", "url": "http://example.com"}))],
        [slide("A", sums("NaN"))],
        [slide("A", sums(float("inf")))],
        [slide("A", sums("1E+999999"))],
        [slide("A", sums(True))],
        [slide("A", {"id": "t", "kind": "html", "html": "<b>"})],
        [slide("A", {"id": "t", "kind": "picture", "sha256": MISSING, "width": 1, "height": 1, "alt": "A"})],
        [slide("A", {"id": "t", "kind": "table", "head": [{}], "rows": [[{}, {}]]})],
        [slide("A", slide_id="../../etc")],
        [slide("A", hidden=1)],
        [slide("A", text({"text": "x" * 20_001}))],
        [slide("A"), slide("B")],
        [slide(str(number), slide_id=str(number)) for number in range(201)],
        [],
        {},
        "all",
    ],
)
@pytest.mark.parametrize("of", ["session"], indirect=True)
def test_what_slides_cannot_be_is_refused(programs, place, slides):
    made(programs.ada, place)

    body = json.dumps({"rev": 1, "slides": slides})
    answer = programs.ada.put(f"{place}/slides", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code in (409, 422), answer.text
    assert programs.ada.get(f"{place}/slides").json()["rev"] == 1


@pytest.mark.parametrize("of", ["session"], indirect=True)
def test_long_texts_and_many_slides_are_kept(programs, place):
    made(programs.ada, place)
    slides = [slide(f"Number {number}", slide_id=str(number)) for number in range(199)]
    slides.append(slide("Long", text({"text": "word " * 2_000}), slide_id="long"))

    answer = programs.ada.put(f"{place}/slides", json={"rev": 1, "slides": slides})

    assert (answer.status_code, len(answer.json()["slides"])) == (200, 200), answer.text
    assert answer.json()["slide_deck"]["slides"][199]["html"].count("<section") > 1
    file = programs.ada.post(f"{place}/export").content
    assert len(Presentation(BytesIO(file)).slides) > 200


def test_slide_follows_its_source_and_where_both_changed_somebody_chooses(programs, place, planning):
    deck = made(programs.ada, place)
    number = [one["title"] for one in deck["slides"]].index("Day 1: Alfama")
    items = deck["slides"][number]["blocks"][0]["items"]
    del items[1:]
    programs.ada.put(f"{place}/slides", json={"rev": 1, "slides": deck["slides"]})
    assert programs.cleo.get(f"{place}/slides/refresh").json()["stale"] == []
    planning.say("Later?", PLAN.replace("Breakfast at the hotel", "Late breakfast"))

    [stale] = programs.cleo.get(f"{place}/slides/refresh").json()["stale"]
    slide_id, conflicts = stale["slide_id"], [one for one in stale["changes"] if one["conflict"]]
    open_conflict = programs.ada.post(f"{place}/slides/refresh", json={"rev": 2, "slides": {slide_id: {}}})
    assert problem(open_conflict) == (422, "invalid_input")
    chosen = {slide_id: {conflicts[0]["part"]: "anew"}}
    answer = programs.bob.post(f"{place}/slides/refresh", json={"rev": 2, "slides": chosen})

    assert (answer.status_code, answer.json()["rev"]) == (200, 3), answer.text
    assert "Late breakfast" in json.dumps(answer.json()["slides"][number])
    late = programs.bob.post(f"{place}/slides/refresh", json={"rev": 2, "slides": chosen})
    assert problem(late) == (409, "deck_changed")


def test_picture_is_sent_shown_and_in_the_file(programs, place):
    sent = {"file": ("a.png", picture())}
    assert problem(programs.ada.post(f"{place}/slides/pictures", files=sent)) == (404, "not_found")
    made(programs.ada, place)

    kept = programs.bob.post(f"{place}/slides/pictures", files=sent).json()
    block = {"id": "p", "kind": "picture", "alt": "The tram", **kept}
    block.pop("media_type", None)
    shown = programs.bob.put(f"{place}/slides", json={"rev": 1, "slides": [slide("Tram", block)]})

    assert shown.status_code == 200, shown.text
    assert "data:image/" in shown.json()["slide_deck"]["slides"][0]["html"]
    content = programs.cleo.get(f"{place}/slides/pictures/{kept['sha256']}")
    assert (content.status_code, content.headers["content-type"]) == (200, "application/octet-stream")
    for name in (MISSING, "nonsense"):
        assert problem(programs.ada.get(f"{place}/slides/pictures/{name}")) == (404, "not_found")
    for content in (b"<svg/>", b"", b"%PDF"):
        refused = programs.ada.post(f"{place}/slides/pictures", files={"file": ("a.png", content)})
        assert problem(refused) == (422, "file_refused")
    photos = [one for one in Presentation(BytesIO(programs.cleo.post(f"{place}/export").content)).slides[0].shapes]
    assert any(one.shape_type == 13 for one in photos)


@pytest.mark.parametrize("of", ["trip"], indirect=True)
def test_picture_of_some_megabytes_is_taken(programs, place):
    made(programs.ada, place)

    large = programs.ada.post(f"{place}/slides/pictures", files={"file": ("a.png", picture() + bytes(3_000_000))})

    assert large.status_code == 201, large.text


@pytest.mark.parametrize("of", ["session"], indirect=True)
def test_slides_that_a_reply_proposes_are_added(programs, place, planning):
    proposed = [slide("Proposed", text({"text": "By the assistant"}), slide_id="proposed-1"), slide("Not this")]
    part = stored_part(ToolCallPart(NAME, output=json.dumps({"proposed": proposed})))
    message_id = planning.reviews.say(planning.session_id, "Slides?", role="assistant", parts=[part])[-1]
    body = {"message_id": str(message_id), "slide_ids": ["proposed-1"]}

    answer = programs.bob.post(f"{place}/slides/accept", json=body)

    assert answer.status_code == 200, answer.text
    [added] = answer.json()["slides"]
    assert (added["title"], added["confirmed"], added["message_ids"]) == ("Proposed", False, [str(message_id)])
    assert problem(programs.cleo.post(f"{place}/slides/accept", json=body | {"rev": 1}))[0] == 409
    assert problem(programs.ada.post(f"{place}/slides/accept", json=body)) == (409, "deck_changed")
    unknown = {"rev": 1, "slide_ids": ["other"]}
    assert problem(programs.ada.post(f"{place}/slides/accept", json=body | unknown)) == (404, "not_found")


def test_deck_becomes_a_file_of_each_kind(programs, place):
    made(programs.ada, place)

    bare = programs.cleo.post(f"{place}/export")
    assert bare.headers["content-type"] == TYPES[DeckFormat.PPTX]
    assert bare.content[:2] == b"PK"
    begins = {DeckFormat.PPTX: b"PK", DeckFormat.PDF: b"%PDF-", DeckFormat.MARKDOWN: b"#", DeckFormat.JSON: b"{"}
    for kind, begin in begins.items():
        file = programs.cleo.post(f"{place}/export", json={"format": kind})
        assert file.status_code == 200, file.text
        assert file.headers["content-type"].partition(";")[0] == TYPES[kind]
        assert f'filename="deck.{kind}"' in file.headers["content-disposition"]
        assert file.headers["content-disposition"].endswith(f".{kind}")
        assert file.content.startswith(begin)
    assert problem(programs.cleo.post(f"{place}/export", json={"format": "docx"})) == (422, "invalid_input")
    assert problem(programs.cleo.post(f"{place}/export", json={"version": 2})) == (404, "not_found")


def test_viewer_reads_and_changes_nothing(programs, place):
    deck = made(programs.ada, place)
    body = {"rev": 1, "slides": deck["slides"][:1]}
    for answer in (
        programs.cleo.put(f"{place}/slides", json=body),
        programs.cleo.post(f"{place}/slides", json={"rev": 1}),
        programs.cleo.post(f"{place}/slides/restore", json={"version": 1, "rev": 1}),
        programs.cleo.post(f"{place}/slides/refresh", json={"rev": 1}),
        programs.cleo.post(f"{place}/slides/pictures", files={"file": ("a.png", picture())}),
    ):
        assert problem(answer) == (409, "not_possible")
    for http in (programs.cleo, programs.bob):
        assert http.get(f"{place}/slides").json()["rev"] == 1
    assert problem(programs.eve.get(f"{place}/slides")) == (404, "not_found")


def test_session_without_an_answer_says_so(programs, services, planning):
    session_id = services.sessions.create(user_id=planning.ada).id

    for answer in (
        programs.ada.get(f"/sessions/{session_id}/slides"),
        programs.ada.post(f"/sessions/{session_id}/slides"),
        programs.ada.post(f"/sessions/{session_id}/export"),
    ):
        assert problem(answer) == (409, "not_possible")
        assert "no finished answer" in answer.json()["detail"]


def test_brand_is_the_owners_and_shown_to_all_on_the_trip(programs, planning):
    place = f"/trips/{planning.trip_id}"
    changed = programs.ada.patch("/brand", json={"name": "Weber Travel", "primary": "#004400", "language": "de"})
    assert (changed.status_code, changed.json()["name"], changed.json()["accent"]) == (200, "Weber Travel", "#B5532A")
    wrong = programs.ada.patch("/brand", json={"primary": "red", "language": "xx", "name": None})
    assert problem(wrong) == (422, "invalid_input")
    assert {one["field"].rpartition(".")[2] for one in wrong.json()["errors"]} == {"primary", "language"}
    assert programs.ada.get("/brand").json() == changed.json()
    assert programs.bob.get("/brand").json()["name"] == ""

    assert "#004400" in programs.cleo.get(f"{place}/slides").text.lower()
    logo = programs.ada.put("/brand/logo", files={"file": ("a.png", picture())})
    assert logo.json()["logo_type"] in ("image/png", "image/jpeg")
    scripted = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    assert problem(programs.ada.put("/brand/logo", files={"file": ("a.svg", scripted)})) == (422, "file_refused")
    assert programs.ada.delete("/brand/logo").json()["logo_type"] is None


def test_deck_that_nobody_made_is_not_drawn_for_many_at_once(programs, services, planning, monkeypatch):
    monkeypatch.setattr(files, "_WAIT_S", 0.01)
    address = f"/sessions/{planning.session_id}/slides"
    with services.deck_files.turn():
        for path in ("", "/refresh"):
            answer = programs.ada.get(f"{address}{path}")
            assert (answer.status_code, answer.json()["code"]) == (503, "export_running"), path
            programs.ada.post(address)

    assert programs.ada.get(address).status_code == 200
