"""Decks are reviewed: what their audience sees of them, who shares them, and what an approval says of a version."""

import json
from dataclasses import replace
from datetime import UTC
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from exports.decks.html import deck_html
from exports.decks.records import Brand, PictureBlock, deck_hash
from exports.reviews.changes import Change, changes
from exports.reviews.records import DeckSnapshot, read_snapshot, snapshot_hash, snapshot_text
from services.decks.files import DeckFiles, DeckFormat
from services.decks.records import DeckOf
from services.errors import InvalidInputError, NotFoundError, NotPossibleError
from services.reviews.records import DecisionKind, LinkSettings, ReviewState, Thing
from services.reviews.visits import new_reader_key
from services.sessions.sessions import SessionService
from services.trips.deleted import TripDeletion
from services.trips.records import WithSessions
from tests.helpers.databases import ON_SQLITE
from tests.helpers.deck_places import Decks, planning  # noqa: F401 - a fixture
from tests.helpers.pdfs import read

ANNA = new_reader_key()


def of(thing: DeckOf) -> Thing:
    return Thing(thing.kind, thing.id, deck=True)


def share(planning: Decks, thing: DeckOf, *, by: int | None = None, **settings: Any):
    given: dict[str, Any] = {"audience": "Customer", "download": True} | settings
    chosen = LinkSettings(**given)
    return planning.reviews.links.share(of(thing), chosen, user_id=by or planning.ada)


def decide(planning: Decks, link, kind=DecisionKind.APPROVE, note=""):
    seen = planning.reviews.visits.look(link.token, ANNA).version.sha256
    return planning.reviews.visits.decide(link.token, ANNA, kind, name="Anna", sha256=seen, note=note)


def image() -> bytes:
    made = BytesIO()
    Image.new("RGB", (40, 30), "red").save(made, "PNG")
    return made.getvalue()


@pytest.fixture
def deck(planning: Decks):
    return planning.decks.make(planning.session, user_id=planning.ada)


def test_shared_deck_is_its_shown_slides_and_nothing_of_how_they_came_about(planning: Decks, deck):
    slides = [replace(one, notes="PRIVATE") for one in deck.deck.slides]
    slides[1] = replace(slides[1], title="HIDDEN", hidden=True)
    changed = planning.decks.change(
        planning.session, replace(deck.deck, slides=tuple(slides)), user_id=planning.ada, rev=deck.rev
    )
    link = share(planning, planning.session)
    visit = planning.reviews.visits.look(link.token, ANNA)
    assert isinstance(visit.snapshot, DeckSnapshot)
    text = snapshot_text(visit.snapshot)
    assert (snapshot_hash(text), read_snapshot(text)) == (visit.version.sha256, visit.snapshot)
    assert not any(word in text for word in ("PRIVATE", "HIDDEN", '"built":{', '"origin":"'))
    shown = [one.id for one in changed.deck.shown()]
    assert [one.anchor for one in visit.snapshot.blocks if one.kind == "slide"] == shown
    parts = [one.anchor for one in visit.snapshot.blocks if one.kind == "part"]
    assert parts
    assert all(one.split(":")[0] in shown for one in parts)
    costs = next(one for one in visit.snapshot.blocks if "712" in one.text and one.kind == "slide")
    assert "€712.50" in costs.text


@ON_SQLITE
def test_reader_sees_that_version_whatever_becomes_of_deck_and_brand(planning: Decks, deck):
    picture = planning.pictures.add(planning.session, image(), user_id=planning.ada)
    block = PictureBlock(
        id="p", sha256=picture.sha256, width=picture.width, height=picture.height, alt="A tram in Lisbon"
    )
    slides = (deck.deck.slides[0], replace(deck.deck.slides[1], blocks=(block,)), *deck.deck.slides[2:])
    planning.brands.change({"name": "Ada Travel", "primary": "#123456"}, user_id=planning.ada)
    with_picture = planning.decks.change(
        planning.session, replace(deck.deck, slides=slides), user_id=planning.ada, rev=1
    )
    link = share(planning, planning.session)
    before = deck_html(planning.reviews.visits.deck(link.token, ANNA), pictures=True)
    planning.brands.change({"name": "Other", "primary": "#654321"}, user_id=planning.ada)
    planning.decks.change(planning.session, deck.deck, user_id=planning.ada, rev=with_picture.rev)
    edition = planning.reviews.visits.deck(link.token, ANNA)
    assert deck_html(edition, pictures=True) == before
    assert edition.brand == Brand(name="Ada Travel", primary="#123456")
    assert "data:image/" in "".join(one.html for one in before.slides)
    assert planning.reviews.links.deck(link.review.id, user_id=planning.ada) == edition
    assert planning.reviews.links.behind(of(planning.session), user_id=planning.ada) == {link.review.id: True}


@ON_SQLITE
def test_slides_and_parts_are_commented_on_and_changes_told_by_slide(planning: Decks, deck):
    link = share(planning, planning.session)
    visits = planning.reviews.visits
    shown = visits.look(link.token, ANNA).snapshot
    assert isinstance(shown, DeckSnapshot)
    part = next(one for one in shown.blocks if one.kind == "part")
    said = visits.comment(link.token, ANNA, "Later, please", name="Anna", anchor=part.anchor)
    assert said.anchor == part.anchor
    costs = next(one for one in shown.blocks if "€712.50" in one.text)
    visits.comment(link.token, ANNA, "Less?", name="Anna", anchor=costs.anchor, passage="€712.50")
    with pytest.raises(InvalidInputError):
        visits.comment(link.token, ANNA, "x", name="Anna", anchor="no-slide")
    slides = (replace(deck.deck.slides[0], title="Another"), *deck.deck.slides[2:])
    planning.decks.change(planning.session, replace(deck.deck, slides=slides), user_id=planning.ada, rev=1)
    assert planning.reviews.links.share_again([link.review.id], user_id=planning.ada) == {link.review.id: True}
    after = visits.look(link.token, ANNA).snapshot
    became = {
        (one.after or one.before).anchor: one.kind  # type: ignore[union-attr]
        for one in changes(shown, after)
        if (one.after or one.before).kind == "slide"  # type: ignore[union-attr]
    }
    assert became[deck.deck.slides[0].id] is Change.CHANGED
    assert became[deck.deck.slides[1].id] is Change.GONE


@ON_SQLITE
def test_slide_that_only_looks_different_has_changed_too(planning: Decks, deck):
    link = share(planning, planning.session)
    before = planning.reviews.visits.look(link.token, ANNA).snapshot
    unsure = next(one for one in deck.deck.slides if not one.confirmed)
    slides = tuple(replace(one, confirmed=True) if one is unsure else one for one in deck.deck.slides)
    planning.decks.change(planning.session, replace(deck.deck, slides=slides), user_id=planning.ada, rev=1)
    planning.reviews.links.share_again([link.review.id], user_id=planning.ada)
    after = planning.reviews.visits.look(link.token, ANNA).snapshot
    changed = [one.after.anchor for one in changes(before, after) if one.after and one.kind is Change.CHANGED]
    assert changed == [unsure.id]


def test_approval_is_of_what_a_version_shows(planning: Decks, deck):
    files = DeckFiles(planning.database)
    link = share(planning, planning.session, approvals=1)
    assert not files.edition(planning.session, user_id=planning.ada).approved
    decide(planning, link, DecisionKind.ASK_FOR_CHANGES, "No")
    assert not files.edition(planning.session, user_id=planning.ada).approved
    decide(planning, link)
    assert files.edition(planning.session, user_id=planning.ada).approved
    assert planning.reviews.visits.deck(link.token, ANNA).approved
    assert b"Draft" not in files.export(planning.session, DeckFormat.MARKDOWN, user_id=planning.ada).content
    other = replace(deck.deck, slides=deck.deck.slides[:-1])
    planning.decks.change(planning.session, other, user_id=planning.ada, rev=1)
    assert not files.edition(planning.session, user_id=planning.ada).approved
    assert files.edition(planning.session, user_id=planning.ada, rev=1).approved
    planning.reviews.links.share_again([link.review.id], user_id=planning.ada)
    planning.decks.restore(planning.session, 1, user_id=planning.ada, rev=2)
    assert files.edition(planning.session, user_id=planning.ada).approved  # it is what they saw
    planning.reviews.links.revoke(link.review.id, user_id=planning.ada)
    draft = files.draft(planning.session, deck.deck, user_id=planning.ada)
    assert draft.approved
    assert not files.draft(planning.session, other, user_id=planning.ada).approved


@ON_SQLITE
@pytest.mark.parametrize("change", ["name", "logo"])
def test_approval_is_of_how_a_version_looks(planning: Decks, deck, change: str):
    files, brands = DeckFiles(planning.database), planning.brands
    link = share(planning, planning.session, approvals=1)
    decide(planning, link)
    assert files.is_approved(planning.session, deck_hash(deck.deck), user_id=planning.ada)
    if change == "name":
        brands.change({"name": "Other"}, user_id=planning.ada)
    else:
        brands.set_logo(image(), user_id=planning.ada)
    assert not files.edition(planning.session, user_id=planning.ada).approved
    assert not files.draft(planning.session, deck.deck, user_id=planning.ada).approved
    assert not files.is_approved(planning.session, deck_hash(deck.deck), user_id=planning.ada)
    assert planning.reviews.visits.deck(link.token, ANNA).approved  # it shows what they saw
    assert planning.reviews.links.behind(of(planning.session), user_id=planning.ada) == {link.review.id: True}
    planning.reviews.links.share_again([link.review.id], user_id=planning.ada)
    assert planning.reviews.links.get(link.review.id, user_id=planning.ada).review.state is ReviewState.OUTDATED
    if change == "name":
        brands.change({"name": ""}, user_id=planning.ada)
    else:
        brands.set_logo(None, user_id=planning.ada)
    assert files.edition(planning.session, user_id=planning.ada).approved


@ON_SQLITE
def test_notes_and_what_is_hidden_are_no_news_to_an_audience(planning: Decks, deck):
    links, thing = planning.reviews.links, of(planning.session)
    link = share(planning, planning.session)
    noted = tuple(replace(one, notes="For me") for one in deck.deck.slides)
    planning.decks.change(planning.session, replace(deck.deck, slides=noted), user_id=planning.ada, rev=1)
    assert links.behind(thing, user_id=planning.ada) == {link.review.id: False}
    assert links.share_again([link.review.id], user_id=planning.ada) == {link.review.id: False}
    other = (replace(noted[0], title="Another"), *noted[1:])
    planning.decks.change(planning.session, replace(deck.deck, slides=other), user_id=planning.ada, rev=2)
    assert links.behind(thing, user_id=planning.ada) == {link.review.id: True}
    planning.decks.restore(planning.session, 1, user_id=planning.ada, rev=3)
    shown = links.preview(thing, user_id=planning.ada)
    assert isinstance(shown, DeckSnapshot)
    assert shown.deck.rev == 4  # not the version that showed the same once


@ON_SQLITE
def test_links_of_a_talk_and_of_its_deck_are_listed_apart(planning: Decks, deck):
    links, talk = planning.reviews.links, Thing("session", planning.session_id)
    of_talk = links.share(talk, LinkSettings(audience="Talk"), user_id=planning.ada)
    of_deck = share(planning, planning.session, audience="Deck")

    def ids(**of_what):
        return {one.id for one in links.page(user_id=planning.ada, **of_what)}

    assert ids(of=talk) == {of_talk.review.id}
    assert ids(of=of(planning.session)) == {of_deck.review.id}
    assert ids() == {of_talk.review.id, of_deck.review.id}
    assert [links.count(one, user_id=planning.ada) for one in (talk, of(planning.session))] == [1, 1]
    assert of_deck.review.thing == of(planning.session)


def test_who_shares_a_deck(planning: Decks, deck):
    for user_id in (planning.bob, planning.cleo):
        with pytest.raises(NotPossibleError, match="Only the owner of this session can share its deck"):
            share(planning, planning.session, by=user_id)
    with pytest.raises(NotFoundError):
        share(planning, planning.session, by=planning.eve)
    with pytest.raises(NotFoundError, match="no deck yet"):
        share(planning, planning.trip)
    planning.decks.make(planning.trip, user_id=planning.ada)
    link = share(planning, planning.trip, by=planning.bob)
    assert planning.reviews.links.get(link.review.id, user_id=planning.ada).review.thing == of(planning.trip)
    for user_id, error in ((planning.cleo, NotPossibleError), (planning.eve, NotFoundError)):
        with pytest.raises(error):
            share(planning, planning.trip, by=user_id)
        with pytest.raises(NotFoundError):
            planning.reviews.links.get(link.review.id, user_id=user_id)
        with pytest.raises(NotFoundError):
            planning.reviews.links.deck(link.review.id, user_id=user_id)
    with pytest.raises(NotPossibleError, match="as a whole"):
        planning.reviews.links.preview(of(planning.trip), user_id=planning.ada, first_id=1)


@ON_SQLITE
def test_deck_without_a_shown_slide_is_not_shared(planning: Decks, deck):
    hidden = tuple(replace(one, hidden=True) for one in deck.deck.slides)
    planning.decks.change(planning.session, replace(deck.deck, slides=hidden), user_id=planning.ada, rev=1)
    with pytest.raises(NotPossibleError, match="every slide"):
        share(planning, planning.session)


@ON_SQLITE
def test_files_of_a_shared_deck(planning: Decks, deck):
    visits = planning.reviews.visits
    link, looked_at = share(planning, planning.session), share(planning, planning.session, download=False)
    file = visits.snapshot_pdf(link.token, ANNA, zone=UTC)
    assert len(read(file.content).pages) >= len(deck.deck.shown())
    with pytest.raises(NotPossibleError):
        visits.snapshot_pdf(looked_at.token, ANNA, zone=UTC)
    decide(planning, link)
    receipt = json.loads(visits.receipt(link.token, ANNA, kind="json", zone=UTC).content)
    assert receipt["snapshot"]["deck"]["sha256"] == deck_hash(deck.deck)
    assert receipt["decisions"][0]["name"] == "Anna"
    assert visits.receipt(link.token, ANNA, kind="pdf", zone=UTC).content.startswith(b"%PDF")
    assert planning.reviews.links.get(link.review.id, user_id=planning.ada).review.state is ReviewState.APPROVED


@ON_SQLITE
def test_talk_is_no_deck(planning: Decks):
    link = planning.reviews.share(planning.session_id, planning.ada)
    with pytest.raises(NotFoundError):
        planning.reviews.visits.deck(link.token, ANNA)
    assert '"deck"' not in snapshot_text(planning.reviews.visits.look(link.token, ANNA).snapshot)


def test_links_to_a_deck_end_with_what_it_is_of_and_when_they_are_revoked(planning: Decks, deck):
    visits, links = planning.reviews.visits, planning.reviews.links
    planning.decks.make(planning.trip, user_id=planning.ada)
    revoked, of_session, of_trip = (
        share(planning, thing) for thing in (planning.session, planning.session, planning.trip)
    )
    links.revoke(revoked.review.id, user_id=planning.ada)
    with pytest.raises(NotFoundError):
        visits.deck(revoked.token, ANNA)
    sessions = SessionService(planning.database, default_model="openai/gpt-4o")
    sessions.delete([planning.session_id], user_id=planning.ada)
    for opens in (visits.look, visits.deck):
        with pytest.raises(NotFoundError):
            opens(of_session.token, ANNA)
    assert visits.look(of_trip.token, ANNA).snapshot.thing == "deck"
    TripDeletion(planning.database).delete(planning.trip_id, user_id=planning.ada, sessions=WithSessions.KEEP)
    with pytest.raises(NotFoundError):
        visits.deck(of_trip.token, ANNA)
