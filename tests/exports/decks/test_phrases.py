"""The words of a deck that nobody typed: the same in every language, and with room where they stand."""

from dataclasses import asdict, replace
from string import Formatter

import pytest

from exports.decks.markdown import deck_markdown
from exports.decks.measure import Measure
from exports.decks.pages import pages
from exports.decks.phrases import phrases
from exports.decks.places import MARK
from exports.decks.records import Font, Run
from exports.decks.theme import FOOTER_SIZE
from tests.helpers.decks import lisbon

LANGUAGES = ["en", "de", "fr", "es", "it", "pt", "pl", "nl"]


def fields(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_says_all_with_what_is_put_in(language: str):
    said, english = asdict(phrases(f"{language}-XX")), asdict(phrases("en"))

    assert {name: fields(text) for name, text in said.items()} == {
        name: fields(text) for name, text in english.items()
    }
    assert language == "en" or sum(said[name] == english[name] for name in said) <= 3


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("font", Font)
def test_mark_has_room_at_the_foot(language: str, font: Font):
    assert Measure(font).lines((Run(phrases(language).mark),), FOOTER_SIZE, MARK.width / 1.02) == 1


@pytest.mark.parametrize("language", ["ja", "", "no such language", None])
def test_other_languages_have_the_english_words(language: str | None):
    assert phrases(language) == phrases("en-GB")


def test_deck_says_in_its_language_that_it_is_a_draft_and_what_nobody_confirmed():
    edition = lisbon()
    german = replace(edition, brand=replace(edition.brand, language="de"))
    made = pages(german)

    assert made[0].placed[-1].block.paragraphs[-1][0].text.endswith("Entwurf v3")  # type: ignore[union-attr]
    assert made[-1].title == "Über diese Präsentation"
    assert {page.mark for page in made} == {"", "Vorschlag des Assistenten, nicht bestätigt"}
    assert "Entwurf v3, " in deck_markdown(german)
