"""A viewer reads what is shared with them, and changes nothing: what is written for a user asks for their role."""

import ast
from pathlib import Path

import pytest

from db.models import PLANNER, VIEWER, User, utc_now
from services.accounts.passwords import hash_password
from services.decks.records import DeckOf
from services.errors import NotPossibleError, ReadOnlyRoleError
from services.reviews.records import DecisionKind
from services.templates.templates import built_in
from services.trips.records import TripAccess
from settings import ROOT
from tests.helpers.databases import ON_SQLITE
from tests.helpers.services import ask, make_user

ADMINS = {"services/people"}  # there is written what admins do, and what is somebody's own account
BACKGROUND = {"services/backboard", "services/process"}
VISITORS = {
    "services/reviews/visits.py",
    "services/reviews/passcodes.py",
    "services/reviews/doors.py",
    "services/reviews/mail.py",
}
# What is written without asking for a role, by module and function: one's own account; what is only theirs of a
# thing; the trace of a look; and what is written for nobody in particular.
OWN_ACCOUNT = {
    "services/accounts/accounts.py": {"_count_sign_up", "_add", "stay"},
    "services/accounts/admins.py": {"set_admin", "new_code", "become_admin"},
    "services/accounts/guests.py": {"begin"},
    "services/accounts/identities.py": {"enter", "join", "remove"},
    "services/accounts/limits.py": {"prune_counts"},
    "services/accounts/seen.py": {"note_seen"},
    "services/accounts/sign_ins.py": {
        *("_count", "_let_in", "_check_password", "change_password", "end_all", "sign_out"),
    },
    "services/accounts/tokens.py": {"create", "revoke", "_note_use"},
    "services/usage/costs.py": {"set_limit"},
}
PERSONAL = {
    "services/sessions/sessions.py": {"change", "open", "mark_seen", "set_archived"},
    "services/sessions/sharing.py": {"leave"},
    "services/messages/versions.py": {"choose"},
    "services/trips/trips.py": {"set_archived"},
    "services/trips/members.py": {"leave"},
    "services/reviews/reviews.py": {"mark_seen"},
}
TRACES = {
    "services/decks/files.py": {"export"},
    "services/transfer/transfer.py": {"_note_export"},
    "services/reviews/reviews.py": {"receipt"},
}
NOBODYS = {
    "services/accounts/roles.py": {"writing"},
    "services/accounts/guests.py": {"remove"},
    "services/replies/store.py": None,
    "services/replies/titles.py": None,
    "services/sessions/deleted.py": None,
    "services/trips/deleted.py": {"remove_deleted_trips"},
    "services/memory/sources.py": None,
    "services/memory/memories.py": {"forget", "forget_all"},  # asked for before Backboard is
}


def transactions(path: Path):
    """Yield the function of every transaction that a module begins without asking for a role."""
    for function in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("self._db.begin", "database.begin"):
                yield function.name


def test_whatever_is_written_for_a_user_asks_for_their_role():
    unknown = set()
    for path in sorted((ROOT / "services").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if name in VISITORS or name.rpartition("/")[0] in ADMINS | BACKGROUND:
            continue
        known = [place[name] for place in (OWN_ACCOUNT, PERSONAL, TRACES, NOBODYS) if name in place]
        for function in transactions(path):
            if not any(names is None or function in names for names in known):
                unknown.add(f"{name}: {function}")

    assert unknown == set()


@pytest.fixture
def viewer(services, database, user_id):
    """Return what makes somebody a viewer, or (False) a planner again."""

    def become(who: int = user_id, viewer: bool = True) -> int:
        with database.begin() as db_session:
            db_session.get_one(User, who).role = VIEWER if viewer else PLANNER
        return who

    return become


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_no_route_offers_is_refused_too(services, database, user_id, viewer):
    """The others are walked in tests/api/test_safe_methods.py."""
    accepted, _ = ask(services, user_id, memory=False)
    session_id, reply_id = accepted.session_id, accepted.reply_id
    trip_id = services.trips.create("Lisbon", user_id=user_id).id
    deleted_id = services.trips.create("Porto", user_id=user_id).id
    bob = make_user(database, "bob")
    services.trip_members.add(trip_id, "bob", user_id=user_id)
    services.trip_deletion.delete(deleted_id, user_id=user_id, sessions="keep")
    file_id = services.files.add(session_id, "brief.txt", b"Lisbon", user_id=user_id).id
    services.decks.make(DeckOf("session", session_id), user_id=user_id)
    saved = services.transfer.export_many(user_id=user_id).content
    template = built_in()[0]
    blanks = dict.fromkeys(template.blanks, "Lisbon")
    viewer()
    given = {"user_id": user_id}

    calls = {
        "choose a model": lambda: services.accounts.choose_model(user_id, "openai/gpt-4o"),
        "stop": lambda: services.replies.stop(reply_id, **given),
        "restore a message": lambda: services.versions.restore(accepted.message_id, **given),
        "restore what waits": lambda: services.follow_ups.restore(1, **given),
        "start a template": lambda: services.templates.start(template.id, blanks, client_message_id="b", **given),
        "import": lambda: services.transfer.import_file(saved, **given),
        "samples": lambda: services.transfer.add_samples(**given),
        "samples again": lambda: services.transfer.bring_back_samples(saved, **given),
        "hand over": lambda: services.trip_members.hand_over(trip_id, bob, **given),
        "leave": lambda: services.trip_members.leave(trip_id, **given),  # it is their own, and so is the session
        "leave a session": lambda: services.sharing.leave(session_id, **given),
        "bring back": lambda: services.trip_deletion.bring_back(deleted_id, **given),
        "accept a status": lambda: services.trip_approval.accept(trip_id, **given),
        "picture of a file": lambda: services.deck_pictures.add_file(DeckOf("session", session_id), file_id, **given),
        "token": lambda: services.tokens.create(name="CRM", **given),
        "check": lambda: services.sessions.check(session_id, title="Mine", **given),
        "update a deck": lambda: services.decks.update(
            DeckOf("session", session_id), lambda deck: deck, rev=1, **given
        ),
        "decide by phone": lambda: services.comments.record_decision(
            1, DecisionKind.APPROVE, name="Ana", sha256="0" * 64, **given
        ),
    }

    told = {}
    for name, call in calls.items():
        try:
            told[name] = call()
        except ReadOnlyRoleError as error:
            told[name] = None if error.message.startswith("You can read what colleagues share") else error.message
    assert told == dict.fromkeys(calls)
    assert services.tokens.create(name="Reader", read_only=True, **given).info.read_only


def test_viewers_access_is_to_view_whatever_they_were_given(services, database, user_id, viewer):
    session_id = services.sessions.create(user_id=user_id).id
    trip_id = services.trips.create("Lisbon", user_id=user_id).id
    in_trip = services.sessions.create(user_id=user_id, trip_id=trip_id).id
    bob = make_user(database, "bob")
    services.sharing.add(session_id, "bob", user_id=user_id)
    services.trip_members.add(trip_id, "bob", user_id=user_id)

    def accesses(who: int) -> set[str | None]:
        one, other = (services.sessions.get(session, user_id=who) for session in (session_id, in_trip))
        watched = services.session_watch.look(session_id, user_id=who)
        (listed,) = services.trip_names.latest(user_id=who, limit=5)
        (paged,) = services.trips.page(user_id=who).trips
        trip = services.trips.get(trip_id, user_id=who)
        name = services.trip_names.get(trip_id, user_id=who)
        trips = {one.access.value for one in (listed, paged, trip, name)}
        return {one.access, other.access, watched and watched.access, *trips}

    assert (accesses(user_id), accesses(bob)) == ({"owner"}, {"edit"})
    for who in (user_id, bob):
        viewer(who)
    assert (accesses(user_id), accesses(bob)) == ({"view"}, {"view"})
    assert services.sessions.get(session_id, user_id=user_id).trip_access is None
    assert services.sessions.get(in_trip, user_id=bob).trip_access == "view"
    assert not services.memories.may_change(user_id=user_id)
    for who in (user_id, bob):
        viewer(who, viewer=False)
    assert (accesses(user_id), accesses(bob)) == ({"owner"}, {"edit"})


def test_viewer_leaves_what_others_share_with_them(services, database, user_id, viewer):
    bob = make_user(database, "bob")
    session_id = services.sessions.create(user_id=user_id).id
    trip_id = services.trips.create("Lisbon", user_id=user_id).id
    services.sharing.add(session_id, "bob", user_id=user_id)
    services.trip_members.add(trip_id, "bob", user_id=user_id)
    of_bob = services.sessions.create(user_id=bob, trip_id=trip_id).id
    viewer(bob)

    services.sharing.remove(session_id, bob, user_id=bob)
    services.trip_members.remove(trip_id, bob, user_id=bob)

    assert services.sessions.recent(user_id=bob).sessions == ()
    assert services.trips.page(user_id=bob).trips == ()
    assert services.sessions.get(of_bob, user_id=user_id).user_id == user_id


@ON_SQLITE
def test_members_are_told_what_they_were_given(services, database, user_id, viewer):
    trip_id = services.trips.create("Lisbon", user_id=user_id).id
    bob = make_user(database, "bob")
    services.trip_members.add(trip_id, "bob", user_id=user_id)
    viewer(bob)

    members = services.trip_members.list(trip_id, user_id=user_id)

    assert [member.access for member in members] == [TripAccess.OWNER, TripAccess.EDIT]
    with pytest.raises(NotPossibleError):
        services.trip_names.changeable(trip_id, user_id=bob)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_waits_of_somebody_who_became_a_viewer_is_not_sent(services, emulator, database, user_id, viewer):
    bob = make_user(database, "bob")
    session_id = services.sessions.create(user_id=user_id).id
    services.sharing.add(session_id, "bob", user_id=user_id)
    emulator.hold_reply(0)
    accepted = services.replies.send(
        "Three days in Lisbon", user_id=user_id, client_message_id="a", session_id=session_id
    )
    services.follow_ups.add("And Porto?", session_id=session_id, user_id=bob, client_message_id="b")
    viewer(bob)

    emulator.release()
    watch = services.replies.watch(accepted.reply_id, user_id=user_id)
    while watch.next(0.2).status.unfinished:
        pass

    assert services.follow_ups.all(session_id, user_id=user_id) == ()
    assert services.sessions.get(session_id, user_id=user_id).message_count == 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("change", ["sign out", "everywhere", "password", "admin", "no admin"])
def test_open_pages_are_told_that_somebody_is_out_or_in_another_role(services, database, user_id, change):
    with database.begin() as db_session:
        db_session.get_one(User, user_id).password_hash = hash_password("the old long phrase")
    changes = {
        "sign out": lambda: services.sign_ins.sign_out(user_id, utc_now()),
        "everywhere": lambda: services.sign_ins.end_all(user_id),
        "password": lambda: services.sign_ins.change_password(
            user_id, old="the old long phrase", new="another long phrase"
        ),
        "admin": lambda: services.admins.set_admin(user_id, admin=True),
        "no admin": lambda: services.admins.set_admin(user_id, admin=False),
    }
    before = services.list_watch.look(user_id)

    changes[change]()

    assert services.list_watch.look(user_id).changes == before.changes + 1
