"""What whoever has a link can do: look, comment, decide, take files. Without an account."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

import db.audit
import db.comments
import db.reviews
import db.tries
from db.engine import Database
from db.models import AuditAction, ReviewComment, ReviewReader, ReviewVersion, utc_now
from exports.decks.records import Edition
from exports.reviews.records import DeckSnapshot, Snapshot
from services.accounts.passwords import Compare
from services.errors import (
    InvalidInputError,
    NotFoundError,
    NotPossibleError,
    TooManyCommentsError,
)
from services.reviews.comments import NOWHERE, change_comment, check_room, decide, first_of, place
from services.reviews.decks import edition
from services.reviews.doors import GONE, Door, Open, is_key, key_hash
from services.reviews.files import ReceiptKind, ReviewFiles, Told
from services.reviews.guesses import (
    check_guesses,
    count_kept,
    count_said,
    count_wrong_link,
)
from services.reviews.links import token_hash
from services.reviews.passcodes import Passcodes
from services.reviews.records import Decision, DecisionKind, ReviewMay, ReviewState, Thread, Version, Visit
from services.reviews.reviews import settle
from services.reviews.state import state_of
from services.reviews.texts import clean_comment, clean_reader_name, is_anchor
from services.reviews.views import Whose, decisions, settings_of, snapshot, threads, version
from services.texts import name_key
from services.transfer.transfer import ExportFile

MAX_ANSWERS = 100  # in one thread, which is drawn as a whole
NEWS, PASSAGES = 10, 100  # threads
_OPENED_EVERY = timedelta(minutes=1)
_MAIL_WAITS = timedelta(minutes=10)


def new_reader_key() -> str:
    """Return what a browser keeps, to be known again on the links that it opens: 128 bits."""
    return secrets.token_urlsafe(16)


class VisitService:
    """What a link opens, for whoever has its token.

    *token* is the link's secret, *key* what the browser keeps to be known again (None: nothing). A link that is
    revoked, has ended, never was, or whose planner is disabled is the same to them: NotFoundError. Raises
    PasscodeNeededError from every method until `unlock`, and DatabaseUnavailableError when the database is away.
    """

    def __init__(
        self, database: Database, files: ReviewFiles, *, compare: Compare, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._db = database
        self._door = Door(database, clock)
        self._passcodes = Passcodes(database, self._door, compare, clock)
        self._clock = clock
        self._files = files

    def find(self, token: str, key: str | None = None, *, address: str | None = None) -> int:
        """Return the id of a link that opens, with or without a passcode; whoever guesses has to wait.

        A browser that was here before need not: others who have its address cannot lock it out. Raises
        NotFoundError, TooManyGuessesError.
        """
        with self._db.read() as db_session:
            found = db.reviews.active_by_token(db_session, token_hash(token), now=self._clock())
            if found and key and db.reviews.reader(db_session, found[0].id, key_hash(found[0].id, key)):
                return found[0].id
            check_guesses(db_session, address, now=self._clock())
        if found is None:
            if address is not None:
                with self._db.begin() as db_session:
                    count_wrong_link(db_session, address, now=self._clock())
            raise NotFoundError(GONE)
        return found[0].id

    def unlock(self, token: str, key: str, passcode: str, *, address: str | None = None) -> None:
        """Let a browser in that knows the passcode, until it becomes another.

        Raises WrongPasscodeError, TooManyGuessesError, DoorBusyError, NotFoundError.
        """
        known = self._passcodes.known(token, passcode, address=address)
        if known is not None:
            with self._db.begin() as db_session:
                self._door.let_in(db_session, self._door.row(db_session, token), key, known)

    def look(
        self, token: str, key: str | None, *, since: tuple[int, int] | None = None, alone: bool = False
    ) -> Visit:
        """Return what the link shows. *key* is noted, and what it has seen from now on.

        *since* is (version, comment id), seen last before this tab was opened: what came later is new. None: as the
        browser was last here. *alone*: a page that is open looks by itself, and perhaps nobody sees it.

        Raises NotFoundError, PasscodeNeededError.
        """
        key = key if key and is_key(key) else None
        with self._door.opened(token, key) as link:
            visit = self._visit(link, since)
            noted = link.row.last_opened_at
            to_note = noted is None or link.now - noted >= _OPENED_EVERY
            if key is not None:
                to_note |= link.reader is None or (not alone and not _has_seen(link.reader, visit))
        return self._noted(token, key, visit, alone=alone) if to_note else visit

    def seen(self, token: str, key: str | None) -> tuple[int, int]:
        """Return the version and the comment that a browser saw last: (0, 0) where it was never here."""
        with self._door.opened(token, key) as link:
            return (link.reader.seen_version, link.reader.seen_comment_id) if link.reader else (0, 0)

    def shown(self, token: str, key: str | None, *, number: int | None = None) -> tuple[Version, Snapshot]:
        """Return what a link shows, or showed in the version of this *number*. Raises NotFoundError."""
        with self._door.opened(token, key) as link:
            one, sha256 = _found(link, number)
            return version(one, sha256), snapshot(link.db_session, one.snapshot_id)

    def deck(self, token: str, key: str | None, *, number: int | None = None) -> Edition:
        """Return what is needed to draw the deck that a link shows, or showed. Raises NotFoundError."""
        with self._door.opened(token, key) as link:
            one, _ = _found(link, number)
            rows = db.reviews.decisions(link.db_session, [link.row.id])
            state, _ = state_of(rows, version_id=one.id, approvals=link.row.approvals)
            return edition(link.db_session, link.row, snapshot(link.db_session, one.snapshot_id), state)

    def snapshot_pdf(self, token: str, key: str | None, *, zone: tzinfo) -> ExportFile:
        """Return what the link shows as a PDF. Raises NotPossibleError where it is not to be, ExportRunningError."""
        visit = self.look(token, key)
        deck = (
            self.deck(token, key, number=visit.version.number) if isinstance(visit.snapshot, DeckSnapshot) else None
        )
        file = self._files.snapshot(visit, zone=zone, deck=deck)
        self._note_download(token, key, "pdf")
        return file

    def receipt(self, token: str, key: str, *, kind: ReceiptKind, zone: tzinfo) -> ExportFile:
        """Return all decisions and what this browser's was about. Raises NotPossibleError, ExportRunningError."""
        visit = self.look(token, key)
        if visit.my_decision is None:
            raise NotPossibleError("There is a receipt as soon as you have decided.")
        about = self.shown(token, key, number=visit.my_decision.version)
        told = Told(visit.planner, visit.settings, visit.state, visit.approved, visit.decisions, *about)
        file = self._files.receipt(told, kind, zone=zone, now=self._clock())
        self._note_download(token, key, f"receipt {kind}")
        return file

    def threads(
        self, token: str, key: str | None, *, anchor: str | None, limit: int = 20, before_id: int | None = None
    ) -> tuple[Thread, ...]:
        """Return what was said about a message (None: the whole), latest first."""
        if anchor is not None and not is_anchor(anchor):
            return ()
        with self._door.opened(token, key) as link:
            firsts = db.comments.threads(
                link.db_session,
                [link.row.id],
                internal=False,
                limit=max(1, min(limit, 101)),
                before_id=before_id,
                anchor=anchor,
                whole=anchor is None,
            )
            return _theirs(link, threads(link.db_session, firsts, link.numbers, link.whose, internal=False))

    def comment(
        self,
        token: str,
        key: str,
        text: str,
        *,
        name: str,
        anchor: str | None = None,
        passage: str | None = None,
        before: str | None = None,
        thread_id: int | None = None,
        address: str | None = None,
    ) -> Thread:
        """Say something about what the link shows, or answer in a thread; return the thread.

        *before* is words that stand right before the passage: they tell which one is meant where there are several.

        Raises InvalidInputError, NotPossibleError where the link is only to be looked at, TooManyCommentsError.
        """
        cleaned, called = clean_comment(text), clean_reader_name(name)
        with self._door.held(token, key) as link:
            _may(link, ReviewMay.COMMENT, ReviewMay.DECIDE)
            count_said(link.db_session, address, now=link.now)  # also where its passage stands nowhere
        with self._door.opened(token, key) as link:  # to read a long text takes its time: nobody waits for it
            shown, _ = link.shown
            about = place(link.db_session, shown, anchor, passage, before) if thread_id is None else NOWHERE
        with self._door.held(token, key) as link:
            _may(link, ReviewMay.COMMENT, ReviewMay.DECIDE)
            reader = self._door.known(link, key, called)
            check_room(link.db_session, link.row.id, reader_id=reader.id)
            _is_not_the_planner(link, called)
            count_kept(link.db_session, link.row.id, now=link.now)
            made = ReviewComment(
                review_id=link.row.id,
                version_id=shown.id,
                anchor=about[0],
                passage=about[1],
                passage_before=about[2],
                reader_id=reader.id,
                name=called,
                text=cleaned,
                created_at=link.now,
            )
            if thread_id is not None:
                first = first_of(link.db_session, thread_id, link.row.id, internal=False)
                if db.comments.count_answers(link.db_session, first.id) >= MAX_ANSWERS:
                    raise TooManyCommentsError("This talk is a long one. Please begin a new comment.")
                made.thread_id = first.id
                first.resolved_at = first.resolved_by = first.resolved_version = None  # it is not done, they say
            link.db_session.add(made)
            self._came(link)
            self._door.note(link.db_session, link.row.id, AuditAction.COMMENT, f"comment {made.id} by {called}")
            return self._thread(link, made, reader)

    def change(self, token: str, key: str, comment_id: int, text: str, *, address: str | None = None) -> Thread:
        """Write a comment of one's own anew, within 15 minutes.

        Raises InvalidInputError, NotPossibleError, NotFoundError, TooManyCommentsError.
        """
        return self._change(token, key, comment_id, clean_comment(text), address)

    def take_back(self, token: str, key: str, comment_id: int) -> Thread:
        """Take a comment of one's own back, within 15 minutes. Raises NotPossibleError, NotFoundError."""
        return self._change(token, key, comment_id, None)

    def decide(
        self,
        token: str,
        key: str,
        kind: DecisionKind,
        *,
        name: str,
        sha256: str,
        note: str = "",
        address: str | None = None,
    ) -> Decision:
        """Decide about the snapshot of this hash, which has to be what the link shows now; return the decision.

        Raises ReviewChangedError, InvalidInputError, NotPossibleError where the link is not for that,
        TooManyCommentsError.
        """
        with self._door.held(token, key) as link:
            _may(link, ReviewMay.DECIDE)
            count_said(link.db_session, address, now=link.now)
            count_kept(link.db_session, link.row.id, now=link.now, decision=True)
            called = clean_reader_name(name)
            _is_not_the_planner(link, called)
            reader = self._door.known(link, key, called)
            made = decide(
                link.db_session,
                link.row,
                kind,
                name=name,
                sha256=sha256,
                note=note,
                now=link.now,
                reader_id=reader.id,
            )
            self._came(link)
            self._door.note(link.db_session, link.row.id, AuditAction.DECIDE, f"{kind} by {reader.name}")
            return made

    def _change(self, token: str, key: str, comment_id: int, text: str | None, address: str | None = None) -> Thread:
        with self._door.held(token, key) as link:
            found = db.comments.get(link.db_session, comment_id, review_id=link.row.id)
            if text is not None:
                _may(link, ReviewMay.COMMENT, ReviewMay.DECIDE)
                count_said(link.db_session, address, now=link.now)
                count_kept(link.db_session, link.row.id, now=link.now)
            change_comment(found, text, link.whose)
            assert found is not None
            self._came(link)
            action = AuditAction.TAKE_BACK_COMMENT if text is None else AuditAction.CHANGE_COMMENT
            self._door.note(link.db_session, link.row.id, action, f"comment {comment_id} by {found.name}")
            return self._thread(link, found, link.reader)

    def _thread(self, link: Open, row: ReviewComment, reader: ReviewReader | None) -> Thread:
        first = first_of(link.db_session, row.thread_id or row.id, link.row.id, internal=False)
        whose = Whose(link.now, reader_id=reader.id if reader else 0)
        return _theirs(link, threads(link.db_session, [first], link.numbers, whose, internal=False))[0]

    def _visit(self, link: Open, since: tuple[int, int] | None) -> Visit:
        db_session, row, reader = link.db_session, link.row, link.reader
        theirs = [one.id for one, _ in link.versions if one.number >= _first_seen(link)]
        rows = db.reviews.decisions(db_session, [row.id])
        state, approved = state_of(rows, version_id=link.shown[0].id, approvals=row.approvals)
        decided = decisions(rows, link.numbers, link.shown[0].id)
        mine = [one.id for one in rows if reader is not None and one.reader_id == reader.id]
        seen_version, seen_id = since or ((reader.seen_version, reader.seen_comment_id) if reader else (0, 0))
        return Visit(
            review_id=row.id,
            planner=link.planner,
            settings=settings_of(row),
            state=ReviewState(state),
            approved=approved,
            version=version(*link.shown),
            snapshot=snapshot(db_session, link.shown[0].snapshot_id),
            decisions=decided,
            my_decision=next((one for one in reversed(decided) if mine and one.id == mine[-1]), None),
            threads=db.comments.count_threads(db_session, [row.id], internal=False),
            passages=tuple(db.comments.open_passages(db_session, row.id, of=theirs, limit=PASSAGES)),
            news=self._news(link, seen_id) if seen_version else (),
            name=(reader.name if reader else None) or "",
            seen_version=seen_version,
            seen_comment_id=seen_id,
            latest_comment_id=db.comments.latest_id(db_session, row.id),
            changed=row.changed,
        )

    def _news(self, link: Open, seen_id: int) -> tuple[Thread, ...]:
        reader_id = link.reader.id if link.reader else None
        newer = db.comments.newer(link.db_session, link.row.id, than=seen_id, but_of=reader_id, limit=100)
        ids = list(dict.fromkeys(one.thread_id or one.id for one in newer))[:NEWS]
        firsts = db.comments.threads(link.db_session, [link.row.id], internal=False, limit=NEWS, thread_ids=ids)
        whose = Whose(link.now, reader_id=reader_id or 0, seen_id=seen_id)
        return _theirs(link, threads(link.db_session, firsts, link.numbers, whose, internal=False))

    def _noted(self, token: str, key: str | None, visit: Visit, *, alone: bool) -> Visit:
        """Write down that a link was opened, and what a browser has seen of it; return the visit as it is then."""
        with self._door.held(token, key) as link:
            row = link.row
            reader = self._door.reader(link.db_session, row, key) if key is not None else None
            if reader is not None and not alone:
                reader.seen_version, reader.seen_comment_id = visit.version.number, visit.latest_comment_id
            row.last_opened_at = link.now
            if row.opened_at is None:
                row.opened_at = link.now
                is_latest = row.changed == visit.changed
                self._came(link)
                return replace(visit, changed=row.changed) if is_latest else visit
        return visit

    def _note_download(self, token: str, key: str | None, what: str) -> None:
        with self._door.held(token, key) as link:  # it opens still, now that the file is made
            self._door.note(link.db_session, link.row.id, AuditAction.DOWNLOAD_REVIEW, what)

    def _came(self, link: Open) -> None:
        """Note that something came that the planner has not seen; mail tells them, not too often."""
        row = link.row
        row.unseen = True
        if row.mail_due_at is None or row.mail_due_at <= link.now - db.reviews.MAIL_KEPT:  # that one is sent no more
            row.mail_due_at = max(link.now, (row.mailed_at or link.now - _MAIL_WAITS) + _MAIL_WAITS)
        settle(link.db_session, row)


def _found(link: Open, number: int | None) -> tuple[ReviewVersion, str]:
    """Return a version and its snapshot's hash, the latest where none is named. Raises NotFoundError."""
    since = _first_seen(link)
    for one, sha256 in reversed(link.versions):
        if number is None or one.number == number >= since:
            return one, sha256
    raise NotFoundError("There is no such version.")


def _first_seen(link: Open) -> int:
    """Return the number of the version that was shown when this browser came: what was before is not theirs."""
    before = [one.number for one, _ in link.versions if link.reader is None or one.id < link.reader.id]
    return max(before, default=1)


def _theirs(link: Open, found: tuple[Thread, ...]) -> tuple[Thread, ...]:
    """Return threads without words of versions from before this browser came."""
    since = _first_seen(link)
    return tuple(one if one.first.version >= since else replace(one, passage=None, before=None) for one in found)


def _has_seen(reader: ReviewReader, visit: Visit) -> bool:
    return (reader.seen_version, reader.seen_comment_id) == (visit.version.number, visit.latest_comment_id)


def _is_not_the_planner(link: Open, name: str) -> None:
    """Raise InvalidInputError for a reader who would be taken for the planner."""
    if name_key(name) == name_key(link.planner):
        raise InvalidInputError(f"{link.planner} shares this with you. Please give your own name.")


def _may(link: Open, *allowed: ReviewMay) -> None:
    if ReviewMay(link.row.may) not in allowed:
        raise NotPossibleError("This link is not for that. Ask whoever sent it to you.")
