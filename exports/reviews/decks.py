"""A deck as its audience is shown it: made into a snapshot, and of that into what renderers need."""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import replace

from exports.decks.plain import block_text, kind_name
from exports.decks.records import Brand, Edition, PictureBlock, Slide, audience_deck, deck_hash
from exports.reviews.records import Block, DeckSnapshot, SharedDeck

_ANCHOR_CHARS = 100


def deck_snapshot(edition: Edition, title: str) -> DeckSnapshot:
    """Return what an audience would see of a version of a deck."""
    deck, brand = audience_deck(edition.deck), edition.brand
    shared = SharedDeck(
        deck=deck,
        brand=replace(brand, logo=None),
        logo=_logo_text(brand),
        rev=edition.rev,
        at=edition.at,
        sha256=deck_hash(edition.deck),
    )
    return DeckSnapshot("deck", title, tuple(_blocks(deck.slides, brand.language)), deck=shared)


def edition_of(shared: SharedDeck, *, pictures: Mapping[str, bytes], approved: bool) -> Edition:
    """Return what is needed to draw a deck as it was shared."""
    logo = base64.b64decode(shared.logo) if shared.logo else None
    return Edition(
        deck=shared.deck,
        brand=replace(shared.brand, logo=logo),
        rev=shared.rev,
        at=shared.at,
        approved=approved,
        pictures=dict(pictures),
    )


def looks_as_shared(shared: SharedDeck, brand: Brand) -> bool:
    """Return whether a brand, its logo too, is the one that a deck was shared in."""
    return (shared.brand, shared.logo) == (replace(brand, logo=None), _logo_text(brand))


def _logo_text(brand: Brand) -> str | None:
    return base64.b64encode(brand.logo).decode() if brand.logo else None


def picture_hashes(shared: SharedDeck) -> frozenset[str]:
    """Return the hashes of the pictures that a deck shows."""
    blocks = (block for slide in shared.deck.slides for block in slide.blocks)
    return frozenset(block.sha256 for block in blocks if isinstance(block, PictureBlock))


def _blocks(slides: tuple[Slide, ...], language: str) -> Iterator[Block]:
    """Yield each slide, and after it its parts, where their anchors can be told from those of all slides."""
    taken = {slide.id for slide in slides}
    for number, slide in enumerate(slides, 1):
        texts = [block_text(block, language) for block in slide.blocks]
        name = slide.title or f"Slide {number}"
        yield Block(slide.id, "slide", name, None, "\n".join(filter(None, (slide.title, *texts))))
        for block, text in zip(slide.blocks, texts, strict=True):
            anchor = f"{slide.id}:{block.id}"
            if len(slide.blocks) > 1 and len(anchor) <= _ANCHOR_CHARS and anchor not in taken:
                taken.add(anchor)
                yield Block(anchor, "part", f"{name}: {kind_name(block)}", None, text)
