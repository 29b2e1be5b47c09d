"""What making a deck anew would change of it today, and taking that over slide by slide."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from db.engine import Database
from db.ids import new_id
from exports.decks.building.merging import Choice, New, Refresh, refreshed, take
from exports.decks.records import Deck, Slide
from services.decks.decks import DeckService
from services.decks.keeping import found_version, saved_deck
from services.decks.material import built_deck, proposed_now
from services.decks.places import Place, found_deck, found_place
from services.decks.proposals import is_proposed
from services.decks.records import DeckOf, SavedDeck
from services.errors import InvalidInputError, NotPossibleError

_NOTHING = Refresh((), (), ())


class DeckRefreshing:
    """Compares decks with what they were made of, as that is now. What a planner does not see does not exist.

    Raises NotFoundError, and DatabaseUnavailableError when the database is away, from every method.
    """

    def __init__(self, database: Database, decks: DeckService) -> None:
        self._db = database
        self._decks = decks

    def look(self, of: DeckOf, *, user_id: int) -> Refresh:
        """Return which slides would be made otherwise today, which there would be besides, and which not any more."""
        with self._db.snapshot() as db_session:
            place = found_place(db_session, of, user_id)
            row = found_deck(db_session, of)
            deck = saved_deck(place, row, found_version(db_session, row.id, row.rev)).deck
            return _compared(db_session, place, deck, user_id)

    def take(
        self,
        of: DeckOf,
        slides: Mapping[str, Mapping[str, Choice]],
        new: Collection[str] = (),
        *,
        user_id: int,
        rev: int,
    ) -> SavedDeck:
        """Make these slides anew, by id, with what is chosen for each conflict; add those that are new, by origin.

        What a person wrote stays where the source is as it was. Raises NotPossibleError, DeckChangedError;
        InvalidInputError where a conflict is left open.
        """
        fresh = self.look(of, user_id=user_id)
        stale = {one.slide.id: one for one in fresh.stale}
        try:
            anew = {one: take(stale[one], choices) for one, choices in slides.items() if one in stale}
        except ValueError as exc:
            raise InvalidInputError(
                "You changed this slide, and so did its source. Choose which of both stays."
            ) from exc
        added = [one for one in fresh.new if one.slide.origin in new]
        return self._decks.update(of, _merging(anew, added), user_id=user_id, rev=rev, summary=_told(anew, added))


def _compared(db_session: Session, place: Place, deck: Deck, user_id: int) -> Refresh:
    try:
        built = built_deck(
            db_session,
            place,
            deck.preset,
            user_id=user_id,
            new_id=lambda: str(new_id()),
            valid_until=deck.valid_until,
        )
    except NotPossibleError:  # there is nothing to make it of any more
        return _NOTHING
    accepted = {slide.origin for slide in deck.slides if is_proposed(slide)}
    if place.of.kind == "session" and accepted:
        proposed = proposed_now(db_session, place, user_id=user_id, new_id=lambda: str(new_id()))
        again = (slide for origin, slide in proposed.items() if origin in accepted)
        built = replace(built, slides=(*built.slides, *again))
    return refreshed(deck, built)


def _merging(anew: Mapping[str, Slide], added: Collection[New]) -> Callable[[Deck], Deck]:
    def merged(deck: Deck) -> Deck:
        slides = [anew.get(slide.id, slide) for slide in deck.slides]
        for one in added:
            at = next((number for number, slide in enumerate(slides, 1) if slide.id == one.after), 0)
            slides.insert(at, one.slide)
        return replace(deck, slides=tuple(slides))

    return merged


def _told(anew: Mapping[str, Slide], added: Collection[New]) -> str:
    titles = [*(slide.title for slide in anew.values()), *(one.slide.title for one in added)]
    return f"Refreshed “{titles[0][:60]}”" if len(titles) == 1 else f"Refreshed {len(titles)} slides"
