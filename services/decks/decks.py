"""What a planner does with a deck: make it, change it, and go back to how it was."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

import db.decks
import db.messages
from db.engine import Database
from db.ids import new_id
from db.models import Deck as DeckRow
from db.models import utc_now
from exports.decks.records import Deck, Preset, Slide, SlideKind
from services.accounts.roles import writing
from services.decks.editing import changes, edited
from services.decks.keeping import found_version, keep, readable, saved_deck, summary_view
from services.decks.material import built_deck
from services.decks.places import Place, changeable_place, found_deck, found_place, held_place
from services.decks.proposals import of_reply, slides_in
from services.decks.records import DeckOf, DeckVersions, SavedDeck
from services.errors import DeckChangedError, InvalidInputError, NotFoundError, NotPossibleError
from services.parts import known_parts
from services.trips.places import number_place

MAX_PAGE = 100
_CLOSING = (SlideKind.QUESTIONS, SlideKind.APPROVE, SlideKind.SOURCES)

Change = Callable[[Deck], Deck]


class DeckService:
    """The decks of sessions and trips, one each. What a planner does not see does not exist: NotFoundError.

    Raises DatabaseUnavailableError from every method when the database is away.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now) -> None:
        self._db = database
        self._clock = clock

    def get(self, of: DeckOf, *, user_id: int, rev: int | None = None) -> SavedDeck:
        """Return a deck as it is now, or as it was in a version. Raises NotFoundError, also where none was made."""
        with self._db.snapshot() as db_session:
            place = found_place(db_session, of, user_id)
            row = found_deck(db_session, of)
            return saved_deck(place, row, found_version(db_session, row.id, rev or row.rev))

    def find(self, of: DeckOf, *, user_id: int) -> SavedDeck | None:
        """Return a deck as it is now, None where none was made. Raises NotFoundError."""
        with self._db.snapshot() as db_session:
            place = found_place(db_session, of, user_id)
            row = db.decks.of(db_session, **of.columns)
            return saved_deck(place, row, found_version(db_session, row.id, row.rev)) if row else None

    def state(self, of: DeckOf, *, user_id: int) -> tuple[int | None, bool]:
        """Return the number of a deck's version, None where none was made, and whether somebody may change it.

        Raises NotFoundError.
        """
        with self._db.snapshot() as db_session:
            place = found_place(db_session, of, user_id)
            row = db.decks.of(db_session, **of.columns)
            return row.rev if row else None, place.may_change

    def proposal(self, of: DeckOf, *, user_id: int, preset: Preset = Preset.PROPOSAL) -> Deck:
        """Return the deck that `make` would make. Raises NotFoundError, NotPossibleError."""
        with self._db.snapshot() as db_session:
            place = found_place(db_session, of, user_id)
            return built_deck(db_session, place, preset, user_id=user_id, new_id=_slide_id)

    def make(
        self,
        of: DeckOf,
        *,
        user_id: int,
        preset: Preset = Preset.PROPOSAL,
        valid_until: date | None = None,
        rev: int | None = None,
    ) -> SavedDeck:
        """Make a deck of what is there now, or make it anew; the one before stays as a version.

        *rev* is the version that is made anew, None where there is none; *valid_until* is till when a proposal
        stands. Raises NotFoundError, NotPossibleError, DeckChangedError.
        """
        with self._db.snapshot() as db_session:  # it may take seconds, in which others write
            place = changeable_place(db_session, of, user_id)
            deck = built_deck(db_session, place, preset, user_id=user_id, new_id=_slide_id, valid_until=valid_until)
        with writing(self._db, user_id) as db_session:
            place = held_place(db_session, of, user_id)
            row = db.decks.lock(db_session, **of.columns)
            _check_rev(row, rev)
            if row is None:
                row = db.decks.add(db_session, at=self._clock(), **of.columns)
            summary = "Made" if rev is None else "Made anew"
            return self._keep(db_session, place, row, deck, summary, user_id)

    def change(self, of: DeckOf, deck: Deck, *, user_id: int, rev: int) -> SavedDeck:
        """Let a deck be as somebody wants it, who has read version *rev*.

        Raises NotFoundError, NotPossibleError, DeckChangedError, InvalidInputError.
        """
        return self.update(of, lambda before: edited(before, deck, new_id=_slide_id), user_id=user_id, rev=rev)

    def put(
        self, of: DeckOf, slides: Sequence[Slide], *, title: str | None = None, user_id: int, rev: int | None
    ) -> SavedDeck:
        """Let a deck have these slides; *rev* None: there is none yet, and they are one. Raises as `change` does."""
        if rev is not None:
            now = self.get(of, user_id=user_id).deck
            return self.change(of, _having(now, slides, title), user_id=user_id, rev=rev)
        with writing(self._db, user_id) as db_session:
            place = held_place(db_session, of, user_id)
            _check_rev(db.decks.lock(db_session, **of.columns), None)
            empty = Deck(title=place.title, slides=())
            row = db.decks.add(db_session, at=self._clock(), **of.columns)
            deck = readable(edited(empty, _having(empty, slides, title), new_id=_slide_id))
            return self._keep(db_session, place, row, deck, "Made by hand", user_id)

    def update(self, of: DeckOf, change: Change, *, user_id: int, rev: int, summary: str = "") -> SavedDeck:
        """Change a deck that was read in version *rev*; nothing is kept where nothing is another.

        *summary* says what was done; else it is told by what differs. Raises as `change` does.
        """
        with writing(self._db, user_id) as db_session:
            place = held_place(db_session, of, user_id)
            row = db.decks.lock(db_session, **of.columns)
            if row is None:
                raise NotFoundError(f"This {of.kind} has no deck yet.")
            _check_rev(row, rev)
            now = saved_deck(place, row, found_version(db_session, row.id, row.rev))
            try:
                changed = change(now.deck)
            except ValueError as exc:
                raise InvalidInputError("A slide cannot be kept like this.") from exc
            after = readable(changed)
            if after == now.deck:
                return now
            return self._keep(
                db_session, place, row, after, summary or changes(now.deck, after) or "Changed", user_id
            )

    def accept(
        self,
        session_id: int,
        message_id: int,
        chosen: Collection[str] | None = None,
        *,
        user_id: int,
        rev: int | None,
    ) -> SavedDeck:
        """Add to a session's deck slides that a reply of it proposes, all or the *chosen*, by their ids there.

        *rev* is the version of the deck that they go into, None where there is none: they are one then. Nobody stands
        by their words yet. Raises NotFoundError, NotPossibleError, DeckChangedError, InvalidInputError.
        """
        of = DeckOf("session", session_id)
        with writing(self._db, user_id) as db_session:
            place = held_place(db_session, of, user_id)
            row = db.decks.lock(db_session, **of.columns)
            _check_rev(row, rev)
            proposed = _proposed(db_session, session_id, message_id, user_id)
            wanted = [slide for slide in proposed if chosen is None or slide.id in chosen]
            if not wanted:
                raise NotFoundError("This reply does not propose such slides.")
            if row is None:
                row = db.decks.add(db_session, at=self._clock(), **of.columns)
                slides = _accepted(wanted, message_id, ())
                deck = Deck(title=place.title, slides=slides)
            else:
                now = saved_deck(place, row, found_version(db_session, row.id, row.rev)).deck
                slides = _accepted(wanted, message_id, now.slides)
                deck = replace(now, slides=_before_the_end(now.slides, slides))
            added = counted_slides(len(slides))
            summary = f"Added {added} that the assistant proposed"
            return self._keep(db_session, place, row, readable(deck), summary, user_id)

    def versions(self, of: DeckOf, *, user_id: int, limit: int = 20, cursor: str | None = None) -> DeckVersions:
        """Return the latest versions, or those of the page after. Raises NotFoundError, InvalidInputError."""
        limit = max(1, min(limit, MAX_PAGE))
        before = number_place(cursor) if cursor else None
        with self._db.snapshot() as db_session:
            found_place(db_session, of, user_id)
            rows = db.decks.versions(db_session, found_deck(db_session, of).id, limit=limit + 1, before=before)
            shown = tuple(summary_view(*row) for row in rows[:limit])
        return DeckVersions(shown, str(shown[-1].rev) if len(rows) > limit else None)

    def restore(self, of: DeckOf, version: int, *, user_id: int, rev: int) -> SavedDeck:
        """Let a deck be again what it was in a version, as a new one. Raises as `change` does."""
        earlier = self.get(of, user_id=user_id, rev=version).deck
        return self.update(of, lambda _: earlier, user_id=user_id, rev=rev, summary=f"Restored version {version}")

    def _keep(
        self, db_session: Session, place: Place, row: DeckRow, deck: Deck, summary: str, user_id: int
    ) -> SavedDeck:
        if not deck.slides:
            raise NotPossibleError("A deck has at least one slide. Hide the last one instead of removing it.")
        return saved_deck(place, row, keep(db_session, row, deck, summary, user_id=user_id, at=self._clock()))


def _having(deck: Deck, slides: Sequence[Slide], title: str | None) -> Deck:
    try:
        return replace(deck, title=title or deck.title, slides=tuple(slides))
    except ValueError as exc:
        raise InvalidInputError("Two slides have the same id. Each has one of its own.") from exc


def _proposed(db_session: Session, session_id: int, message_id: int, user_id: int) -> tuple[Slide, ...]:
    message = db.messages.read_visible(db_session, message_id, user_id=user_id)
    if message is None or message.session_id != session_id:
        raise NotFoundError("There is no such message.")
    return slides_in(known_parts(message.parts))


def _accepted(proposed: Sequence[Slide], message_id: int, there: Sequence[Slide]) -> tuple[Slide, ...]:
    """Return proposed slides as a deck has them. Each origin is of one slide: another of its title has none."""
    taken, made = {slide.origin for slide in there}, list[Slide]()
    for slide in proposed:
        one = of_reply(slide, message_id, slide_id=_slide_id())
        made.append(replace(one, origin=None, built=None) if one.origin in taken else one)
        taken.add(one.origin)
    return tuple(made)


def _before_the_end(slides: tuple[Slide, ...], new: tuple[Slide, ...]) -> tuple[Slide, ...]:
    """Return slides with new ones before those that close a deck and the hidden ones behind them."""
    at = len(slides)
    while at and (slides[at - 1].kind in _CLOSING or slides[at - 1].hidden):
        at -= 1
    return (*slides[:at], *new, *slides[at:])


def counted_slides(number: int) -> str:
    """Return how many slides that are, in words."""
    return "a slide" if number == 1 else f"{number} slides"


def _check_rev(row: DeckRow | None, rev: int | None) -> None:
    """Raise DeckChangedError unless a deck, or that there is none, is as somebody has read it."""
    now = row.rev if row is not None else None
    if now != rev:
        raise DeckChangedError(now or 0)


def _slide_id() -> str:
    return str(new_id())
