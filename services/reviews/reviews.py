"""What a planner does with links: share, change, revoke, share again; and what is listed of them."""

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

import db.audit
import db.comments
import db.reviews
from db.engine import Database
from db.models import AuditAction, AuditTarget, ReviewVersion, User, utc_now
from db.models import Review as ReviewRow
from exports.decks.records import Edition
from exports.reviews.records import Snapshot, snapshot_hash, snapshot_text
from services.accounts.guests import refuse_guest
from services.accounts.passwords import hash_password
from services.accounts.roles import refuse_viewer, writing
from services.errors import InvalidInputError, NotFoundError, NotPossibleError
from services.reviews.decks import edition
from services.reviews.files import ReceiptKind, ReviewFiles, Told
from services.reviews.links import token_hash
from services.reviews.records import (
    LinkSettings,
    NewLink,
    Review,
    ReviewDetails,
    ReviewState,
    Shareable,
    Thing,
    ThingColumns,
    Version,
)
from services.reviews.state import state_of
from services.reviews.texts import clean_passcode, clean_settings
from services.reviews.views import decisions, has_ended, is_kept_by, review, snapshot, thing_of, version
from services.texts import clean_query
from services.transfer.transfer import ExportFile

MAX_LINKS, MAX_VERSIONS = 200, 200  # of one thing, of one link
_TRIES = 20  # to share again while others do; each of them that is in vain is one of theirs that is not
_TOKEN_BYTES = 24  # 192 bits
ONLY_ITS_OWN = "Only who made this link, or owns what it shows, can change it or give it a new address."


class ReviewService:
    """The links by which sessions and trips are reviewed. What is not a planner's does not exist: NotFoundError.

    *things* tells of each kind of thing, and of the deck of each, what an audience is shown of it.

    Raises DatabaseUnavailableError from every method when the database is away.
    """

    def __init__(
        self,
        database: Database,
        things: Mapping[tuple[str, bool], Shareable],
        files: ReviewFiles,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._db = database
        self._things = things
        self._clock = clock
        self._files = files

    def preview(
        self, thing: Thing, *, user_id: int, first_id: int | None = None, last_id: int | None = None
    ) -> Snapshot:
        """Return what an audience would see of a thing now. Raises NotFoundError, NotPossibleError."""
        return self._thing(thing).snapshot(thing.id, user_id=user_id, first_id=first_id, last_id=last_id)

    def share(
        self,
        thing: Thing,
        settings: LinkSettings,
        *,
        user_id: int,
        passcode: str | None = None,
        first_id: int | None = None,
        last_id: int | None = None,
    ) -> NewLink:
        """Keep a snapshot of a thing, of a session also from one message to another, and make a link that shows it.

        Raises InvalidInputError, NotPossibleError, NotFoundError, GuestLimitError, DoorBusyError.
        """
        refuse_viewer(self._db, user_id)
        now = self._clock()
        chosen = clean_settings(settings, now=now, passcode=passcode)
        passcode_hash = hash_password(clean_passcode(passcode)) if passcode else None
        made = self.preview(thing, user_id=user_id, first_id=first_id, last_id=last_id)
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        with writing(self._db, user_id) as db_session:
            refuse_guest(db_session, user_id, to="share for review")
            title, planner_id = self._hold(db_session, thing, user_id)
            if planner_id != user_id:  # who opens the link sees what was shared with few
                what = "its deck" if thing.deck else "it"
                raise NotPossibleError(f"Only the owner of this {thing.kind} can share {what} for review.")
            if db.reviews.count(db_session, **thing.link_columns) >= MAX_LINKS:
                raise NotPossibleError(f"This {thing.shown} has {MAX_LINKS} links already. Use one of them again.")
            row = ReviewRow(
                **thing.link_columns,
                user_id=planner_id,
                token_hash=token_hash(token),
                passcode_hash=passcode_hash,
                first_id=first_id,
                last_id=last_id,
                created_at=now,
                **chosen,
            )
            db_session.add(row)
            db_session.flush()
            self._show(db_session, row, made, number=1, now=now)
            self._note(db_session, row, AuditAction.SHARE, user_id, f"for {row.audience}")
            return NewLink(self._review(db_session, row, title), token)

    def share_again(self, review_ids: Collection[int], *, user_id: int) -> dict[int, bool]:
        """Show what these links are of as it is now; return of each whether that is something else.

        Decisions about what was shown before are outdated then. Raises NotFoundError; NotPossibleError, also when a
        message that a link begins or ends at is no longer shown. All of them or none.
        """
        refuse_viewer(self._db, user_id)
        for _ in range(_TRIES):
            changed = self._shared_again(sorted(set(review_ids)), user_id)
            if changed is not None:
                return changed
        raise NotPossibleError("This is being shared from elsewhere at the same moment. Please try again.")

    def _shared_again(self, review_ids: Sequence[int], user_id: int) -> dict[int, bool] | None:
        """Return what `share_again` does; None, with nothing done, where a link was shared again meanwhile.

        What it shows by then may be later than what was read here, and no link goes back to what was before.
        """
        with self._db.snapshot() as db_session:
            found = [self._found(db_session, one, user_id) for one in review_ids]
            shown = self._latest(db_session, review_ids)
        made: dict[tuple[Thing, int | None, int | None], Snapshot] = {}
        for row in found:
            part = thing_of(row), row.first_id, row.last_id
            if part not in made:
                made[part] = self.preview(part[0], user_id=user_id, first_id=row.first_id, last_id=row.last_id)
        with writing(self._db, user_id) as db_session:
            in_order = sorted({thing for thing, *_ in made}, key=lambda one: (one.kind != "trip", one.id))
            for thing in in_order:  # trips before sessions, as everywhere
                self._hold(db_session, thing, user_id)  # a new snapshot holds it
            rows = [self._locked(db_session, one, user_id) for one in review_ids]
            for row in rows:
                if has_ended(row, self._clock()):
                    raise NotPossibleError(f"The link for {row.audience} has ended. Extend it, or make a new one.")
            if self._latest(db_session, review_ids) != shown:
                return None
            return {
                row.id: self._renew(db_session, row, made[thing_of(row), row.first_id, row.last_id], user_id)
                for row in rows
            }

    def change(self, review_id: int, settings: LinkSettings, *, user_id: int, passcode: str | None = None) -> Review:
        """Change what is said of a link; one that had come to its end opens again with a later end.

        *passcode* None: as it is; empty: none any more. A new one is asked of those who were in, too. Raises
        InvalidInputError, NotFoundError, DoorBusyError; NotPossibleError for others who see it.
        """
        now = self._clock()
        clean_settings(settings, now=now, passcode=passcode, before=settings.ends_at)  # a hash takes its time
        passcode_hash = hash_password(clean_passcode(passcode)) if passcode else None
        with writing(self._db, user_id) as db_session:
            row = self._kept(db_session, review_id, user_id)
            chosen = clean_settings(settings, now=now, passcode=passcode, before=row.ends_at)
            told = [name for name, value in chosen.items() if getattr(row, name) != value]
            for name, value in chosen.items():
                setattr(row, name, value)
            if passcode is not None:
                row.passcode_hash = passcode_hash
                told.append("passcode")
            settle(db_session, row)
            self._note(db_session, row, AuditAction.CHANGE_REVIEW, user_id, ", ".join(told))
            return self._review(db_session, row)

    def revoke(self, review_id: int, *, user_id: int) -> Review:
        """End a link at once; what was said and decided stays. Raises NotFoundError."""
        with writing(self._db, user_id) as db_session:
            row = self._locked(db_session, review_id, user_id)
            if row.revoked_at is None:
                row.revoked_at = self._clock()
                db.reviews.touch(row)
                self._note(db_session, row, AuditAction.REVOKE_REVIEW, user_id, f"for {row.audience}")
            return self._review(db_session, row)

    def new_address(self, review_id: int, *, user_id: int) -> NewLink:
        """Give a link another address: the one before opens nothing any more. It is theirs then, who has that.

        One that ended as who had made it works there no more opens again. Raises NotFoundError, NotPossibleError.
        """
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        with writing(self._db, user_id) as db_session:
            row = self._kept(db_session, review_id, user_id)
            if row.revoked_at is not None and row.ended_why is None:
                raise NotPossibleError("This link was revoked. Make a new one.")
            row.revoked_at = row.ended_why = None
            row.token_hash, row.user_id = token_hash(token), user_id
            db.reviews.touch(row)
            self._note(db_session, row, AuditAction.CHANGE_REVIEW, user_id, "address")
            return NewLink(self._review(db_session, row), token)

    def get(self, review_id: int, *, user_id: int) -> ReviewDetails:
        """Return a link with its versions and decisions. Raises NotFoundError."""
        with self._db.snapshot() as db_session:
            row = self._found(db_session, review_id, user_id)
            versions = db.reviews.versions(db_session, [review_id])
            rows = db.reviews.decisions(db_session, [review_id])
            numbers = {one.id: one.number for one, _ in versions}
            shown = versions[-1]
            return ReviewDetails(
                self._review(db_session, row),
                tuple(version(one, sha256) for one, sha256 in versions),
                decisions(rows, numbers, shown[0].id),
                changeable=is_kept_by(db_session, row, user_id),
            )

    def shown(self, review_id: int, *, user_id: int, number: int | None = None) -> tuple[Version, Snapshot]:
        """Return what a link shows, or showed in the version of this *number*. Raises NotFoundError."""
        with self._db.snapshot() as db_session:
            self._found(db_session, review_id, user_id)
            versions = db.reviews.versions(db_session, [review_id])
            for one, sha256 in reversed(versions):
                if number is None or one.number == number:
                    return version(one, sha256), snapshot(db_session, one.snapshot_id)
        raise NotFoundError("There is no such version.")

    def deck(self, review_id: int, *, user_id: int, number: int | None = None) -> Edition:
        """Return what is needed to draw the deck that a link shows, or showed in the version of this *number*.

        It is as it was before anybody decided. Raises NotFoundError, also where the link shows no deck.
        """
        shown = self.shown(review_id, user_id=user_id, number=number)[1]
        with self._db.snapshot() as db_session:
            return edition(db_session, self._found(db_session, review_id, user_id), shown, ReviewState.OPEN)

    def receipt(self, review_id: int, *, user_id: int, kind: ReceiptKind, zone: tzinfo) -> ExportFile:
        """Return all decisions and what the link shows now.

        Raises NotFoundError, NotPossibleError where nobody has decided, ExportRunningError.
        """
        details = self.get(review_id, user_id=user_id)
        if not details.decisions:
            raise NotPossibleError("There is a receipt as soon as somebody has decided.")
        one, about = details.review, self.shown(review_id, user_id=user_id)
        with self._db.begin() as db_session:
            planner = db_session.get_one(User, user_id).name
            row = self._found(db_session, review_id, user_id)
            self._note(db_session, row, AuditAction.DOWNLOAD_REVIEW, user_id, f"receipt {kind}")
        told = Told(planner, one.settings, one.outcome, one.approved, details.decisions, *about)
        return self._files.receipt(told, kind, zone=zone, now=self._clock())

    def behind(self, thing: Thing, *, user_id: int, links: Sequence[Review] | None = None) -> dict[int, bool | None]:
        """Return of each link of a thing that has not ended whether it shows something else than the thing now.

        *links* are those to tell of, all if there are none given. None of a link: it cannot be shared again, as a
        message that it begins or ends at is no longer shown.
        """
        hashes: dict[tuple[int | None, int | None], str | None] = {}
        behind: dict[int, bool | None] = {}
        if links is None:
            links = self.page(user_id=user_id, of=thing, ended=False, limit=MAX_LINKS)
        for one in links:
            if one.state is ReviewState.ENDED:
                continue
            part = one.first_id, one.last_id
            if part not in hashes:
                try:
                    now = self.preview(thing, user_id=user_id, first_id=one.first_id, last_id=one.last_id)
                    hashes[part] = snapshot_hash(snapshot_text(now))
                except NotPossibleError:
                    hashes[part] = None
            behind[one.id] = None if hashes[part] is None else hashes[part] != one.version.sha256
        return behind

    def count(self, thing: Thing, *, user_id: int, only_open: bool = False) -> int:
        """Return how many links a thing has: those that have ended among them, or *only_open* ones."""
        open_at = self._clock() if only_open else None
        with self._db.read() as db_session:
            return db.reviews.count_visible(db_session, user_id=user_id, open_at=open_at, **thing.link_columns)

    def page(
        self,
        *,
        user_id: int,
        ended: bool | None = None,
        of: Thing | None = None,
        words: str = "",
        states: Collection[ReviewState] = (),
        limit: int = 50,
        offset: int = 0,
    ) -> tuple[Review, ...]:
        """Return links, those that are due first; *words* stand in the title of a thing or the audience's name.

        All links *of* a session that a planner sees, of a trip that they may change, or of the deck of one of these;
        else those of their own, to whatever.
        """
        if not (1 <= limit <= 201 and 0 <= offset <= 100_000):
            raise InvalidInputError("That is not a place in this list.")
        with self._db.snapshot() as db_session:
            rows = db.reviews.page(
                db_session,
                user_id=user_id,
                now=self._clock(),
                ended=ended,
                matching=clean_query(words[:200]),
                states=[state.value for state in states],
                limit=limit,
                offset=offset,
                **(of.link_columns if of else ThingColumns()),
            )
            return self._reviews(db_session, [(row, title) for row, title in rows])

    def news(self, *, user_id: int) -> int:
        """Return how many links have something that their planner has not looked at."""
        with self._db.snapshot() as db_session:
            return db.reviews.news(db_session, user_id=user_id)

    def mark_seen(self, review_id: int, *, user_id: int) -> None:
        """Note that the planner has looked at what came on a link. Raises NotFoundError."""
        with self._db.begin() as db_session:
            self._locked(db_session, review_id, user_id).unseen = False

    def _show(self, db_session: Session, row: ReviewRow, made: Snapshot, *, number: int, now: datetime) -> None:
        text = snapshot_text(made)
        kept = db.reviews.keep_snapshot(
            db_session, **thing_of(row).columns, sha256=snapshot_hash(text), content=text.encode(), at=now
        )
        db_session.add(ReviewVersion(review_id=row.id, snapshot_id=kept.id, number=number, created_at=now))
        db_session.flush()
        settle(db_session, row)

    def _renew(self, db_session: Session, row: ReviewRow, made: Snapshot, user_id: int) -> bool:
        latest, sha256 = db.reviews.versions(db_session, [row.id])[-1]
        if snapshot_hash(snapshot_text(made)) == sha256:
            return False
        if latest.number >= MAX_VERSIONS:
            raise NotPossibleError(f"The link for {row.audience} was shared {MAX_VERSIONS} times. Make a new one.")
        self._show(db_session, row, made, number=latest.number + 1, now=self._clock())
        self._note(db_session, row, AuditAction.SHARE_AGAIN, user_id, f"version {latest.number + 1}")
        return True

    def _latest(self, db_session: Session, review_ids: Collection[int]) -> dict[int, int]:
        """Return the number of the version that each of these links shows."""
        return {one.review_id: one.number for one, _ in db.reviews.versions(db_session, review_ids)}

    def _hold(self, db_session: Session, thing: Thing, user_id: int) -> tuple[str, int]:
        return self._thing(thing).hold(db_session, thing.id, user_id=user_id)

    def _thing(self, thing: Thing) -> Shareable:
        return self._things[thing.kind, thing.deck]

    def _found(self, db_session: Session, review_id: int, user_id: int) -> ReviewRow:
        return _there(db.reviews.get_visible(db_session, review_id, user_id=user_id))

    def _locked(self, db_session: Session, review_id: int, user_id: int) -> ReviewRow:
        return _there(db.reviews.lock_visible(db_session, review_id, user_id=user_id))

    def _kept(self, db_session: Session, review_id: int, user_id: int) -> ReviewRow:
        """Return a link that somebody may change, held."""
        row = self._locked(db_session, review_id, user_id)
        if not is_kept_by(db_session, row, user_id):
            raise NotPossibleError(ONLY_ITS_OWN)
        return row

    def _review(self, db_session: Session, row: ReviewRow, title: str | None = None) -> Review:
        return self._reviews(db_session, [(row, title or db.reviews.title(db_session, row.id))])[0]

    def _reviews(self, db_session: Session, rows: Sequence[tuple[ReviewRow, str]]) -> tuple[Review, ...]:
        ids = [row.id for row, _ in rows]
        shown = {one.review_id: (one, sha256) for one, sha256 in db.reviews.versions(db_session, ids)}
        decided = db.reviews.decisions(db_session, ids)
        now = self._clock()
        return tuple(
            review(row, title, shown[row.id], [one for one in decided if one.review_id == row.id], now)
            for row, title in rows
        )

    def _note(self, db_session: Session, row: ReviewRow, action: AuditAction, user_id: int, detail: str) -> None:
        target = (AuditTarget.REVIEW, row.id)
        db.audit.note(db_session, action, user_id=user_id, target=target, detail=detail, at=self._clock())


def settle(db_session: Session, row: ReviewRow) -> None:
    """Write down where a link stands, after anything of it has become another."""
    db_session.flush()
    latest, _ = db.reviews.versions(db_session, [row.id])[-1]
    decided = db.reviews.decisions(db_session, [row.id])
    row.state = state_of(decided, version_id=latest.id, approvals=row.approvals)[0].value
    row.open_threads = db.comments.count_open(db_session, row.id)
    db.reviews.touch(row)


def _there(row: ReviewRow | None) -> ReviewRow:
    if row is None:
        raise NotFoundError("There is no such review.")
    return row
