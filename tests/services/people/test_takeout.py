"""Somebody's data as one zip: all that is theirs, nothing of anybody else's, and back again once."""

import io
import json
import tracemalloc
import zipfile

import pytest
from sqlalchemy import func, select

from db.models import AuditAction, AuditEntry, Customer, Rating, SessionFile, Template, Trip, User
from services.decks.records import DeckOf
from services.errors import ExportRunningError, InvalidInputError, NotFoundError
from services.people import takeout
from services.reviews.records import LinkSettings, Thing
from services.templates.templates import Opening
from services.transfer import saved_things
from tests.helpers.services import ask, make_user
from tests.helpers.trips import team  # noqa: F401 - a fixture

SECRET = "Eve's own"


def packed(services, user_id):
    file = io.BytesIO()
    services.takeout.write(file, user_id=user_id)
    return zipfile.ZipFile(file)


def read(zipped, name):
    return json.loads(zipped.read(name))


@pytest.fixture
def full(services, database, team):
    """Give Ada something of everything, and Eve something that Ada must not get."""
    accepted, reply = ask(services, team.ada, "5 days in Lisbon", "a", trip_id=team.trip_id)
    services.files.add(accepted.session_id, "../list?.txt", b"A list", user_id=team.ada)
    services.templates.add(Opening(name="Offer", first_message="An offer for {name}"), user_id=team.ada)
    services.brands.change({"name": "Ada Travels"}, user_id=team.ada)
    services.tokens.create(user_id=team.ada, name="CRM")
    services.memories.add("Ada likes trains", user_id=team.ada)
    services.reviews.share(Thing("trip", team.trip_id), LinkSettings(audience="Webers"), user_id=team.ada)
    shared = services.sessions.create(user_id=team.eve, title=SECRET)
    services.sharing.add(shared.id, "ada", user_id=team.eve)
    ask(services, team.ada, "Mine in Eve's", "b", session_id=shared.id)
    services.customers.create(SECRET, user_id=team.eve)
    services.trips.create(SECRET, user_id=team.eve)
    services.decks.make(DeckOf("session", accepted.session_id), user_id=team.ada)
    with database.begin() as db_session:
        db_session.get_one(User, team.ada).password_hash = "$2b$hash"
        db_session.add(Rating(message_id=reply.id, user_id=team.ada, value=1, reason="Good"))
    return team


def test_everything_of_somebody_is_in_it_and_nothing_of_others(services, full):
    zipped = packed(services, full.ada)

    account = read(zipped, "account.json")
    assert (account["username"], account["tokens"][0]["name"]) == ("ada", "CRM")
    (session,) = read(zipped, "sessions-001.json")["sessions"]
    assert session["trip"]["customer"]["name"] == "Weber"
    assert read(zipped, "customers.json")["customers"][0]["notes"] == "Pays late"
    assert read(zipped, "trips.json")["trips"][0]["brief"]["notes_private"] == "Hates fado"
    assert [one["rev"] for one in read(zipped, "trip_revisions.json")] == [1]
    assert read(zipped, "templates.json")["templates"][0]["name"] == "Offer"
    assert [one["content"] for one in read(zipped, "messages_in_others_sessions.json")] == ["Mine in Eve's"]
    (file,) = read(zipped, "files.json")
    assert zipped.read(f"files/{file['id']}/list-.txt") == b"A list"
    (deck,) = read(zipped, "decks.json")
    assert read(zipped, f"decks/{deck['id']}/deck.json")["slides"]
    assert read(zipped, "brand.json")["name"] == "Ada Travels"
    (review,) = read(zipped, "reviews.json")
    assert review["audience"] == "Webers"
    assert any(name.startswith(f"reviews/{review['versions'][0]['snapshot_id']}-") for name in zipped.namelist())
    assert [one["reason"] for one in read(zipped, "ratings.json")] == ["Good"]
    assert sum(one["replies"] for one in read(zipped, "usage.json")) == 2
    assert "Ada likes trains" in [one["text"] for one in read(zipped, "memories.json")]
    assert "create_token" in [one["action"] for one in read(zipped, "audit.json")]
    whole = b"".join(zipped.read(name) for name in zipped.namelist())
    assert SECRET.encode() not in whole
    assert b"$2b$" not in whole
    assert b"token_hash" not in whole


def test_it_comes_back_elsewhere_once(services, database, full):
    zipped = packed(services, full.ada)
    other = make_user(database, "other")
    data = zipped.fp.getvalue()

    def kept():
        with database.read() as db_session:
            kinds = (Customer, Trip, Template)
            return [db_session.scalar(select(func.count()).where(kind.user_id == other)) for kind in kinds]

    first = services.transfer.import_file(data, user_id=other)
    assert (len(first.imported), first.customers, first.trips, first.templates) == (1, 1, 1, 1)
    assert kept() == [1, 1, 1]
    session = services.sessions.get(first.imported[0], user_id=other)
    trip = services.trips.get(session.trip_id, user_id=other)
    assert (trip.title, trip.customer_name, trip.brief.where) == ("Lisbon in May", "Weber", ("Lisbon",))

    again = services.transfer.import_file(data, user_id=other)
    at_home = services.transfer.import_file(data, user_id=full.ada)
    for result in (again, at_home):
        assert (result.imported, result.customers, result.trips, result.templates) == ((), 0, 0, 0)
        assert (result.already_here, result.refused) == (1, ())
    assert kept() == [1, 1, 1]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_template_of_the_same_name_is_kept_beside(services, database, full):
    data = packed(services, full.ada).fp.getvalue()
    other = make_user(database, "other")
    services.templates.add(Opening(name="Offer", first_message="Another"), user_id=other)
    for _ in range(2):
        services.transfer.import_file(data, user_id=other)
    names = {one.name for one in services.templates.all(user_id=other) if not one.built_in}
    assert names == {"Offer", "Offer (imported)"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_more_is_made_than_a_planner_may_have(services, database, full, monkeypatch):
    data = packed(services, full.ada).fp.getvalue()
    other = make_user(database, "other")
    monkeypatch.setattr(saved_things, "_MOST", dict.fromkeys(saved_things._MOST, 1))
    services.customers.create("Meyer", user_id=other)
    services.templates.add(Opening(name="Mine", first_message="Hello"), user_id=other)
    result = services.transfer.import_file(data, user_id=other)
    assert (result.customers, result.trips, result.templates) == (0, 1, 0)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_much_is_in_several_files_that_each_can_be_imported(services, database, user_id, monkeypatch):
    monkeypatch.setattr(takeout, "SESSIONS_BYTES", 1_000)
    for at in range(9):
        services.sessions.create(user_id=user_id, title=f"Session {at} {'x' * 50}")
    zipped = packed(services, user_id)
    files = [name for name in zipped.namelist() if name.startswith("sessions-")]
    other = make_user(database, "other")

    assert len(files) > 2
    results = [services.transfer.import_file(zipped.read(name), user_id=other) for name in files]
    assert sum(len(one.imported) for one in results) == 9
    assert services.transfer.import_file(zipped.fp.getvalue(), user_id=other).already_here == 9


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_damaged_parts_are_refused_whole(services, database, user_id):
    def changed(name, text):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as zipped:
            zipped.writestr("sessions-001.json", '{"format": "travelbot.sessions", "version": 1, "sessions": []}')
            zipped.writestr(name, text)
        return file.getvalue()

    head = '{"format": "travelbot.%s", "version": %s, "%s": [%s]}'
    for name, text in (
        ("trips.json", "nothing"),
        ("trips.json", head % ("customers", 1, "trips", "")),
        ("trips.json", head % ("trips", 2, "trips", "")),
        ("customers.json", head % ("customers", 1, "customers", '{"key": 5, "name": "x"}')),
        ("templates.json", "[" * 200),
    ):
        with pytest.raises(InvalidInputError):
            services.transfer.import_file(changed(name, text), user_id=user_id)
    odd = changed(
        "trips.json", head % ("trips", 1, "trips", '{"key": "k", "title": "T", "status": "s", "brief": {"where": 5}}')
    )
    assert services.transfer.import_file(odd, user_id=user_id).trips == 0
    assert services.transfer.import_file(changed("x/trips.json", "nothing"), user_id=user_id).trips == 0


def test_empty_account_has_an_empty_one(services, user_id):
    zipped = packed(services, user_id)

    assert read(zipped, "sessions-001.json")["sessions"] == []
    assert read(zipped, "reviews.json") == []
    assert "brand.json" not in zipped.namelist()
    assert services.transfer.import_file(zipped.fp.getvalue(), user_id=user_id).imported == ()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_memory_stays_flat(services, database, user_id, tmp_path):
    session_id = services.sessions.create(user_id=user_id).id
    with database.begin() as db_session:
        for at in range(24):
            db_session.add(SessionFile(
                session_id=session_id, user_id=user_id, name=f"{at}.pdf", media_type="application/pdf",
                size=2_000_000, content=bytes(2_000_000),
            ))  # fmt: skip
    with open(tmp_path / "data.zip", "wb") as file:
        tracemalloc.start()
        services.takeout.write(file, user_id=user_id)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

    assert peak < 15_000_000  # of 48 MB


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_few_at_once_and_each_is_audited(services, database, user_id, monkeypatch):
    monkeypatch.setattr(takeout, "_WAIT_S", 0)
    for _ in range(takeout.TAKEOUTS_AT_ONCE):
        services.takeout._packing.acquire()
    with pytest.raises(ExportRunningError):
        packed(services, user_id)
    services.takeout._packing.release()
    packed(services, user_id)
    with pytest.raises(NotFoundError):
        packed(services, user_id + 1)
    with database.read() as db_session:
        (row,) = db_session.scalars(select(AuditEntry).where(AuditEntry.action == AuditAction.DOWNLOAD_DATA))
    assert row.user_id == user_id


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_backboard_that_is_away_leaves_out_only_what_it_knows(services, emulator, full):
    emulator.go_away()
    zipped = packed(services, full.ada)

    assert "incomplete" in read(zipped, "memories.json")[-1]
    assert len(read(zipped, "sessions-001.json")["sessions"]) == 1
