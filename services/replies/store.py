"""What the runner reads and writes of a reply: claims, checkpoints and the end. All synchronous."""

import logging
import time
from collections.abc import Sequence, Set
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

import db.files
import db.follow_ups
import db.messages
import db.replies
import db.search
import db.sessions
import db.sides
import db.threads
import db.usage
from db.assistants import Whose
from db.engine import Database
from db.models import ChatSession, Message, utc_now
from db.plain import Plain
from services.backboard.threads import SessionThread
from services.intake import kept_count, kept_model, kept_name, kept_text
from services.message_status import MessageStatus
from services.model_names import changed_sentence, model_here
from services.parts import NoticePart, read_part, stored_part
from services.replies.briefs import trip_brief
from services.replies.leases import LEASE, Lease, Leases
from services.replies.live import LiveReply
from services.replies.records import Ending, ReplySnapshot, Work
from services.sessions.file_types import with_file_names
from services.sessions.turns import send_waiting
from services.texts import preview
from services.usage.costs import CostService

log = logging.getLogger("travelbot.replies")

_TO_BEGIN = timedelta(seconds=1)
_MAX_ERROR_CHARS = 1_000  # what the columns take
_MAX_OPERATION_CHARS = 64
_CUSTOMER_GONE = "The trip's customer was deleted before this was sent. Write it again."


class NotOursError(Exception):
    """Another process took the reply over, or the session was deleted."""


class _Wanted(NamedTuple):
    """A reply to be taken: one that nobody holds, or whose lease nobody renews."""

    reply_id: int
    fence: int
    lease: datetime | None = None


class ReplyStore:
    """The rows of replies that this process (*owner*) holds."""

    def __init__(self, database: Database, costs: CostService, *, owner: str, default_model: str) -> None:
        self._db = database
        self._costs = costs
        self._owner = owner
        self._default_model = default_model
        self._leases = Leases()

    def claim_born(self, born: Set[int], limit: int, but: Set[int]) -> list[Work]:
        """Take at most *limit* replies of *born* without *but*; nobody can have held them yet."""
        return self._taken([_Wanted(reply_id, 0) for reply_id in sorted(born - but)[:limit]])

    def claim_free(self, limit: int, but: Set[int], *, newborn: bool) -> list[Work]:
        """Look for unfinished replies that no process holds, none of *but*, and take at most *limit* of them.

        Who waits for a reply most often reads it from the process that wrote it down, and that begins it. So unless
        *newborn* ones are wanted, it has a second for that.
        """
        return self._taken(self._look(limit, but, utc_now() - (timedelta() if newborn else _TO_BEGIN))[:limit])

    def _taken(self, wanted: "Sequence[_Wanted]") -> list[Work]:
        if not wanted:
            return []
        claimed = []
        with self._db.begin(relaxed=True) as db_session:
            for one in wanted:
                try:
                    if (work := self._claimed(db_session, one)) is not None:
                        claimed.append(work)
                except (TypeError, ValueError):  # a newer version wrote it, and may take it after the lease
                    log.exception("reply cannot be read", extra={"reply": one.reply_id})
        return claimed

    def _look(self, limit: int, but: Set[int], until: datetime) -> "list[_Wanted]":
        with self._db.read() as db_session:
            free = db.replies.free(db_session, limit=limit + len(but), until=until)
            held = [Lease(*row) for row in db.replies.leases(db_session) if row[0] not in but]
        silent = self._leases.silent(held, now=time.monotonic(), at=utc_now())
        wanted = [_Wanted(reply_id, fence) for reply_id, fence in free if reply_id not in but]
        wanted += [_Wanted(lease.reply_id, lease.fence, lease.until) for lease in silent]
        return sorted(wanted)

    def _claimed(self, db_session: Session, wanted: "_Wanted") -> Work | None:
        """Take one reply; None if another process was faster, it is over, or its question is gone."""
        now = utc_now()
        reply = db.replies.claim(
            db_session, wanted.reply_id, fence=wanted.fence, lease=wanted.lease, owner=self._owner, until=now + LEASE
        )
        if reply is None:
            return None
        asked = db.replies.asked(db_session, reply.parent_id) if reply.parent_id else None
        if asked is None:
            _fail(db_session, reply, "question_gone", "The message that this replies to is gone.")
            return None
        customer_id = reply.memory_customer_id
        whose = db.sides.whose(db_session, customer_id, owner_id=asked.owner_id)
        if whose is None:
            if reply.sent_at is None:
                _fail(db_session, reply, "customer_gone", _CUSTOMER_GONE)
                return None
            whose = Whose(asked.owner_id, customer_id)  # its answer may be there all the same
        trip_id = asked.trip_id if asked.customer_id == customer_id else None  # else the session was moved since
        names = db.files.names_with(db_session, asked.id) if asked.has_files else ()
        model, parts = reply.model or asked.model, tuple(map(read_part, reply.parts))
        instead_of = None
        if reply.sent_at is None and (here := model_here(model, default=self._default_model)) != model:
            instead_of, model, parts = model, here, (NoticePart(changed_sentence(model, here)),)
            values = {"model": model, "parts": list(map(stored_part, parts))}
            db.replies.change_held(db_session, reply.id, fence=reply.fence, values=values)
        return Work(
            reply_id=reply.id,
            fence=reply.fence,
            session_id=reply.session_id,
            user_id=reply.user_id,
            owner_id=asked.owner_id,
            whose=whose,
            trip_id=trip_id,
            in_trip=asked.trip_id is not None,
            brief=None if trip_id is None else trip_brief(db_session, asked),
            question_id=asked.id,
            question=with_file_names(asked.content, names),
            has_files=asked.has_files or (trip_id is not None and asked.trip_has_files),
            asked_at=reply.created_at,
            model=model,
            instead_of=instead_of,
            memory=asked.memory,
            instructions=asked.instructions,
            web_search=asked.web_search,
            sent=reply.sent_at is not None,
            taken_over=wanted.lease is not None,
            earlier_ids=_broken_off(db_session, reply, asked),
            run_id=reply.run_id,
            text=reply.content,
            parts=parts,
            stop_requested=reply.stop_requested_at is not None,
        )

    def mark_sent(self, work: Work, thread: SessionThread) -> None:
        """Write down that the call is about to be made, in this thread. Raises NotOursError."""
        now = utc_now()
        values = {"status": "running", "sent_at": now, "lease_until": now + LEASE}
        self._change(work, thread, work.reply_id, values, brief_hash=work.brief.hash if work.brief else None)

    def mark_not_sent(self, work: Work, thread: SessionThread) -> None:
        """Write down that Backboard refused the call before anything was run. Raises NotOursError."""
        self._change(
            work, thread, thread.tip_id, {"sent_at": None}, brief_hash=work.brief.known_hash if work.brief else None
        )

    def _change(
        self,
        work: Work,
        thread: SessionThread,
        tip_id: int | None,
        values: dict[str, Any],
        *,
        brief_hash: str | None,
    ) -> None:
        with self._db.begin() as db_session:
            if work.brief is not None and work.trip_id is not None and work.brief.hash != work.brief.known_hash:
                db.sessions.note_brief(db_session, work.session_id, trip_id=work.trip_id, content_hash=brief_hash)
            db.threads.move_tip(db_session, thread.row_id, tip_id)
            if not db.replies.change_held(db_session, work.reply_id, fence=work.fence, values=values):
                raise NotOursError

    def checkpoint(self, running: Sequence[tuple[Work, LiveReply]]) -> tuple[set[int], set[int]]:
        """Save the text so far of many replies and renew their leases, in one transaction.

        Returns the ids of replies that are no longer ours, and of those somebody asked to stop.
        """
        by_id = {work.reply_id: (work, live) for work, live in running}
        until = utc_now() + LEASE
        with self._db.begin(relaxed=True) as db_session:
            rows = db.replies.lock_held(db_session, {work.reply_id: work.fence for work, _ in running})
            saved = {reply_id: by_id[reply_id][1].changes for reply_id, _ in rows}
            changed = {one for one, changes in saved.items() if changes != by_id[one][1].saved_changes}
            lease = {"lease_until": until}
            db.replies.change_locked(db_session, {one: lease | _live_values(by_id[one][1]) for one in changed})
            db.replies.change_locked(db_session, {one: lease for one in saved.keys() - changed})
        for reply_id, changes in saved.items():
            by_id[reply_id][1].saved_changes = changes
        kept = {row[0] for row in rows}
        return by_id.keys() - kept, {row[0] for row in rows if row[1] is not None}

    def is_there(self, work: Work) -> bool:
        """Return whether a reply is there still, whoever holds it: its session was not deleted."""
        with self._db.read() as db_session:
            return db.replies.is_there(db_session, work.reply_id)

    def release(self, running: Sequence[tuple[Work, LiveReply]]) -> None:
        """Save the text so far and let any process take the replies over, now."""
        with self._db.begin() as db_session:
            for work, live in sorted(running, key=lambda one: one[0].reply_id):
                values = _live_values(live) | {"lease_until": None}
                db.replies.change_held(db_session, work.reply_id, fence=work.fence, values=values)

    def end(self, work: Work, snapshot: ReplySnapshot, ending: Ending, first_text_at: datetime | None) -> bool:
        """Write the end of a reply, exactly once; after a whole one, send the next message that waits.

        Returns whether one was sent.

        Raises NotOursError.
        """
        now = utc_now()
        ending = _kept(ending)
        with self._db.begin(relaxed=True) as db_session:
            if work.instead_of is not None:
                db.sessions.change_model(db_session, work.session_id, before=work.instead_of, now=work.model)
            db.sessions.count_reply(
                db_session,
                work.session_id,
                now=now,
                tokens=(ending.input_tokens or 0) + (ending.output_tokens or 0),
                cost_micros=ending.cost_micros,
                preview=preview(snapshot.text) if snapshot.text else None,
            )
            values = _text_values(snapshot) | _end_values(work, ending, now) | {"first_text_at": first_text_at}
            if not db.replies.change_held(db_session, work.reply_id, fence=work.fence, values=values):
                raise NotOursError
            _count(db_session, work, ending, first_text_at, now)
            if snapshot.text:
                db.search.put(db_session, work.reply_id, work.session_id, snapshot.text)
            return ending.status is MessageStatus.COMPLETE and self._followed(db_session, work)

    def _followed(self, db_session: Session, work: Work) -> bool:
        """Send the next message that waits in the session, if there is one, it may be sent, and nobody said stop.

        What waited when the session was moved to another customer waits for a person: it was meant for another.
        """
        if not db.follow_ups.count(db_session, work.session_id):
            return False
        if db.replies.stop_requested(db_session, work.reply_id):  # too late for the reply, not for what waits
            return False
        author_id = db.follow_ups.first_author_id(db_session, work.session_id)
        if author_id is not None and not self._costs.allows(db_session, user_id=author_id):
            return False
        session = db_session.get_one(ChatSession, work.session_id)
        if session.deleted_at is not None:  # with its trip, which may come back
            return False
        if db.sides.customer_of(db_session, session) != work.whose.customer_id:
            return False
        if db.sides.is_from_before(session, db.follow_ups.first_id(db_session, work.session_id)):
            return False
        if author_id is not None and not self._costs.guests.take(db_session, author_id):
            return False
        return send_waiting(db_session, work.session_id) is not None


def _broken_off(db_session: Session, reply: Plain[Message], asked: db.replies.Asked) -> frozenset[int]:
    """Return the earlier replies to the same question that were sent, on the same side, and did not end whole."""
    return frozenset(
        row.id
        for row in db.messages.replies_to(db_session, asked.id, user_id=asked.owner_id)
        if row.id < reply.id
        and row.sent_at is not None
        and row.status != MessageStatus.COMPLETE
        and row.memory_customer_id == reply.memory_customer_id
    )


def _fail(db_session: Session, reply: Plain[Message], code: str, sentence: str) -> None:
    """End a reply that was just claimed, before anything was sent."""
    values = {"status": MessageStatus.FAILED.value, "ended_at": utc_now(), "lease_until": None}
    values |= {"error_code": code, "error_text": sentence}
    db.replies.change_held(db_session, reply.id, fence=reply.fence, values=values)


def _end_values(work: Work, ending: Ending, now: datetime) -> dict[str, Any]:
    return {
        "status": ending.status.value,
        "error_code": ending.error_code,
        "error_text": ending.error_text,
        "model": ending.model or work.model,
        "input_tokens": ending.input_tokens,
        "output_tokens": ending.output_tokens,
        "cost_micros": ending.cost_micros,
        "memory_operation_id": ending.memory_operation_id,
        "ended_at": now,
        "lease_until": None,
    }


def _kept(ending: Ending) -> Ending:
    """Return an ending of which everything that Backboard said can be kept, and be added to what is known."""
    return replace(
        ending,
        error_text=kept_text(ending.error_text)[:_MAX_ERROR_CHARS] or None,
        model=kept_model(ending.model),
        input_tokens=kept_count(ending.input_tokens),
        output_tokens=kept_count(ending.output_tokens),
        cost_micros=kept_count(ending.cost_micros),
        memory_operation_id=kept_name(ending.memory_operation_id, at_most=_MAX_OPERATION_CHARS),
    )


def _count(db_session: Session, work: Work, ending: Ending, first_text_at: datetime | None, now: datetime) -> None:
    """Add a reply that has just ended to what its planner used today."""
    waited = first_text_at - work.asked_at if first_text_at else None
    db.usage.add(
        db_session,
        user_id=work.user_id,
        day=now.date(),
        model=ending.model or work.model,
        replies=1,
        not_whole=int(ending.status is not MessageStatus.COMPLETE),
        input_tokens=ending.input_tokens or 0,
        output_tokens=ending.output_tokens or 0,
        cost_micros=ending.cost_micros or 0,
        unpriced=int(ending.cost_micros is None),
        first_text_ms=max(0, round(waited.total_seconds() * 1000)) if waited else 0,
        first_texts=int(waited is not None),
    )


def _live_values(live: LiveReply) -> dict[str, Any]:
    return _text_values(live.snapshot) | {"first_text_at": live.first_text_at, "run_id": kept_name(live.run_id)}


def _text_values(snapshot: ReplySnapshot) -> dict[str, Any]:
    return {
        "content": snapshot.text,
        "parts": [stored_part(part) for part in snapshot.parts],
        "updated_at": utc_now(),
    }
