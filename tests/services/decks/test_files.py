"""Files of decks: who gets one, what is noted, and when there are too many at once."""

import threading
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

import pytest
from sqlalchemy import select

from db.models import AuditEntry, Deck
from services.decks import files as deck_files
from services.decks.files import DeckFiles, DeckFormat
from services.errors import ExportRunningError, NotFoundError
from tests.helpers.deck_places import Decks, planning  # noqa: F401 - a fixture

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_file_is_named_after_its_deck_and_noted(planning: Decks, database):
    files = DeckFiles(database)
    proposed = files.export(planning.trip, DeckFormat.MARKDOWN, user_id=planning.cleo)
    planning.decks.make(planning.trip, user_id=planning.ada)
    made = files.export(planning.trip, DeckFormat.JSON, user_id=planning.cleo)

    assert proposed.name == "Lisbon-in-May.md"
    assert made.name == "Lisbon-in-May.json"
    with database.read() as db_session:
        noted = db_session.execute(
            select(AuditEntry.target_kind, AuditEntry.target_id, AuditEntry.detail)
            .where(AuditEntry.action == "export", AuditEntry.user_id == planning.cleo)
            .order_by(AuditEntry.id)
        ).all()
        deck_id = db_session.scalar(select(Deck.id))
    assert noted == [("trip", planning.trip_id, "md"), ("deck", deck_id, "json")]
    with pytest.raises(NotFoundError):
        files.export(planning.trip, DeckFormat.JSON, user_id=planning.eve)


def test_files_are_made_one_by_one_and_a_long_line_is_refused(planning: Decks, database, monkeypatch):
    monkeypatch.setattr(deck_files, "_IN_LINE", 3)
    begun, go_on, busy = threading.Semaphore(0), threading.Semaphore(0), threading.Lock()

    def slow(_edition):
        assert busy.acquire(blocking=False), "two at once"
        begun.release()
        assert go_on.acquire(timeout=20)
        busy.release()
        return b"made"

    monkeypatch.setitem(deck_files._MADE_BY, DeckFormat.JSON, slow)
    files = DeckFiles(database)

    def export():
        return files.export(planning.session, DeckFormat.JSON, user_id=planning.ada).content

    with ThreadPoolExecutor(4) as pool:
        made = [pool.submit(export) for _ in range(4)]
        assert begun.acquire(timeout=20)
        [refused] = wait(made, timeout=20, return_when=FIRST_COMPLETED).done
        assert isinstance(refused.exception(), ExportRunningError)
        go_on.release(3)
        assert [one.result() for one in made if one is not refused] == [b"made"] * 3
