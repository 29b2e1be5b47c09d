"""A link opens exactly its snapshot: what else is asked for with it, and what is searched for in its answers."""

import itertools
import re
from dataclasses import replace
from datetime import UTC
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from db.engine import Database
from db.models import Review, User, utc_now
from exports.decks.html import deck_html
from exports.decks.records import Slide
from services.decks.decks import DeckService
from services.decks.records import DeckOf
from services.errors import ServiceError
from services.reviews.records import DecisionKind, LinkSettings, Thing
from services.reviews.visits import new_reader_key
from services.trips.trips import TripService
from tests.helpers.api import Api
from tests.helpers.api_routes import ask, guarded, named, of_links
from tests.helpers.pdfs import words
from tests.helpers.review_secrets import NUMBER, SEEN, SEEN_OF_BRIEF, planted, planted_brief
from tests.helpers.reviews import Reviews

SECRET = re.compile(rf"\bmark \w|{NUMBER // 1000}", re.IGNORECASE)


@pytest.fixture
def reviews(database: Database) -> Reviews:
    """Give the services of reviews; their clock is the API's."""
    return Reviews(database, now=utc_now())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_marked_secrets_are_in_no_answer(database, reviews, address, user_id, services):
    session_id = planted(database, reviews, user_id)
    link = reviews.share(session_id, user_id, note="Please by Friday.", passcode="mark passcode")
    hidden = reviews.share(session_id, user_id, audience="mark audience", note="mark note")
    for review_id in (link.review.id, hidden.review.id):
        reviews.comments.add(review_id, "mark internal", user_id=user_id, internal=True)
    reviews.visits.comment(hidden.token, new_reader_key(), "mark elsewhere", name="mark Eve")
    told = reviews.comments.add(link.review.id, "To everybody", user_id=user_id)
    reviews.comments.add(link.review.id, "mark aside", user_id=user_id, thread_id=told.id, internal=True)
    gone = reviews.comments.add(link.review.id, "mark taken back", user_id=user_id, thread_id=told.id)
    reviews.comments.take_back(gone.answers[-1].id, review_id=link.review.id, user_id=user_id)
    key = new_reader_key()
    reviews.visits.unlock(link.token, key, "mark passcode")

    answers = everything(address, link.token, key)
    visits = reviews.visits
    visit = visits.look(link.token, key, since=(1, 1))
    anchors = [None, *(block.anchor for block in visit.snapshot.blocks)]
    seen = [
        repr(visit),
        repr(visits.shown(link.token, key, number=1)),
        *(repr(visits.threads(link.token, key, anchor=one)) for one in anchors),
    ]

    assert [block.text for block in visit.snapshot.blocks] == list(SEEN)
    assert all("The tram" in one for one in (answers[0], seen[0]))
    assert any("To everybody" in one for one in answers)
    for text in [*answers, *seen]:
        assert "mark" not in text.lower()
        assert str(NUMBER)[:5] not in text
        assert "$2b$" not in text
    for text in answers:
        for secret in (str(session_id), str(user_id), str(hidden.review.id), str(link.review.id), link.token, "777"):
            assert secret not in without_ids(text), secret


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_marked_secrets_of_a_trip_are_in_no_answer(database, reviews, address, user_id):
    trip_id = planted_brief(database, reviews, user_id)
    link = reviews.share_brief(trip_id, user_id, note="Please by Friday.", download=True)
    hidden = reviews.share_brief(trip_id, user_id, audience="mark audience", note="mark note")
    reviews.comments.add(link.review.id, "mark internal", user_id=user_id, internal=True)
    reviews.visits.comment(hidden.token, new_reader_key(), "mark elsewhere", name="mark Eve")
    reviews.comments.add(link.review.id, "To everybody", user_id=user_id)
    key = new_reader_key()
    reviews.visits.look(link.token, key)
    TripService(database).change(trip_id, user_id=user_id, brief={"notes_private": "mark later", "pace": "full"})
    reviews.links.share_again([link.review.id], user_id=user_id)

    answers = everything(address, link.token, key)
    visits = reviews.visits
    shown = [repr(visits.look(link.token, key)), *(repr(visits.shown(link.token, key, number=n)) for n in (1, 2))]
    files = [
        words(visits.snapshot_pdf(link.token, key, zone=UTC).content),
        words(visits.receipt(link.token, key, kind="pdf", zone=UTC).content),
        visits.receipt(link.token, key, kind="json", zone=UTC).content.decode(),
    ]

    for text in (*SEEN_OF_BRIEF, "What may the trip cost?"):
        assert all(text in one for one in (answers[0], *shown, *files)), text
    for text in [*answers, *shown, *files]:
        assert "mark" not in text.lower()
        assert str(NUMBER)[:5] not in text
    for text in answers:
        for secret in (str(trip_id), str(user_id), str(hidden.review.id), str(link.review.id), link.token):
            assert secret not in without_ids(text), secret


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_marked_secrets_of_a_deck_are_in_no_answer(database, reviews, address, user_id):
    session_id = planted(database, reviews, user_id)
    of, decks = DeckOf("session", session_id), DeckService(database)
    saved = decks.make(of, user_id=user_id)
    slides = [replace(one, notes="mark notes") for one in saved.deck.slides]
    hidden = Slide(id="hidden", title="mark hidden", notes="mark notes", hidden=True)
    deck = replace(saved.deck, slides=(*slides, hidden))
    saved = decks.change(of, deck, user_id=user_id, rev=saved.rev)
    chosen = LinkSettings(audience="Customer", note="Please by Friday.", download=True)
    link = reviews.links.share(Thing("session", session_id, deck=True), chosen, user_id=user_id)
    reviews.comments.add(link.review.id, "mark internal", user_id=user_id, internal=True)
    reviews.comments.add(link.review.id, "To everybody", user_id=user_id)
    key = new_reader_key()
    reviews.visits.look(link.token, key)
    other = (replace(deck.slides[0], title="Lisbon"), *deck.slides[1:])
    decks.change(of, replace(deck, slides=other), user_id=user_id, rev=saved.rev)
    reviews.links.share_again([link.review.id], user_id=user_id)

    answers = everything(address, link.token, key)
    visits = reviews.visits
    shown = [repr(visits.look(link.token, key)), *(repr(visits.shown(link.token, key, number=n)) for n in (1, 2))]
    drawn = deck_html(visits.deck(link.token, key), pictures=True)
    files = [
        words(visits.snapshot_pdf(link.token, key, zone=UTC).content),
        words(visits.receipt(link.token, key, kind="pdf", zone=UTC).content),
        visits.receipt(link.token, key, kind="json", zone=UTC).content.decode(),
    ]
    told = [re.sub(r"<[^>]*>", "", one.html) for one in drawn.slides]

    assert all("tram" in one for one in (answers[0], *shown, " ".join(told), files[0], files[2]))
    for text in [*answers, *shown, *files, *told]:
        assert not SECRET.search(text), SECRET.search(text)
    for text in answers:
        for secret in (str(session_id), str(user_id), str(link.review.id), link.token):
            assert secret not in without_ids(text), secret


def without_ids(text: str) -> str:
    """Return an answer without the instants and the ids of what it shows, which are long numbers."""
    return re.sub(r'"(comment_id|decision_id|anchor|sha256|created_at|at)":"[^"]*"', "", text)


def everything(address: str, token: str, key: str) -> list[str]:
    """Return every answer that a link gives, headers and all, good ones and errors."""
    found: list[str] = []
    with httpx.Client(headers={"X-Review-Key": key}, timeout=30, trust_env=False) as http:

        def ask_for(method: str, path: str, **more: Any) -> Any:
            answer = http.request(method, f"{address}/review/{token}{path}", **more)
            headers = {name: value for name, value in answer.headers.items() if name != "x-request-id"}  # any digits
            found.append(f"{headers} {answer.text}")
            return answer.json() if answer.content else {}

        visit = ask_for("GET", "")
        for number in (1, 2):
            ask_for("GET", "/snapshot", params={"version": number})
        for block in visit["snapshot"]["blocks"]:
            ask_for("GET", "/comments", params={"anchor": block["anchor"]})
            ask_for("POST", "/comments", json={"text": "Hm", "name": "Anna", "anchor": block["anchor"]})
        comments = ask_for("GET", "/comments")["comments"]
        said = ask_for(
            "POST", "/comments", json={"text": "Yes", "name": "Anna", "answer_to": comments[0]["comment_id"]}
        )
        mine = said["answers"][-1]["comment_id"]
        ask_for("PATCH", f"/comments/{mine}", json={"text": "No"})
        ask_for("DELETE", f"/comments/{mine}")
        ask_for("POST", "/decisions", json={"kind": "approve", "name": "Anna", "sha256": visit["version"]["sha256"]})
        ask_for("POST", "/decisions", json={"kind": "approve", "name": "Anna", "sha256": "0" * 64})
        ask_for("GET", "")
        ask_for("GET", "/nothing")
        ask_for("PUT", "")
    return found


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_link_is_no_token_no_cookie_and_no_id(reviews, address, user_id):
    link = reviews.share(reviews.session(user_id), user_id)
    key = new_reader_key()
    visit = reviews.visits.look(link.token, key)
    ids = [link.token, key, str(link.review.id), str(link.review.session_id), visit.snapshot.blocks[0].anchor]
    ways: list[dict[str, str]] = [
        {"X-Review-Key": key},
        *(
            header
            for secret in (link.token, key)
            for header in (
                {"Authorization": f"Bearer {secret}"},
                {"Authorization": f"Bearer tbt_{secret}"},
                {"Cookie": f"token={secret}; review={secret}; link={secret}; travelbot={secret}"},
                {"X-Api-Key": secret, "X-Review-Link": secret, "X-Review-Token": secret},
            )
        ),
    ]

    turns = itertools.cycle(ways)  # one thing asks for a token, whatever the route
    with httpx.Client(base_url=address, params={"link": link.token}, trust_env=False) as http:
        for method, path in guarded():
            for name in ids if "{" in path else ways:
                http.headers = httpx.Headers(next(turns))
                answer = ask(http, method, path, name if isinstance(name, str) else link.token)
                told = method, path, name, http.headers
                assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized"), told


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_link_opens_nothing_of_another_link(reviews, address, user_id, api: Api):
    session_id = reviews.session(user_id)
    link, other = reviews.share(session_id, user_id), reviews.share(session_id, user_id, passcode="tram 28!")
    key, theirs = new_reader_key(), new_reader_key()
    reviews.visits.unlock(other.token, theirs, "tram 28!")
    said = reviews.visits.comment(other.token, theirs, "Elsewhere", name="Bo").id
    [later] = reviews.say(session_id, "Said after it was shared")

    with httpx.Client(base_url=address, trust_env=False) as http:
        for sent in (key, theirs):
            headers = {"X-Review-Key": sent, "X-Review-Passcode": "tram 28!"}
            path = f"/review/{link.token}/comments"
            asked = [
                http.patch(f"{path}/{said}", json={"text": "Hi"}, headers=headers),
                http.delete(f"{path}/{said}", headers=headers),
                http.post(path, json={"text": "Hi", "name": "A", "answer_to": str(said)}, headers=headers),
                http.get(f"/review/{link.token}/snapshot", params={"version": 2}, headers=headers),
            ]
            assert [one.status_code for one in asked] == [404] * 4
            new = {"text": "Hi", "name": "A", "anchor": str(later)}
            assert http.post(path, json=new, headers=headers).status_code == 422
            assert http.get(path, params={"anchor": str(later)}, headers=headers).json()["comments"] == []
            assert "Said after" not in http.get(f"/review/{link.token}", headers=headers).text
        for method, path in of_links():  # the key of this link lets nobody in at the other one
            answer = http.request(method, named(path, other.token), headers={"X-Review-Key": key}, json={})
            assert (answer.status_code, answer.json()["code"]) == (403, "passcode_needed")


@pytest.mark.parametrize("end", ["revoked", "ended", "owner disabled", "session deleted", "another address"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_link_that_has_ended_says_nothing_of_what_it_was(reviews, database, services, address, user_id, end):
    session_id = reviews.session(user_id)
    link = services.reviews.share(Thing("session", session_id), LinkSettings(audience="Customer"), user_id=user_id)
    before = httpx.get(f"{address}/review/{'x' * 32}", trust_env=False).json()
    match end:
        case "revoked":
            services.reviews.revoke(link.review.id, user_id=user_id)
        case "ended":
            with database.begin() as db_session:
                db_session.execute(update(Review).values(ends_at=utc_now()))
        case "another address":
            services.reviews.new_address(link.review.id, user_id=user_id)
        case "session deleted":
            services.sessions.delete([session_id], user_id=user_id)
        case _:
            with database.begin() as db_session:
                db_session.get_one(User, user_id).disabled = True

    for method, path in of_links():
        answer = httpx.request(
            method, address + path.format(token=link.token, comment_id=1), json={}, trust_env=False
        )
        assert (answer.status_code, answer.json()) == (404, before), (method, path)
    with pytest.raises(ServiceError):
        services.visits.decide(
            link.token, new_reader_key(), DecisionKind.APPROVE, name="Anna", sha256=link.review.version.sha256
        )
