"""The emulator's state file, without HTTP."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator.store import RunEnd, RunSettings, Store
from emulator.store.runs import Runs

SETTINGS = RunSettings("openai", "gpt-4o", "Auto", None, ("find_train",), {"reply_id": "7"})


@pytest.fixture
def store() -> Iterator[Store]:
    opened = Store(":memory:")
    yield opened
    opened.close()


def new_assistant(store: Store, account: str = "a") -> str:
    return str(store.assistants.create(account, "helper", {})["assistant_id"])


def test_memory_is_seen_only_when_its_operation_is_due(store: Store) -> None:
    assistant_id = new_assistant(store)
    later = store.memories.begin_operation(assistant_id, ["Prefers tea"], delay_s=60)
    now = store.memories.begin_operation(assistant_id, ["Is vegetarian"], delay_s=0)
    assert later is not None
    assert now is not None

    seen = [memory["content"] for memory in store.memories.all_of(assistant_id)]
    operations = [store.memories.operation("a", operation_id) for operation_id in (later, now)]

    assert seen == ["Is vegetarian"]
    assert [(one["status"], one["result_count"]) for one in operations if one] == [
        ("IN_PROGRESS", 0),
        ("COMPLETED", 1),
    ]


def test_operation_of_another_account_is_not_there(store: Store) -> None:
    operation_id = store.memories.begin_operation(new_assistant(store), [], delay_s=0)

    assert operation_id is not None
    assert store.memories.operation("b", operation_id) is None


def test_operation_of_a_deleted_assistant_is_not_begun(store: Store) -> None:
    assistant_id = new_assistant(store)
    store.assistants.delete("a", assistant_id)

    assert store.memories.begin_operation(assistant_id, ["Is vegetarian"], delay_s=0) is None


def test_deleted_assistant_takes_threads_and_memories_along(store: Store) -> None:
    assistant_id = new_assistant(store)
    thread_id = store.threads.create(assistant_id)["thread_id"]
    run = store.runs.begin(thread_id, assistant_id, "Hi", SETTINGS)
    memory_id = store.memories.add(assistant_id, "Prefers tea", None)["id"]

    store.assistants.delete("a", assistant_id)

    assert store.threads.get("a", thread_id) is None
    assert store.threads.get_message(run.message_id) is None
    assert store.memories.get(assistant_id, memory_id) is None
    assert store.runs.count("message") == 1


def test_unfinished_run_is_failed_by_the_next_start(tmp_path: Path) -> None:
    store = Store(tmp_path / "emulator.db")
    assistant_id = new_assistant(store)
    thread_id = store.threads.create(assistant_id)["thread_id"]
    done, waiting, unfinished = (store.runs.begin(thread_id, assistant_id, "Hi", SETTINGS) for _ in range(3))
    store.runs.end(done, RunEnd("COMPLETED", "Hello"))
    store.runs.end(waiting, RunEnd("REQUIRES_ACTION", "", tool_calls=[{"id": "call_1"}]))
    store.close()

    again = Store(tmp_path / "emulator.db")

    statuses = [again.runs.status(thread_id, run.run_id) for run in (done, waiting, unfinished)]
    assert statuses == ["COMPLETED", "REQUIRES_ACTION", "FAILED"]
    assert again.runs.pending(thread_id) == waiting
    rows = again.threads.latest_messages(thread_id, limit=6)
    assert [row["status"] for row in rows if row["role"] == "assistant"] == statuses
    again.close()


def test_failed_transaction_leaves_nothing(store: Store) -> None:
    assistant_id = new_assistant(store)

    with pytest.raises(Exception, match="FOREIGN KEY"):
        store.runs.begin("no such thread", assistant_id, "Hi", SETTINGS)

    assert store.runs.count("message") == 0


@pytest.mark.parametrize("content", ["not a database, but long enough to be taken for one at first sight", ""])
def test_file_that_cannot_be_used_is_not_kept_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    (tmp_path / "emulator.db").write_text(content)

    class Closed(sqlite3.Connection):
        closed = False

        def close(self) -> None:
            self.closed = True
            super().close()

    opened: list[Closed] = []

    def connect(*args: Any, **options: Any) -> sqlite3.Connection:
        opened.append(really_connect(*args, factory=Closed, **options))
        return opened[-1]

    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    really_connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", connect)
    monkeypatch.setattr(Runs, "fail_unfinished", fail)

    with pytest.raises(sqlite3.Error):
        Store(tmp_path / "emulator.db")

    assert [one.closed for one in opened] == [True]
