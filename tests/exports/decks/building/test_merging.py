"""What was built anew, what was built, and what people made of it: nobody's words are replaced unasked."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.decks.building.from_talk import Said, Talk, from_talk
from exports.decks.building.merging import TITLE, Choice, Refresh, Stale, refreshed, take, without
from exports.decks.records import (
    Brand,
    Deck,
    Preset,
    Run,
    Slide,
    SlideKind,
    TextBlock,
    deck_text,
    plain_text,
    read_deck,
)
from tests.helpers.built_decks import ids, texts

OLD = "# Day 1: Belém\n\nWalk.\n\n- tower\n\n# Day 2\n\nRest."
DAY = "talk:day 1"


def made(plan: str, message: str = "2") -> Deck:
    messages = [Said("1", "user", "Plan"), Said(message, "assistant", plan)]
    return from_talk(Talk(title="Lisbon", messages=messages), Preset.PROPOSAL, new_id=ids())


def day(deck: Deck) -> Slide:
    return next(slide for slide in deck.slides if slide.origin == DAY)


def with_slide(deck: Deck, slide: Slide) -> Deck:
    """Return a deck, as it is kept, in which *slide* has taken the place of itself."""
    slides = tuple(slide if one.id == slide.id else one for one in deck.slides)
    return read_deck(deck_text(replace(deck, slides=slides)))


def said(slide: Slide, text: str, at: int = 0) -> Slide:
    """Return a slide with another text in one of its blocks."""
    block = slide.blocks[at]
    assert isinstance(block, TextBlock)
    changed = replace(block, paragraphs=((Run(text),),))
    return replace(slide, blocks=(*slide.blocks[:at], changed, *slide.blocks[at + 1 :]))


def only(refresh: Refresh) -> Stale:
    [stale] = refresh.stale
    return stale


def test_nothing_is_stale_while_the_source_is_as_it_was_though_another_message_says_it():
    deck = made(OLD)
    edited = with_slide(deck, replace(said(day(deck), "Stroll."), title="Belém"))

    assert refreshed(edited, made(OLD, "4")) == Refresh((), (), ())


def test_what_nobody_touched_takes_the_new_and_its_blocks_stay_the_same_ones():
    deck = made(OLD)
    stale = only(refreshed(deck, made("# Day 1: Alfama\n\nRun.\n\n- castle\n\n# Day 2\n\nRest.", "4")))
    slide = take(stale, {})

    assert not stale.conflicts
    assert texts([slide]) == ["Day 1: Alfama", "Run.", "castle"]
    assert [block.id for block in slide.blocks] == [block.id for block in day(deck).blocks]
    assert slide.id == day(deck).id
    assert slide.message_ids == ("4",)
    assert (
        refreshed(with_slide(deck, slide), made("# Day 1: Alfama\n\nRun.\n\n- castle\n\n# Day 2\n\nRest.")).stale
        == ()
    )


def test_a_planners_words_stay_where_the_source_is_as_it_was():
    deck = made(OLD)
    edited = with_slide(deck, replace(said(day(deck), "Stroll."), notes="Mine", confirmed=True))
    slide = take(only(refreshed(edited, made(OLD.replace("tower", "castle")))), {})

    assert texts([slide]) == ["Day 1: Belém", "Stroll.", "castle"]
    assert slide.notes == "Mine"
    assert not slide.confirmed  # nobody has read the new words


@pytest.mark.parametrize(("choice", "words"), [(Choice.PRESENT, "Stroll."), (Choice.ANEW, "Run.")])
def test_where_both_changed_somebody_chooses(choice, words):
    deck = made(OLD)
    edited = with_slide(deck, said(day(deck), "Stroll."))
    anew = made(OLD.replace("Walk.", "Run."))
    stale = only(refreshed(edited, anew))
    [change] = stale.conflicts

    shown = [
        block.paragraphs[0] for block in (change.built, change.present, change.anew) if isinstance(block, TextBlock)
    ]
    assert list(map(plain_text, shown)) == ["Walk.", "Stroll.", "Run."]
    with pytest.raises(ValueError, match=change.part):
        take(stale, {})
    slide = take(stale, {change.part: choice})
    assert texts([slide]) == ["Day 1: Belém", words, "tower"]
    assert refreshed(with_slide(edited, slide), anew).stale == ()


def test_a_title_that_both_changed_is_chosen_too():
    deck = made(OLD)
    edited = with_slide(deck, replace(day(deck), title="Our first day"))
    stale = only(refreshed(edited, made(OLD.replace("Belém", "Alfama"))))

    assert [(change.part, change.conflict) for change in stale.changes] == [(TITLE, True)]
    assert take(stale, {TITLE: Choice.PRESENT}).title == "Our first day"
    assert take(stale, {TITLE: Choice.ANEW}).title == "Day 1: Alfama"


def test_both_having_written_the_same_is_no_conflict():
    deck = made(OLD)
    edited = with_slide(deck, said(day(deck), "Run."))

    assert refreshed(edited, made(OLD.replace("Walk.", "Run."))).stale == ()


def test_a_block_that_somebody_removed_stays_removed():
    deck = made(OLD)
    edited = with_slide(deck, replace(day(deck), blocks=day(deck).blocks[1:]))
    stale = only(refreshed(edited, made(OLD.replace("Walk.", "Run.").replace("tower", "castle"))))

    assert texts([take(stale, {})]) == ["Day 1: Belém", "castle"]


def test_a_block_that_the_source_no_longer_has_goes_unless_somebody_wrote_it():
    deck, anew = made(OLD), made(OLD.replace("Walk.\n\n", ""))
    edited = with_slide(deck, said(day(deck), "Stroll."))

    assert texts([take(only(refreshed(deck, anew)), {})]) == ["Day 1: Belém", "tower"]
    [conflict] = only(refreshed(edited, anew)).conflicts
    assert conflict.anew is None


def test_a_new_block_stands_behind_the_one_it_follows_and_ones_own_stay():
    deck = made(OLD)
    own = TextBlock(id="own", paragraphs=((Run("Mine"),),))
    edited = with_slide(deck, replace(day(deck), blocks=(*day(deck).blocks, own)))
    slide = take(only(refreshed(edited, made(OLD.replace("- tower", "> # Note\n\n- tower\n\nLast.")))), {})

    assert texts([slide]) == ["Day 1: Belém", "Walk.", "Note", "tower", "Last.", "Mine"]
    assert len({block.id for block in slide.blocks}) == 5


def test_slides_come_and_go_and_what_was_dropped_is_not_offered_again():
    deck = made(OLD)
    anew = made("# Day 1: Belém\n\nWalk.\n\n- tower\n\n# Day 3\n\nSwim.\n\n# Day 4\n\nFly.")
    refresh = refreshed(deck, anew)

    assert [slide.title for slide in refresh.gone] == ["Day 2"]
    assert [new.slide.title for new in refresh.new] == ["Day 3", "Day 4"]
    assert refresh.new[0].after == day(deck).id
    assert refresh.new[1].after == refresh.new[0].slide.id

    dropped = without(deck, day(deck).id)
    assert dropped.dropped == (DAY,)
    assert DAY not in [new.slide.origin for new in refreshed(dropped, anew).new]


word = st.sampled_from("abcdefgh")
lines = st.lists(st.one_of(word.map("> # {}".format), word.map("- {}".format), word), max_size=7).map("\n\n".join)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(lines, lines, st.sets(st.integers(0, 6)), st.sampled_from(Choice))
def test_whatever_moved_on_nobodys_words_are_lost_and_it_is_done_once(old, new, edited, choice):
    deck, anew = (made(f"# Day 1\n\n{text}\n\n# Day 2") for text in (old, new))
    slide = day(deck)
    own = {f"own {at}": at for at in edited if at < len(slide.blocks)}
    for text, at in own.items():
        block = TextBlock(id=slide.blocks[at].id, paragraphs=((Run(text),),))
        slide = replace(slide, blocks=(*slide.blocks[:at], block, *slide.blocks[at + 1 :]))
    deck = with_slide(deck, slide)
    for stale in refreshed(deck, anew).stale:
        slide = take(stale, {change.part: choice for change in stale.conflicts})
        deck = with_slide(deck, slide)

    assert refreshed(deck, anew) == Refresh((), (), ())
    if not own:
        assert texts([slide]) == texts([day(anew)])
    if choice is Choice.PRESENT:
        assert own.keys() <= set(texts([slide]))


def test_a_slide_of_ones_own_is_never_stale():
    deck = made(OLD)
    own = Slide(id="own", title="Mine")

    assert refreshed(replace(deck, slides=(*deck.slides, own)), made(OLD)) == Refresh((), (), ())


GERMAN = Brand(language="de", contact="ada@example.com")
PRICED = OLD + "\n# What it costs\n\n| What | Price |\n|---|---|\n| Hotel | €10 |\n| Tram | €20 |\n| Total | €30 |\n"


@pytest.mark.parametrize("text", [OLD, PRICED])
def test_slides_that_only_a_brand_changed_say_so(text: str):
    deck, anew = of_talk(text, Brand()), of_talk(text, GERMAN)
    refresh = refreshed(deck, anew)

    assert (refresh.gone, refresh.new) == ((), ())
    assert {one.slide.kind for one in refresh.stale} >= {SlideKind.COVER, SlideKind.ASKED, SlideKind.APPROVE}
    assert [one.slide.title for one in refresh.stale if not one.by_look] == []
    moved = refreshed(deck, of_talk(text.replace("Walk.", "Run."), GERMAN))
    assert [one.slide.title for one in moved.stale if not one.by_look] == ["Day 1: Belém"]


def of_talk(text: str, brand: Brand) -> Deck:
    talk = Talk(
        title="Lisbon",
        messages=[Said("1", "user", "Lisbon, please"), Said("2", "assistant", text)],
        planner="Ada",
        language=brand.language,
    )
    return from_talk(talk, Preset.PROPOSAL, new_id=ids(), brand=brand)
