"""Migrations and mapped tables say the same, and concurrent starts migrate once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import db.files
import db.migrate
import db.participants
import db.path_ends
import db.ratings
import db.search
import db.sessions
import db.trips
import db.users
from db.engine import Database
from db.migrate import migrate
from db.models import (
    Assistant,
    AuditEntry,
    BackboardThread,
    Base,
    FileCopy,
    MemorySource,
    Rating,
    Review,
    ReviewVersion,
    SessionFile,
    SessionMember,
    SignOut,
    Snapshot,
    Trip,
    utc_now,
)
from services.reviews.records import DecisionKind
from services.reviews.visits import new_reader_key
from tests.helpers.reviews import Reviews


@pytest.mark.filterwarnings(  # on SQLite nobody can compare them
    "ignore:.*expression-based index '?(sessions_title|participants_title|customers_name|trip_members_title)"
)
def test_migrated_schema_equals_the_models(database):
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_name": lambda name, kind, _: kind != "table" or not name.startswith("search_index")},
        )
        found = compare_metadata(context, Base.metadata)
        if connection.dialect.name == "sqlite":  # what an added column refers to is not read whole: see below
            found = [one for one in found if one[0] not in ("remove_fk", "add_fk")]
        assert found == []


def test_foreign_keys_are_those_of_the_models_on_sqlite_too(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path / 'new.db'}")
    migrate(database)
    with database.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            rows = connection.exec_driver_sql(f"PRAGMA foreign_key_list({table.name})").mappings()
            assert {(row["from"], f"{row['table']}.{row['to']}", row["on_delete"]) for row in rows} == {
                (key.parent.name, key.target_fullname, key.ondelete) for key in table.foreign_keys
            }
    database.close()


def test_many_starts_at_once_migrate_a_new_file(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'new.db'}"

    def start(_: int) -> None:
        database = Database(url, busy_timeout_s=60)  # as long as a busy machine may take
        migrate(database)
        database.close()

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(start, range(6)))

    database = Database(url)
    with database.engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == "0022"
    database.close()


def test_search_index_of_an_earlier_version_is_taken_over(database, make_user, make_session):
    ada, eve = make_user("ada"), make_user("eve")
    for user_id, words in ((ada, "Lisbon by night"), (eve, "Lisbon by day")):
        session_id, [message_id] = make_session(user_id, [words])
        with database.begin() as db_session:
            db.search.put(db_session, message_id, session_id, words)

    go_to(database, "0002")
    migrate(database)

    with database.read() as db_session:
        hits = db.search.find(db_session, "lisbon", user_id=ada, limit=10)
        assert [hit.content for hit in hits] == ["Lisbon by night"]
    with database.begin() as db_session:
        db.sessions.remove(db_session, [hits[0].session_id], user_id=ada)
    with database.read() as db_session:
        left = db_session.connection().exec_driver_sql("SELECT count(*) FROM search_index").scalar()
    assert left == 1


EARLIER: dict[tuple[str, str], tuple[str, str | None, int | None, str]] = {
    ("sign_in", ""): ("sign_in", "user", 1, ""),
    ("change_role", "admin"): ("change_role", "user", 1, "admin"),
    ("delete_session", "307182300000000017"): ("delete_session", "session", 307182300000000017, "307182300000000017"),
    ("delete_file", "18"): ("delete_file", "file", 18, "18"),
    ("delete_file", "Lisbon"): ("delete_file", None, None, "Lisbon"),
    ("export", "19 pdf"): ("export", "session", 19, "19 pdf"),
    ("export", "20 sessions"): ("export", None, None, "20 sessions"),
    ("revoke_token", "21"): ("revoke_token", None, None, "21"),
    ("change_monthly_limit", "ada: 5 USD"): ("change_monthly_limit", None, None, "ada: 5 USD"),
    ("water_plants", "twice"): ("other", None, None, "water_plants twice"),
}


def test_audit_of_an_earlier_version_gets_actions_and_targets_and_who_signed_out_stays_so(database, make_user):
    ada, eve = make_user("ada"), make_user("eve")
    at = datetime(2999, 12, 31, 23, 59, 59, 7_000, tzinfo=UTC)
    went = "signed in 2999-12-31T23:59:59.007+00:00"
    sign_outs = [(ada, "sign_out", went), (ada, "sign_out", went), (None, "sign_out", went), (eve, "sign_in", went)]
    odd = ("", "signed in", went[:-1], went.replace("T", " "), f"{went} or so")
    go_to(database, "0009")
    add_earlier(
        database,
        [(ada, action, detail) for action, detail in EARLIER]
        + sign_outs
        + [(eve, "sign_out", detail) for detail in odd],
    )

    migrate(database)

    with database.begin() as db_session:
        rows = db_session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        assert [(row.action, row.target_kind, row.target_id, row.detail) for row in rows[: len(EARLIER)]] == [
            (action, kind, ada if kind == "user" else target_id, detail)
            for action, kind, target_id, detail in EARLIER.values()
        ]
        db_session.execute(delete(AuditEntry))
        signed_out = db_session.scalars(select(SignOut)).all()
        assert [(row.user_id, row.signed_in_at) for row in signed_out] == [(ada, at)]
        assert db.users.active_signed_in(db_session, user_id=ada, at=at) is None
        assert db.users.active_signed_in(db_session, user_id=eve, at=at) is not None


def test_links_of_an_earlier_version_stay_with_all_that_hangs_on_them_and_those_of_briefs_go(database, user_id):
    reviews = Reviews(database)
    session_id = reviews.session(user_id)
    link, key = reviews.share(session_id, user_id, approvals=2), new_reader_key()
    said = reviews.visits.comment(link.token, key, "Lovely", name="Anna")
    decided = reviews.visits.decide(
        link.token, key, DecisionKind.APPROVE, name="Anna", sha256=link.review.version.sha256
    )
    reviews.say(session_id, "And on Sunday?")
    reviews.links.share_again([link.review.id], user_id=user_id)
    before = reviews.links.get(link.review.id, user_id=user_id)
    share_a_brief(database, user_id)

    go_to(database, "0014")  # which knows no link to a brief
    migrate(database)

    assert reviews.links.get(link.review.id, user_id=user_id) == before
    assert [one.number for one in before.versions] == [1, 2]
    assert before.decisions == (replace(decided, outdated=True),)
    assert reviews.visits.threads(link.token, key, anchor=None) == (said,)
    with database.begin() as db_session:
        assert db_session.scalars(select(Review.id)).all() == [link.review.id]
        assert [row.session_id for row in db_session.scalars(select(Snapshot))] == [session_id] * 2
        assert len(db_session.scalars(select(ReviewVersion)).all()) == 2
        trip = add_trip(db_session, user_id)
        for table in ("reviews", "snapshots"):  # each is of one thing
            for columns in ({"session_id": None}, {"trip_id": trip.id}):
                row = Base.metadata.tables[table]
                with pytest.raises(IntegrityError), db_session.begin_nested():
                    db_session.execute(update(row).values(**columns))


def share_a_brief(database: Database, user_id: int) -> None:
    """Make a trip, and a link to its brief."""
    with database.begin() as db_session:
        trip = add_trip(db_session, user_id)
        of_trip = {"trip_id": trip.id, "user_id": user_id}
        review = Review(**of_trip, audience="Customer", may="look", token_hash="0" * 64)
        shown = Snapshot(trip_id=trip.id, sha256="0" * 64, content=b"{}")
        db_session.add_all([review, shown])
        db_session.flush()
        db_session.add(ReviewVersion(review_id=review.id, snapshot_id=shown.id, number=1))


def test_where_a_version_was_left_for_all_is_its_owners_and_goes_back_as_theirs(database, make_user, make_session):
    ada, ben = make_user("ada"), make_user("ben")
    session_id, (first, second, third, last) = make_session(ada, ["Lisbon?", "Gladly.", "And Porto?", "That too."])
    with database.begin() as db_session:
        db_session.add(SessionMember(session_id=session_id, user_id=ben, access="edit"))
        db_session.flush()
        db.participants.settle(db_session, [session_id])
        for whose, at, end in ((ada, first, last), (ben, first, second), (ben, third, last)):
            db.path_ends.keep(db_session, at, end, session_id=session_id, user_id=whose)

    go_to(database, "0015")
    with database.read() as db_session:
        left = db_session.connection().exec_driver_sql("SELECT id, leaf_id FROM messages ORDER BY id")
        assert [tuple(row) for row in left] == [(first, last), (second, None), (third, None), (last, None)]
    migrate(database)

    with database.read() as db_session:
        assert db.path_ends.of_session(db_session, session_id, user_id=ada) == {first: last}
        assert db.path_ends.of_session(db_session, session_id, user_id=ben) == {}


def add_trip(db_session: Session, user_id: int) -> Trip:
    """Make a trip."""
    trip = Trip(user_id=user_id, title="Lisbon", status="draft", brief={}, content_hash="0" * 64)
    db.trips.add(db_session, trip, at=utc_now())
    return trip


def add_earlier(database: Database, entries: list[tuple[int | None, str, str]]) -> None:
    """Write rows of the audit as versions before schema 0010 did."""
    with database.begin() as db_session:
        db_session.execute(
            text("INSERT INTO audit (id, user_id, action, detail, at) VALUES (:id, :user_id, :action, :detail, :at)"),
            [
                {"id": number, "user_id": user_id, "action": action, "detail": detail, "at": "2026-01-01 00:00:00"}
                for number, (user_id, action, detail) in enumerate(entries)
            ],
        )


def go_to(database: Database, revision: str) -> None:
    """Bring a database back to an earlier schema."""
    config = Config()
    config.set_main_option("script_location", str(Path(db.migrate.__file__).parent / "migrations"))
    with database.begin() as db_session:
        config.attributes["connection"] = db_session.connection()
        command.downgrade(config, revision)


def test_new_database_holds_nobody_and_nothing(database):
    with database.read() as db_session:
        assert [
            table.name for table in Base.metadata.sorted_tables if db_session.execute(select(table)).first()
        ] == []


def test_sessions_of_a_version_without_trips_keep_all_that_they_had(database, make_user, make_session):
    ada = make_user("ada")
    session_id, (question_id, reply_id) = make_session(
        ada, ["Lisbon?", "Gladly."], pinned=True, archived=True, unseen=True
    )
    with database.begin() as db_session:
        db_session.add(Rating(message_id=reply_id, user_id=ada, value=-1, reason="Too short"))
        file = SessionFile(session_id=session_id, user_id=ada, message_id=question_id, name="a.txt", media_type="a/b")
        file.size, file.content = 5, b"Hello"
        thread = BackboardThread(session_id=session_id, backend="demo", thread_id="t", tip_id=reply_id)
        db_session.add_all([file, thread, Assistant(user_id=ada, backend="demo", assistant_id="a", brief_hash="")])
        db_session.flush()
        db_session.add(FileCopy(file_id=file.id, thread_row_id=thread.id, document_id="d", status="ready"))
        db_session.add(MemorySource(user_id=ada, backend="demo", memory_id="m", message_id=question_id))

    go_to(database, "0011")
    with database.read() as db_session:
        before = db_session.connection().exec_driver_sql(
            "SELECT pinned, archived, unseen, last_message_id FROM sessions"
        )
        assert [tuple(map(int, row)) for row in before] == [(1, 1, 1, reply_id)]
        rated = db_session.connection().exec_driver_sql("SELECT rating, rating_reason FROM messages WHERE id > 0")
        assert (-1, "Too short") in [tuple(row) for row in rated]
    migrate(database)

    with database.read() as db_session:
        (row,) = db.sessions.page(db_session, user_id=ada, archived=True, limit=5)
        shown = {name: getattr(row[0], name) for name in ("id", "pinned", "archived", "unseen", "last_message_id")}
        assert shown == {
            "id": session_id,
            "pinned": True,
            "archived": True,
            "unseen": True,
            "last_message_id": reply_id,
        }
        rating = db.ratings.get(db_session, reply_id, user_id=ada)
        assert rating is not None
        assert (rating.value, rating.reason) == (-1, "Too short")
        (kept,) = db.files.of_session(db_session, session_id, user_id=ada)
        assert (kept.name, kept.content, kept.trip_id) == ("a.txt", b"Hello", None)
        assert [one.document_id for one in db.files.copies(db_session, [kept.id])] == ["d"]
        assert db_session.scalars(select(MemorySource.memory_id)).all() == ["m"]
        assert [one.customer_id for one in db_session.scalars(select(Assistant))] == [None]
