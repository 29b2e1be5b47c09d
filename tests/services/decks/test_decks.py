"""Decks of sessions and trips: made, changed in versions, refreshed; who may do what with them."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

import db.room
from db.engine import Database
from db.models import Message
from exports.decks.building.merging import Choice
from exports.decks.records import MAX_SLIDES, Amount, Built, Preset, Run, Slide, SlideKind, TableBlock, TextBlock
from services.decks import keeping
from services.decks.material import built_deck
from services.decks.records import DeckOf
from services.errors import DeckChangedError, InvalidInputError, NotFoundError, NotPossibleError
from services.parts import ToolCallPart, stored_part
from services.sessions.lists import ListWatch
from services.sessions.sessions import SessionService
from services.trips.members import TripMembers
from tests.helpers.databases import ON_SQLITE
from tests.helpers.deck_places import PLAN, Decks, picture, planning  # noqa: F401 - a fixture


def titled(saved):
    return [slide.title for slide in saved.deck.slides]


def with_slide(deck, at, **values):
    slides = list(deck.slides)
    slides[at] = replace(slides[at], **values)
    return replace(deck, slides=tuple(slides))


def at(saved, title):
    return titled(saved).index(title)


@ON_SQLITE
def test_plan_of_a_session_becomes_slides_with_its_sums(planning: Decks):
    saved = planning.decks.make(planning.session, user_id=planning.ada)

    assert {"What you asked for", "Day 1: Alfama", "Day 2: Belém"} <= set(titled(saved))
    tables = [block for slide in saved.deck.slides for block in slide.blocks if isinstance(block, TableBlock)]
    amounts = [cell.amount for table in tables for row in table.rows for cell in row if cell.amount]
    assert Amount(amounts[-1].value, "EUR", 2) in amounts
    assert f"{amounts[-1].value}" == "1352.50"
    assert (saved.rev, saved.latest, saved.by, saved.may_change) == (1, 1, "Ada", True)


def test_trip_has_a_deck_of_its_brief_and_what_its_sessions_hold(planning: Decks):
    saved = planning.decks.make(planning.trip, user_id=planning.bob)

    assert {"What you asked for", "Day 1: Alfama"} <= set(titled(saved))
    assert "PRIVATE" not in repr(saved)
    assert planning.decks.get(planning.trip, user_id=planning.cleo).deck == saved.deck


@ON_SQLITE
def test_proposal_is_what_making_it_makes(planning: Decks):
    proposed = planning.decks.proposal(planning.session, user_id=planning.cleo)
    made = planning.decks.make(planning.session, user_id=planning.ada)

    assert [slide.title for slide in proposed.slides] == titled(made)
    assert planning.decks.find(planning.trip, user_id=planning.ada) is None


@ON_SQLITE
def test_session_without_an_answer_has_nothing_to_show(planning: Decks, user_id):
    empty = planning.reviews.session(user_id, ("Hello",))

    with pytest.raises(NotPossibleError, match="no finished answer"):
        planning.decks.make(replace_of(planning, empty), user_id=user_id)


def replace_of(planning, session_id):
    return planning.session._replace(id=session_id)


def test_deck_made_anew_keeps_the_one_before_as_a_version(planning: Decks):
    first = planning.decks.make(planning.session, user_id=planning.ada)
    second = planning.decks.make(planning.session, user_id=planning.bob, preset=Preset.STATUS, rev=1)

    assert second.rev == 2
    assert planning.decks.get(planning.session, user_id=planning.ada, rev=1).deck == first.deck
    kept = planning.decks.versions(planning.session, user_id=planning.cleo)
    assert [(one.rev, one.summary, one.by) for one in kept.versions] == [
        (2, "Made anew", "Bob"),
        (1, "Made", "Ada"),
    ]


def test_change_is_refused_where_somebody_else_was_quicker(planning: Decks):
    saved = planning.decks.make(planning.session, user_id=planning.ada)
    planning.decks.change(planning.session, with_slide(saved.deck, 0, title="Mine"), user_id=planning.ada, rev=1)

    for change in (
        lambda: planning.decks.change(planning.session, saved.deck, user_id=planning.bob, rev=1),
        lambda: planning.decks.make(planning.session, user_id=planning.bob),
        lambda: planning.decks.make(planning.session, user_id=planning.bob, rev=1),
        lambda: planning.decks.restore(planning.session, 1, user_id=planning.bob, rev=1),
    ):
        with pytest.raises(DeckChangedError):
            change()
    assert planning.decks.get(planning.session, user_id=planning.ada).rev == 2


@ON_SQLITE
def test_whoever_words_a_slide_stands_by_it_and_its_source_stays(planning: Decks):
    saved = planning.decks.make(planning.session, user_id=planning.ada)
    number = at(saved, "Day 1: Alfama")
    before = saved.deck.slides[number]
    assert not before.confirmed
    forged = with_slide(saved.deck, number, title="Up to the castle", origin="other", built=None, message_ids=("9",))

    after = planning.decks.change(planning.session, forged, user_id=planning.bob, rev=1)

    slide = after.deck.slides[number]
    assert (slide.title, slide.confirmed) == ("Up to the castle", True)
    assert (slide.origin, slide.built, slide.message_ids) == (before.origin, before.built, before.message_ids)
    assert after.summary == "Changed “Up to the castle”"


@ON_SQLITE
def test_new_slide_gets_an_id_of_ours_and_no_id_comes_twice(planning: Decks):
    saved = planning.decks.make(planning.session, user_id=planning.ada)
    mine = Slide(id="mine", title="My own", blocks=(TextBlock(id="t", paragraphs=((Run("Hello"),),)),))

    after = planning.decks.change(
        planning.session, replace(saved.deck, slides=(*saved.deck.slides, mine)), user_id=planning.ada, rev=1
    )

    slide = after.deck.slides[-1]
    assert slide.id.isdigit()
    assert slide.confirmed
    assert after.summary == "Added “My own”"
    gone = planning.decks.change(
        planning.session, replace(after.deck, slides=after.deck.slides[:-1]), user_id=planning.ada, rev=2
    )
    back = planning.decks.restore(planning.session, 2, user_id=planning.ada, rev=gone.rev)
    assert back.deck == after.deck
    assert (back.rev, back.summary) == (4, "Restored version 2")


@ON_SQLITE
def test_nothing_is_kept_where_nothing_is_another(planning: Decks):
    saved = planning.decks.make(planning.session, user_id=planning.ada)

    assert planning.decks.change(planning.session, saved.deck, user_id=planning.ada, rev=1).rev == 1


@ON_SQLITE
def test_last_slide_stays(planning: Decks):
    saved = planning.decks.make(planning.session, user_id=planning.ada)

    with pytest.raises(NotPossibleError, match="at least one slide"):
        planning.decks.change(planning.session, replace(saved.deck, slides=()), user_id=planning.ada, rev=1)


def test_who_reads_changes_nothing_and_a_stranger_finds_nothing(planning: Decks):
    saved = planning.decks.make(planning.session, user_id=planning.ada)
    planning.decks.make(planning.trip, user_id=planning.ada)
    for of in (planning.session, planning.trip):
        changes = (
            lambda user_id, of=of: planning.decks.change(of, saved.deck, user_id=user_id, rev=1),
            lambda user_id, of=of: planning.decks.make(of, user_id=user_id, rev=1),
            lambda user_id, of=of: planning.decks.restore(of, 1, user_id=user_id, rev=1),
            lambda user_id, of=of: planning.refreshing.take(of, {}, user_id=user_id, rev=1),
            lambda user_id, of=of: planning.pictures.add(of, picture(), user_id=user_id),
        )
        for change in changes:
            with pytest.raises(NotPossibleError, match="but not change its deck"):
                change(planning.cleo)
        reads = (
            lambda user_id, of=of: planning.decks.get(of, user_id=user_id),
            lambda user_id, of=of: planning.decks.find(of, user_id=user_id),
            lambda user_id, of=of: planning.decks.proposal(of, user_id=user_id),
            lambda user_id, of=of: planning.decks.versions(of, user_id=user_id),
            lambda user_id, of=of: planning.refreshing.look(of, user_id=user_id),
            lambda user_id, of=of: planning.pictures.get(of, "a" * 64, user_id=user_id),
            lambda user_id, of=of: planning.brands.of_deck(of, user_id=user_id),
        )
        for call in (*changes, *reads):
            with pytest.raises(NotFoundError):
                call(planning.eve)
        assert planning.decks.get(of, user_id=planning.ada).rev == 1


@ON_SQLITE
def test_slide_follows_its_source_when_asked_and_words_of_people_stay(planning: Decks):
    saved = planning.decks.make(planning.session, user_id=planning.ada)
    alfama, belem = at(saved, "Day 1: Alfama"), at(saved, "Day 2: Belém")
    worded = with_slide(saved.deck, belem, title="Monks and custard tarts")
    saved = planning.decks.change(planning.session, worded, user_id=planning.ada, rev=1)
    assert planning.refreshing.look(planning.session, user_id=planning.cleo).stale == ()

    planning.say("Later?", PLAN.replace("Breakfast at the hotel", "Late breakfast"))
    fresh = planning.refreshing.look(planning.session, user_id=planning.ada)
    assert [one.slide.title for one in fresh.stale] == ["Day 1: Alfama"]
    assert planning.decks.get(planning.session, user_id=planning.ada).rev == 2  # nothing changed by itself
    ids: dict[str, dict[str, Choice]] = {fresh.stale[0].slide.id: {}}
    after = planning.refreshing.take(planning.session, ids, user_id=planning.bob, rev=2)

    assert "Late breakfast" in repr(after.deck.slides[alfama])
    assert after.deck.slides[belem].title == "Monks and custard tarts"
    assert after.summary == "Refreshed “Day 1: Alfama”"
    assert planning.refreshing.look(planning.session, user_id=planning.ada).stale == ()


@ON_SQLITE
def test_where_both_changed_somebody_chooses(planning: Decks):
    saved = planning.decks.make(planning.session, user_id=planning.ada)
    number = at(saved, "Day 1: Alfama")
    slide = saved.deck.slides[number]
    mine = replace(slide.blocks[0], items=slide.blocks[0].items[:1])
    saved = planning.decks.change(
        planning.session,
        with_slide(saved.deck, number, blocks=(mine, *slide.blocks[1:])),
        user_id=planning.ada,
        rev=1,
    )
    planning.say("Later?", PLAN.replace("Breakfast at the hotel", "Late breakfast"))

    [stale] = planning.refreshing.look(planning.session, user_id=planning.ada).stale
    [conflict] = stale.conflicts
    with pytest.raises(InvalidInputError, match="Choose which"):
        planning.refreshing.take(planning.session, {slide.id: {}}, user_id=planning.ada, rev=2)
    after = planning.refreshing.take(
        planning.session, {slide.id: {conflict.part: Choice.PRESENT}}, user_id=planning.ada, rev=2
    )

    assert after.deck.slides[number].blocks[0] == mine
    assert planning.refreshing.look(planning.session, user_id=planning.ada).stale == ()


def proposing(planning: Decks, *slides: dict[str, object]) -> int:
    """Let a reply propose slides, as JSON has them; return its id."""
    reply_id = planning.say("Slides, please", "Here they are.")
    part = ToolCallPart("propose_slides", "call", "{}", json.dumps({"proposed": slides}))
    with planning.database.begin() as db_session:
        db_session.get_one(Message, reply_id).parts = [stored_part(part)]
    return reply_id


@ON_SQLITE
def test_of_what_a_reply_proposes_only_its_words_are_taken(planning: Decks):
    """What it says came from a file that anybody may have written: an import."""
    ours = {"origin": "talk:cover", "built": {"title": "x", "blocks": []}, "confirmed": True, "kind": "approve"}
    reply_id = proposing(planning, {"id": "a", "title": "Fado\x00", "notes": "Ask", "message_ids": ["1"], **ours})

    [slide] = planning.decks.accept(planning.session_id, reply_id, user_id=planning.bob, rev=None).deck.slides

    assert slide == Slide(
        id=slide.id,
        title="Fado",
        notes="Ask",
        message_ids=(str(reply_id),),
        origin="proposed:Fado",
        built=Built("Fado", ()),
    )


@ON_SQLITE
def test_proposed_slides_come_before_what_closes_a_deck_and_the_hidden_ones_behind_that(planning: Decks):
    kinds = {"plan": SlideKind.PLAN, "approve": SlideKind.APPROVE, "aside": SlideKind.FREE}
    slides = [Slide(id=key, title=key, kind=kind, hidden=key == "aside") for key, kind in kinds.items()]
    planning.decks.put(planning.session, slides, user_id=planning.ada, rev=None)
    reply_id = proposing(planning, {"id": "a", "title": "Fado"})

    saved = planning.decks.accept(planning.session_id, reply_id, user_id=planning.ada, rev=1)

    assert [slide.title for slide in saved.deck.slides] == ["plan", "Fado", "approve", "aside"]


@ON_SQLITE
@pytest.mark.parametrize("title", ["x" * 201, "\ud800"])
def test_deck_that_could_not_be_read_again_is_not_kept(planning: Decks, title: str):
    saved = planning.decks.make(planning.session, user_id=planning.ada)
    for change in (replace(saved.deck, title=title), with_slide(saved.deck, 0, title=title)):
        with pytest.raises(InvalidInputError, match="cannot be kept"):
            planning.decks.change(planning.session, change, user_id=planning.ada, rev=1)
    kept = planning.decks.change(planning.session, replace(saved.deck, title="A\x00"), user_id=planning.ada, rev=1)
    assert (kept.deck.title, kept.summary) == ("A", "Renamed to “A”")


@ON_SQLITE
def test_deck_takes_no_more_slides_than_it_holds(planning: Decks):
    many = [Slide(id=f"s{number}", title="One of many") for number in range(MAX_SLIDES)]
    planning.decks.put(planning.session, many, user_id=planning.ada, rev=None)
    reply_id = proposing(planning, {"id": "a", "title": "Fado"})

    with pytest.raises(InvalidInputError, match="at most 200 slides"):
        planning.decks.accept(planning.session_id, reply_id, user_id=planning.ada, rev=1)


def test_pictures_take_no_room_of_who_left_the_trip(planning: Decks, database: Database):
    members, mine = TripMembers(database), Slide(id="a", title="Lisbon")
    sessions = SessionService(database, default_model="openai/gpt-4o")
    bobs = DeckOf("session", sessions.create(user_id=planning.bob, trip_id=planning.trip_id).id)
    for of, user_id in ((bobs, planning.bob), (planning.trip, planning.ada)):
        planning.decks.put(of, [mine], user_id=user_id, rev=None)
        planning.pictures.add(of, picture(), user_id=user_id)

    def room_of(user_id: int) -> int:
        with database.read() as db_session:
            return db.room.file_bytes(db_session, user_id=user_id)

    taken = room_of(planning.ada)
    assert room_of(planning.bob) == taken > 0
    members.remove(planning.trip_id, planning.bob, user_id=planning.ada)
    assert (room_of(planning.ada), room_of(planning.bob)) == (2 * taken, 0)
    members.add(planning.trip_id, "bob", user_id=planning.ada)
    members.hand_over(planning.trip_id, planning.bob, user_id=planning.ada)
    members.leave(planning.trip_id, user_id=planning.ada)
    assert (room_of(planning.ada), room_of(planning.bob)) == (0, 2 * taken)


def test_state_tells_the_version_and_who_may_change_it_and_lists_are_told_of_each(planning: Decks):
    watch = ListWatch(planning.database)
    assert planning.decks.state(planning.trip, user_id=planning.ada) == (None, True)
    before = watch.look(planning.cleo)
    planning.decks.make(planning.trip, user_id=planning.ada)

    assert planning.decks.state(planning.trip, user_id=planning.cleo) == (1, False)
    assert watch.look(planning.cleo) != before
    with pytest.raises(NotFoundError):
        planning.decks.state(planning.trip, user_id=planning.eve)


def test_others_write_while_a_deck_is_built(planning: Decks, monkeypatch: pytest.MonkeyPatch):
    def built_meanwhile(*args, **named):
        with ThreadPoolExecutor(1) as threads:
            threads.submit(planning.brands.change, {"name": "Weber"}, user_id=planning.eve).result()
        return built_deck(*args, **named)

    monkeypatch.setattr("services.decks.decks.built_deck", built_meanwhile)
    planning.decks.make(planning.session, user_id=planning.ada)

    assert planning.brands.get(user_id=planning.eve).name == "Weber"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("room", "most"), [(10**9, 12), (1, 4)])
def test_older_versions_are_thinned_out_and_the_first_and_the_latest_stay(planning: Decks, monkeypatch, room, most):
    monkeypatch.setattr(keeping, "MAX_VERSIONS", 12)
    monkeypatch.setattr(keeping, "MAX_VERSION_BYTES", room)
    monkeypatch.setattr(keeping, "_FEWEST", 4)
    saved = planning.decks.make(planning.session, user_id=planning.ada)
    for number in range(40):
        deck = replace(saved.deck, title=f"Lisbon {number}")
        saved = planning.decks.change(planning.session, deck, user_id=planning.ada, rev=saved.rev)
        kept = [
            one.rev for one in planning.decks.versions(planning.session, user_id=planning.ada, limit=100).versions
        ]
        assert len(kept) <= most
        assert kept[-1] == 1
        assert kept[: most // 2] == list(range(saved.rev, 0, -1))[: most // 2]

    assert planning.decks.restore(planning.session, 1, user_id=planning.ada, rev=saved.rev).deck.title != "Lisbon 39"
    with pytest.raises(NotFoundError):
        planning.decks.get(planning.session, user_id=planning.ada, rev=2)
