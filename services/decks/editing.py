"""What a person may make of a deck: their words and order, never where a slide comes from."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from exports.decks.records import Deck, Slide


def edited(before: Deck, after: Deck, *, new_id: Callable[[], str]) -> Deck:
    """Return a deck as somebody wants it, with what is ours to say of its slides as it was.

    A slide with an id that the deck does not have is a new one, and gets an id of its own. Whoever changes what a
    slide says stands by it. A slide that is taken out is not made again by itself.
    """
    kept = {slide.id: slide for slide in before.slides}
    slides = tuple(_edited(kept.get(slide.id), slide, new_id) for slide in after.slides)
    left = {slide.id for slide in slides}
    gone = (slide.origin for slide in before.slides if slide.id not in left and slide.origin)
    return replace(after, slides=slides, dropped=tuple(dict.fromkeys([*before.dropped, *gone])))


def _edited(before: Slide | None, after: Slide, new_id: Callable[[], str]) -> Slide:
    if before is None:
        return replace(after, id=new_id(), origin=None, built=None, message_ids=(), confirmed=True)
    worded = (before.title, before.blocks) != (after.title, after.blocks)
    return replace(
        after,
        kind=before.kind,
        origin=before.origin,
        built=before.built,
        message_ids=before.message_ids,
        confirmed=after.confirmed or worded,
    )


def changes(before: Deck, after: Deck) -> str:
    """Return in a few words what differs between two versions of a deck; empty where nothing does."""
    return "; ".join(_told(before, after))


def _told(before: Deck, after: Deck) -> Iterator[str]:
    old = {slide.id: slide for slide in before.slides}
    new = {slide.id: slide for slide in after.slides}
    if before.title != after.title:
        yield f"Renamed to “{after.title}”"
    yield from _named("Added", (slide for slide in after.slides if slide.id not in old))
    yield from _named("Removed", (slide for slide in before.slides if slide.id not in new))
    both = [slide for slide in after.slides if slide.id in old]
    yield from _named("Hid", (slide for slide in both if slide.hidden and not old[slide.id].hidden))
    yield from _named("Showed", (slide for slide in both if old[slide.id].hidden and not slide.hidden))
    yield from _named("Changed", (slide for slide in both if _says(slide) != _says(old[slide.id])))
    yield from _named("Confirmed", (slide for slide in both if _is_confirmed(old[slide.id], slide)))
    if [slide.id for slide in both] != [slide.id for slide in before.slides if slide.id in new]:
        yield "Changed the order"


def _says(slide: Slide) -> object:
    return slide.title, slide.blocks, slide.notes


def _is_confirmed(old: Slide, new: Slide) -> bool:
    return new.confirmed and not old.confirmed and _says(old) == _says(new)


def _named(did: str, slides: Iterable[Slide]) -> Iterator[str]:
    titles = [slide.title or "a slide without a title" for slide in slides]
    if len(titles) == 1:
        yield f"{did} “{titles[0][:60]}”"
    elif titles:
        yield f"{did} {len(titles)} slides"
