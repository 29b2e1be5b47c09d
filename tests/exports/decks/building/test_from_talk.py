"""A conversation becomes a deck to be sent to a customer, or one that says in short where things are."""

from datetime import date

import pytest

from exports.decks.building.from_talk import Said, Talk, from_talk
from exports.decks.plain import block_text
from exports.decks.records import Brand, Deck, Preset, SlideKind
from tests.helpers.built_decks import ids, texts
from tests.helpers.demo import talk as answers

ASKED = (
    "Plan five days in Lisbon in May for a family of four, budget €4,000",
    "make it 4 days",
    "What should I pack?",
)
BRAND = Brand(name="Ada Travel", contact="ada@travel.example")


def talk(*said: str, **more) -> Talk:
    """Return a talk in which planner and assistant take turns."""
    messages = [Said(str(at), ("user", "assistant")[at % 2], text) for at, text in enumerate(said)]
    return Talk(**{"title": "Lisbon", "messages": messages, "language": "en-GB", "planner": "Ada Lovelace", **more})


def made(of: Talk, preset: Preset = Preset.PROPOSAL, **more) -> Deck:
    return from_talk(of, preset, new_id=ids(), **more)


def lisbon() -> Talk:
    turns = [text for pair in zip(ASKED, answers(*ASKED), strict=True) for text in pair]
    return talk(*turns, sources=[("The tram", "https://tram.example/"), ("Old", "http://old.example/")])


def test_the_demos_plan_makes_a_proposal():
    deck = made(lisbon(), brand=BRAND, valid_until=date(2027, 3, 1))

    assert [(slide.kind.value, slide.title) for slide in deck.shown()] == [
        ("cover", "Lisbon"),
        ("asked", "What you asked for"),
        ("plan", "4 days in Lisbon in May"),
        ("plan", "Day 1: Belém"),
        ("plan", "Day 2: Belém, Alfama and Castelo"),
        ("plan", "Day 3: Day trip to Sintra"),
        ("plan", "Day 4: Parque das Nações, Alfama and Castelo"),
        ("plan", "Good to know"),
        ("budget", "What it costs"),
        ("approve", "How to go ahead"),
        ("questions", "Open questions"),
        ("sources", "Sources"),
    ]
    assert {slide.message_ids for slide in deck.slides if slide.kind in (SlideKind.PLAN, SlideKind.BUDGET)} == {
        ("3",)
    }
    said = texts(deck.shown())
    assert said[:4] == ["Lisbon", "A proposal, by Ada Lovelace", "What you asked for", ASKED[0]]
    assert "This proposal is valid until 1 March 2027." in said
    assert "To accept this proposal, or to have something changed, tell Ada Travel: ada@travel.example" in said
    assert said[said.index("Open questions") + 1] == "How old are the children?"
    assert said[-2:] == ["The tram", "Old: http://old.example/"]
    budget = next(slide for slide in deck.slides if slide.kind is SlideKind.BUDGET)
    assert [block.kind for block in budget.blocks] == ["table", "chart", "text"]


def test_what_is_said_to_the_planner_is_kept_where_the_customer_does_not_see_it():
    [hidden] = [slide for slide in made(lisbon()).slides if slide.hidden]

    said = " ".join(texts([hidden]))
    assert said.startswith("Said to you, not to the customer Changed: 4 days instead of 5 days.")
    assert said.endswith("Shall I write it as an e-mail to the client?")


def test_a_status_is_short_and_says_where_things_are():
    deck = made(lisbon(), Preset.STATUS, brand=BRAND)

    assert [slide.kind.value for slide in deck.slides] == ["cover", "plan", "questions", "sources"]
    assert [block.kind for block in deck.slides[1].blocks] == ["text", "figures", "bullets"]


def test_only_what_a_person_or_the_app_wrote_is_confirmed():
    assert {slide.kind.value for slide in made(lisbon()).slides if slide.confirmed} == {"cover", "asked", "approve"}


def test_what_is_not_known_is_left_out():
    assert [slide.kind.value for slide in made(talk(planner="")).slides] == ["cover"]
    assert [slide.kind.value for slide in made(talk("Hi", "Hello.", planner="")).slides] == ["cover", "asked", "plan"]
    assert [slide.kind.value for slide in made(talk(planner=""), Preset.STATUS).slides] == ["cover"]
    assert made(talk(title=" ")).title == "Untitled"


def test_the_same_talk_makes_the_same_origins_and_contents():
    once, again = (made(lisbon()) for _ in range(2))

    assert once == again
    assert len({slide.origin for slide in once.slides}) == len(once.slides)
    assert all(slide.built and slide.built.blocks == slide.blocks for slide in once.slides)


@pytest.mark.parametrize(
    ("replies", "plan"),
    [
        (["# A\n\n## B\n\n## C\n\nx", "No idea."], "1"),
        (["# A\n\n## B\n\n## C\n\nx", "**A**\n\n**B**\n\n**C**\n\ny"], "3"),
        (["# A\n\n## B\n\n## C\n\nx", "### Day 1: D\n\n- y\n\n### Day 2: E\n\n- z"], "3"),
        (["# A\n\n## B\n\n## C\n\nx", "**第1天**\n\ny\n\n**第2天**\n\nz"], "3"),
        (["# A\n\n## B\n\n## C\n\nx", "### Day 2: E\n\ny\n\n### Day 3: F\n\nz"], "1"),
        (["# A\n\nx", "| a |\n|---|\n| b |"], "3"),
        (["Yes.", "No.", "  "], "3"),
    ],
)
def test_the_last_plan_is_shown_or_the_last_answer(replies, plan):
    said = [text for reply in replies for text in ("Go on", reply)]
    slides = made(talk(*said)).slides

    assert {one for slide in slides if slide.kind is SlideKind.PLAN for one in slide.message_ids} == {plan}


@pytest.mark.parametrize(
    "closing", ["Shall I book?", "Let me know if I should go on!", "Would you like more detail?"]
)
def test_an_offer_to_the_planner_is_no_question_to_the_customer(closing):
    deck = made(talk("Plan", f"Sure!\n\n# Plan\n\n- a\n\n{closing}"))

    assert SlideKind.QUESTIONS not in {slide.kind for slide in deck.slides}
    assert closing not in texts(deck.shown())
    assert "Sure!" not in texts(deck.shown())


def test_a_long_beginning_is_part_of_the_plan():
    long = "Lisbon is a city of hills. " * 30

    assert long.strip() in texts(made(talk("Plan", f"{long}\n\n# Plan\n\n- a")).shown())


def test_neither_instructions_nor_tools_are_looked_at():
    marked = [Said(role, role, f"# MARK {role}\n\n## x\n\n## y") for role in ("system", "tool", "developer")]
    deck = made(talk(messages=[*marked, Said("1", "user", "Plan"), Said("2", "assistant", "# A\n\nb"), *marked]))

    assert "MARK" not in " ".join(texts(deck.slides))


def test_long_words_of_a_customer_are_shortened_and_it_is_told():
    said = texts(made(talk("five days " * 1_000, "Yes.")).shown())

    assert "Shortened: all of it is in the session." in said
    assert max(map(len, said)) <= 1_500


def test_many_sources_are_counted_and_each_is_there_once():
    many = [("Site", f"https://a.example/{number % 150}") for number in range(300)]
    slide = made(talk("Plan", "Yes.", sources=many)).slides[-1]

    assert len(texts([slide])) == 1 + 100 + 1
    assert texts([slide])[-1] == "50 more sources are in the session."


def test_what_is_said_to_the_planner_amid_a_plan_is_on_no_slide_of_the_customers():
    plan = (
        "## Two days\n\nBudget: **$5 left**. All prices are estimates. Please confirm them before you quote.\n\n"
        "> I do not know Xyz, so it is not in the plan.\n\n"
        "- Two adults, as nobody said how many.\n- No currency was said, so I took USD.\n- One room.\n"
    )
    found = [
        (slide.hidden, "\n".join(block_text(one, "en") for one in slide.blocks))
        for slide in made(talk("Two days", plan)).slides
    ]
    shown = "\n".join(text for hidden, text in found if not hidden)
    assert "Budget: $5 left. All prices are estimates." in shown
    assert "Two adults." in shown
    assert not any(word in shown for word in ("quote", "nobody", "currency", "Xyz"))
    aside = "\n".join(text for hidden, text in found if hidden)
    assert all(word in aside for word in ("before you quote", "nobody said", "No currency", "Xyz"))
