"""Runs: what the model was asked, and what came of it.

A run has its user message and its assistant message in the thread; the assistant message is there from the start,
``IN_PROGRESS`` and empty, and gets its text when the run ends.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from sqlite3 import Row

from emulator.store.database import Database, Json, now_iso
from emulator.store.threads import Threads

MESSAGE, TOOL_OUTPUTS = "message", "tool_outputs"


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What a message says about how it is to be answered.

    *memory* is ``Auto``, ``Readonly`` or ``off``, *web_search* ``Auto`` or ``off``. There is a provider and a model,
    except where a fault is that none is named.
    """

    provider: str | None
    model: str | None
    memory: str
    system_prompt: str | None
    tools: tuple[str, ...]
    metadata: Json | None
    web_search: str = "off"


@dataclass(frozen=True, slots=True)
class Run:
    """One question to the model. *kind* is ``message`` or ``tool_outputs``."""

    run_id: str
    kind: str
    thread_id: str
    assistant_id: str
    user_message_id: str
    message_id: str
    content: str
    settings: RunSettings


@dataclass(frozen=True, slots=True)
class RunEnd:
    """What came of a run. *status* in upper case, as in a thread; *text* may be cut short."""

    status: str
    text: str
    reasoning: str = ""
    error: str | None = None
    tool_calls: Sequence[Json] = ()
    retrieved_memories: Sequence[Json] = ()
    memory_operation_id: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0


class Runs:
    """Reads and writes runs."""

    def __init__(self, database: Database, threads: Threads) -> None:
        self._db = database
        self._threads = threads

    def begin(self, thread_id: str, assistant_id: str, content: str, settings: RunSettings) -> Run:
        """Store a user message and begin the run that answers it."""
        with self._db.transaction():
            asked = self._threads.add_message(thread_id, "user", content, metadata=settings.metadata)
            return self._insert(MESSAGE, thread_id, assistant_id, asked, content, settings)

    def go_on(self, pending: Run, outputs: Mapping[str, str], settings: RunSettings) -> Run:
        """Store the outputs of a pending run's tools (by call id) and begin the run that continues it."""
        names = {call["id"]: call["function"]["name"] for call in self.tool_calls(pending.run_id)}
        with self._db.transaction():
            self._set_status(pending, "COMPLETED")
            for call_id, output in outputs.items():
                metadata = {"tool_call_id": call_id, "tool_name": names[call_id], "run_id": pending.run_id}
                self._threads.add_message(pending.thread_id, "tool", output, metadata=metadata)
            return self._insert(
                TOOL_OUTPUTS,
                pending.thread_id,
                pending.assistant_id,
                pending.user_message_id,
                pending.content,
                settings,
            )

    def end(self, run: Run, end: RunEnd) -> None:
        """Store what came of a run, in the run and in its assistant message."""
        metadata: Json = {"run_id": run.run_id}
        if end.tool_calls:
            metadata["tool_calls"] = list(end.tool_calls)
        if end.error is not None:
            metadata["error"] = end.error
        with self._db.transaction():
            self._db.run(
                "UPDATE messages SET status = ?, content = ?, metadata = ?, input_tokens = ?, output_tokens = ?"
                " WHERE message_id = ?",
                end.status,
                end.text or None,
                json.dumps(metadata),
                end.input_tokens,
                end.output_tokens,
                run.message_id,
            )
            self._db.run(
                "UPDATE runs SET status = ?, text = ?, reasoning = ?, error = ?, tool_calls = ?,"
                " retrieved_memories = ?, memory_operation_id = ?, input_tokens = ?, output_tokens = ?, ended_at = ?"
                " WHERE run_id = ?",
                end.status,
                end.text,
                end.reasoning or None,
                end.error,
                json.dumps(list(end.tool_calls)),
                json.dumps(list(end.retrieved_memories)),
                end.memory_operation_id,
                end.input_tokens,
                end.output_tokens,
                now_iso(),
                run.run_id,
            )

    def pending(self, thread_id: str) -> Run | None:
        """Return the run of a thread that waits for the outputs of its tools, or None."""
        row = self._db.one(
            "SELECT * FROM runs WHERE thread_id = ? AND status = 'REQUIRES_ACTION' ORDER BY seq DESC LIMIT 1",
            thread_id,
        )
        return self._run(row) if row else None

    def cancel_pending(self, pending: Run) -> None:
        """Give up a run that waits for the outputs of its tools."""
        with self._db.transaction():
            self._set_status(pending, "CANCELLED")

    def status(self, thread_id: str, run_id: str) -> str | None:
        """Return a run's status, or None when the thread had no such run."""
        row = self._db.one("SELECT status FROM runs WHERE thread_id = ? AND run_id = ?", thread_id, run_id)
        return row["status"] if row else None

    def system_prompts(self, thread_id: str) -> dict[str, str | None]:
        """Return the instructions that each user message of a thread was answered with, by its id."""
        rows = self._db.all(
            "SELECT user_message_id, json_extract(settings, '$.system_prompt') AS prompt FROM runs"
            " WHERE thread_id = ? AND kind = ?",
            thread_id,
            MESSAGE,
        )
        return {row["user_message_id"]: row["prompt"] for row in rows}

    def tool_calls(self, run_id: str) -> list[Json]:
        """Return the calls that a run asked for."""
        row = self._db.one("SELECT tool_calls FROM runs WHERE run_id = ?", run_id)
        calls: list[Json] = json.loads(row["tool_calls"] or "[]") if row else []
        return calls

    def fail_unfinished(self, error: str) -> None:
        """Mark runs that were being written by a process that is no more."""
        for row in self._db.all("SELECT * FROM runs WHERE status = 'IN_PROGRESS'"):
            self.end(self._run(row), RunEnd("FAILED", "", error=error))

    def count(self, kind: str) -> int:
        """Return how often the model was asked, ever, in this way."""
        row = self._db.one("SELECT count(*) AS n FROM runs WHERE kind = ?", kind)
        return row["n"] if row else 0

    def report(self) -> list[Json]:
        """Return every run that was asked for, oldest first."""
        return [
            {
                **{key: row[key] for key in ("run_id", "kind", "thread_id", "assistant_id", "user_message_id")},
                **{key: row[key] for key in ("message_id", "status", "text", "error", "started_at", "ended_at")},
                **{key: row[key] for key in ("input_tokens", "output_tokens", "memory_operation_id")},
                **json.loads(row["settings"]),
                "tool_calls": json.loads(row["tool_calls"] or "[]"),
            }
            for row in self._db.all("SELECT * FROM runs ORDER BY seq")
        ]

    def _set_status(self, run: Run, status: str) -> None:
        self._db.run("UPDATE runs SET status = ?, ended_at = ? WHERE run_id = ?", status, now_iso(), run.run_id)
        self._db.run("UPDATE messages SET status = ? WHERE message_id = ?", status, run.message_id)

    def _insert(
        self,
        kind: str,
        thread_id: str,
        assistant_id: str,
        user_message_id: str,
        content: str,
        settings: RunSettings,
    ) -> Run:
        run_id = f"run_{uuid.uuid4().hex}"
        message_id = self._threads.add_message(
            thread_id,
            "assistant",
            None,
            status="IN_PROGRESS",
            metadata={"run_id": run_id},
            model=(settings.provider, settings.model),
        )
        self._db.run(
            "INSERT INTO runs (run_id, kind, thread_id, assistant_id, user_message_id, message_id, status, settings,"
            " started_at) VALUES (?, ?, ?, ?, ?, ?, 'IN_PROGRESS', ?, ?)",
            run_id,
            kind,
            thread_id,
            assistant_id,
            user_message_id,
            message_id,
            json.dumps(
                {
                    "provider": settings.provider,
                    "model": settings.model,
                    "memory": settings.memory,
                    "system_prompt": settings.system_prompt,
                    "tools": list(settings.tools),
                    "metadata": settings.metadata,
                    "web_search": settings.web_search,
                }
            ),
            now_iso(),
        )
        return Run(run_id, kind, thread_id, assistant_id, user_message_id, message_id, content, settings)

    def _run(self, row: Row) -> Run:
        stored = json.loads(row["settings"])
        asked = self._threads.get_message(row["user_message_id"])
        return Run(
            row["run_id"],
            row["kind"],
            row["thread_id"],
            row["assistant_id"],
            row["user_message_id"],
            row["message_id"],
            (asked["content"] if asked else None) or "",
            RunSettings(**{**stored, "tools": tuple(stored["tools"])}),
        )
