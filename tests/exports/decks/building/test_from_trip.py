"""A trip becomes a deck: its brief, what its sessions hold, and what is still open; nothing that is private."""

from dataclasses import replace
from datetime import date

from exports.decks.building.from_trip import Held, TripMaterial, from_trip
from exports.decks.records import Deck, Preset, SlideKind
from tests.helpers.built_decks import ids, texts
from travel.brief import Brief, Need, Traveller, Wish

PLAN = "Hello.\n\n# Lisbon\n\nLead.\n\n| What | EUR |\n|---|---|\n| Hotel | €5 |\n| Total | €5 |\n\nShall I go on?"
BRIEF = Brief(
    where=("Lisbon", "Sintra"),
    start=date(2027, 5, 3),
    end=date(2027, 5, 9),
    travellers=(Traveller("MARK label", "adult", 44, (Need("medical", "MARK need"),)),),
    must=(Wish("Tram 28", hard=True),),
    notes_private="MARK notes",
)
TRIP = TripMaterial(
    title="Rossi in Lisbon",
    brief=BRIEF,
    customer_name="Famiglia Rossi",
    sessions=[
        Held("First idea", "7", PLAN, "21"),
        Held("Empty", "8", " "),
        Held("Hotels", "9", "# Hotels\n\n- a", "34"),
    ],
    files=["MARK passport.pdf"],
    sources=[("Tram", "https://tram.example/")],
    planner="Ada",
    language="en-GB",
)


def made(trip: TripMaterial = TRIP, preset: Preset = Preset.PROPOSAL) -> Deck:
    return from_trip(trip, preset, new_id=ids())


def test_a_trip_makes_a_proposal():
    deck = made()

    assert [(slide.kind.value, slide.title) for slide in deck.shown()] == [
        ("cover", "Rossi in Lisbon"),
        ("asked", "What you asked for"),
        ("budget", "Lisbon"),
        ("plan", "Hotels"),
        ("approve", "How to go ahead"),
        ("questions", "Open questions"),
        ("sources", "Sources"),
    ]
    said = texts(deck.shown())
    assert [text.replace("\u2009", "") for text in said[:5]] == [
        "Rossi in Lisbon",
        "A proposal, by Ada",
        "For Famiglia Rossi",
        "Lisbon, Sintra",
        "3–9 May 2027",
    ]
    assert "Musts: Tram 28, required" in said
    assert said[said.index("Open questions") + 1] == "What may the trip cost?"
    assert [slide.message_ids for slide in deck.slides if slide.kind is SlideKind.BUDGET] == [("21",)]


def test_a_trip_makes_a_status():
    deck = made(preset=Preset.STATUS)

    assert [(slide.kind.value, slide.title) for slide in deck.slides] == [
        ("cover", "Rossi in Lisbon"),
        ("sessions", "First idea"),
        ("sessions", "Hotels"),
        ("questions", "Open questions"),
        ("sources", "Sources"),
    ]


def test_nothing_private_is_on_a_slide():
    for preset in Preset:
        assert "MARK" not in " ".join(texts(made(preset=preset).shown()))
    [files] = [slide for slide in made().slides if slide.hidden]
    assert texts([files]) == ["Documents", "MARK passport.pdf"]


def test_needs_that_may_be_told_are_told():
    told = replace(TRIP, brief=replace(BRIEF, tell_needs=True))

    assert "MARK need" in " ".join(texts(made(told).shown()))


def test_sessions_that_are_too_many_are_counted():
    trip = replace(TRIP, sessions=[Held(f"S{number}", str(number), "# A\n\nb") for number in range(25)])

    for preset in Preset:
        assert "5 more sessions are left out here. What they hold is in the trip." in texts(made(trip, preset).slides)


def test_plans_that_are_too_long_are_counted():
    parts = "".join(f"# Part {number}\n\nb\n\n" for number in range(115))
    deck = made(replace(TRIP, sessions=[Held("A", "1", parts), Held("B", "2", parts)]))

    assert len(deck.slides) < 200
    assert "70 more slides are left out here. What they say is in the trip." in texts(deck.slides)


def test_of_a_trip_of_which_nothing_is_known_there_is_a_cover():
    slides = made(TripMaterial(title="New trip", brief=Brief())).slides

    assert [slide.kind.value for slide in slides] == ["cover", "questions"]
