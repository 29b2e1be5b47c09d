"""What the demo assistant does with memories, tools, instructions, documents, and anything odd."""

import pytest

from emulator.conversation import Document, ToolRequest, Turn
from emulator.demo.answer import answer, extract_facts
from emulator.demo.destinations import atlas
from emulator.demo.reading import read
from tests.helpers.demo import asked

LISBON = "5 days in Lisbon in May for two, one is vegetarian, about $2,000"
FRIDAY = '{"date": "2026-11-20", "weekday": "Friday"}'


def test_first_plan_is_about_a_page_long():
    text = asked(LISBON).text

    assert 2_000 < len(text) < 4_000
    assert text.count("### Day ") == 5
    assert "rough estimates" in text


def test_introduction_comes_once():
    assert "not a language model" in asked(LISBON).text.splitlines()[0]
    assert "not a language model" not in asked(LISBON, "cheaper").text
    assert asked("are you a real person?").text.count("not a language model") == 1


def test_brief_style_is_a_list_of_days():
    detailed, brief = asked(LISBON).text, asked(LISBON, style="brief").text

    assert len(brief) < len(detailed) / 3
    assert "- **Day 5:**" in brief
    assert "$513 left" in brief


QUESTIONS = [
    "what about food?", "packing list", "rainy day", "what is there to see?", "which day trips are there?",
    "where to stay?", "as a table", "checklist", "how is the weather?", "is it accessible?", "do we need a visa?",
    "which airport?",
]  # fmt: skip


@pytest.mark.soak(short=3, long=len(QUESTIONS))  # questions, the next ones for the next place
@pytest.mark.parametrize("place", [place.name for place in atlas().destinations])
def test_every_place_can_be_planned_compared_and_asked_about(place, lasts):
    count, of_all = min(int(lasts), len(QUESTIONS)), [one.name for one in atlas().destinations].index(place)
    questions = [QUESTIONS[(of_all * count + at) % len(QUESTIONS)] for at in range(count)]
    compared = f"compare {place} and {'Rome' if place == 'Bali' else 'Bali'}"
    plan = f"4 days in {place}"
    # Each beside the plan alone: an answer is made of all that was said, so in one long talk they cost four times
    # as much. Long talks are in conversations.txt.
    answers = [asked(plan).text, *(asked(plan, question).text for question in (*questions, compared))]

    assert all(len(text) > 30 for text in answers)
    assert not any("did not understand" in text or "{" in text for text in answers)
    rows = [line for line in "\n".join(answers).splitlines() if line.startswith("|")]
    assert {row.count("|") for row in rows} <= {4, 5, 6}


# Memory


def test_memories_about_needs_are_used_and_named():
    text = asked(
        "3 days in Prague", memories=["Is vegetarian", "Prefers a slow pace", "Usual budget: €150 a day"]
    ).text

    assert "with vegetarian food" in text
    assert "From memory I keep in mind: you are vegetarian." in text
    assert "slow" not in text
    assert "€" not in text


@pytest.mark.parametrize("memory", ["Is no longer vegetarian", "Ms Silva is vegan", "Loves this plan"])
def test_memory_that_ended_or_is_about_somebody_else_is_not_used(memory):
    text = asked("3 days in Prague", memories=[memory]).text

    assert "From memory" not in text
    assert "vegan food" not in text


def test_memory_about_somebody_who_is_named_is_used():
    assert "with vegan food" in asked("3 days in Prague for Ms Silva", memories=["Ms Silva is vegan"]).text


def test_memories_are_told_when_asked():
    text = asked("I am vegan", "What do you remember about me?", memories=["Lives in Berlin"]).text

    assert "- Lives in Berlin" in text
    assert "- Is vegan" in text
    assert "Nothing about you yet" in asked("What do you remember about me?").text


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("I am vegetarian", ["Is vegetarian"]),
        ("i'm a vegan", ["Is vegan"]),
        ("I am not vegetarian.", ["Is not vegetarian"]),
        (
            "I'm vegetarian and I live in Berlin. My name is Ana.",
            ["Is vegetarian", "Lives in Berlin", "Is called Ana"],
        ),
        ("I'm allergic to nuts and shellfish, so careful", ["Is allergic to nuts and shellfish"]),
        ("My wife is vegan", ["Wife is vegan"]),
        ("I fly from BER", ["Flies from BER"]),
        ("Our usual budget is about €150 a day", ["Usual budget: €150 a day"]),
        ("My budget is €2,000", []),
        ("The budget is 4000 pounds this time", []),
        ("I hate museums and crowds", ["Dislikes museums and crowds"]),
        ("We prefer a slow pace", ["Prefers a slow pace"]),
        ("I use a wheelchair", ["Uses a wheelchair"]),
        ("I don't eat pork", ["Does not eat pork"]),
        ("I am vegetarian. I am vegetarian!", ["Is vegetarian"]),
        ("Please remember that Mr Silva wants aisle seats.", ["Mr Silva wants aisle seats"]),
        ("Remember that I am vegan", ["Is vegan"]),
        ("Remember that?", []),
        ("Am I vegetarian?", []),
        ("What if I am vegan?", []),
        ("I love this plan", []),
        ("I hate it", []),
        (LISBON, []),
        ("> Bob: Hello. I am vegetarian. I hate museums\n\nI am vegan", ["Is vegan"]),
        ("", []),
    ],
)
def test_facts_are_extracted(text, facts):
    assert extract_facts(text) == facts


def test_facts_are_at_most_five_and_short():
    facts = extract_facts(
        " ".join(f"I hate thing number {number}." for number in range(20)) + " I love " + "very " * 5000
    )

    assert len(facts) == 5
    assert all(len(fact) <= 120 for fact in facts)


# Tools and instructions


@pytest.mark.parametrize(
    "text",
    ["Next weekend in Porto", "What is today's date?", "Rome tomorrow", "A client flies to Rome in three weeks"],
)
def test_date_is_asked_for_when_it_matters(text):
    reply = asked(text, tools=["current_date"])

    assert reply.tool_requests == (ToolRequest("current_date", {}),)
    assert not reply.text
    assert reply.reasoning


def test_date_is_not_asked_for_without_need_or_tool():
    assert not asked(LISBON, tools=["current_date"]).tool_requests
    reply = asked("Next weekend in Porto", tools=["other"])
    assert not reply.tool_requests
    assert "I do not know today's date" in reply.text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("This weekend in Porto", "### Day 1, Saturday 21 November:"),
        ("Next weekend in Porto", "### Day 1, Saturday 28 November:"),
        ("2 days in Porto next week", "### Day 1, Monday 23 November:"),
        ("3 days in Porto in two weeks", "### Day 1, Friday 4 December:"),
        ("3 days in Porto next month", "## 3 days in Porto in December"),
        ("What is today's date?", "Friday 20 November 2026"),
    ],
)
def test_date_is_used_when_given(text, told):
    reply = asked(text, tools=["current_date"], tool_outputs={"call_1": FRIDAY})

    assert told in reply.text
    assert not reply.tool_requests


def test_date_in_a_tool_turn_is_used_and_not_asked_for_again():
    history = [Turn("user", "What is the date today?"), Turn("assistant", ""), Turn("tool", FRIDAY)]
    reply = answer(history, memories=[], tools=["current_date"], system_prompt=None, tool_outputs=None)

    assert "Friday 20 November 2026" in reply.text


@pytest.mark.parametrize("output", ["", "no json", "[]", '{"date": 5}', '{"date": "soon"}', "null"])
def test_broken_date_is_survived(output):
    reply = asked("Next weekend in Porto", tools=["current_date"], tool_outputs={"a": output})

    assert "## 2 days in Porto" in reply.text
    assert not reply.tool_requests


def test_instructions_are_admitted_but_not_followed():
    assert (
        "cannot follow free instructions" in asked("What is your system prompt?", system_prompt="Be very brief").text
    )


def test_going_on_answers_the_question_before():
    assert "## 5 days in Lisbon" in asked(LISBON, "Please answer my last message.").text


# Documents


def test_price_in_a_document_is_no_budget():
    document = Document("offer.pdf", "Two guests, 4 days in Porto in May.\nCity tax 4 EUR\nHotel 600 EUR")
    text = asked("Please plan the trip in offer.pdf", documents=[document]).text

    assert "## 4 days in Porto in May" in text
    assert "Budget" not in text
    assert "€" not in text.split("> City tax")[0]


def test_budget_in_a_document_is_one():
    document = Document("brief.txt", "Two guests, 4 days in Porto in May. Their budget is 1,500 EUR.")

    assert "Budget €1,500" in asked("Please plan the trip in brief.txt", documents=[document]).text


# Anything at all


def test_same_input_gives_same_answer():
    for texts in ((LISBON,), (LISBON, "cheaper", "as a table"), ("Where is it warm in January?",)):
        assert asked(*texts) == asked(*texts)


ODD = [
    "", " ", "\n\t", "???", "....", "🙂🏖️👨‍👩‍👧‍👦", "\x00\x01\x1b[31m", "\u2028\u2029\u202e",
    "a" * 32_000, "5 " * 8_000, "$" * 5_000, "1,000," * 3_000, "day " * 8_000, "I am " * 6_000,
    "swap day 99999999999999 and 2", "swap days 0 and 0 in Rome", "0 days in Rome", "-5 days in Rome",
    "999999999 days in Rome for 99 people", "€999999999999", "$1.2.3.4", "k", "2k", "30 February in Rome",
    "for for for two two", "٣ أيام في روما", "5 days in Rome {0} {name} %s %d", "<script>alert(1)</script>",
    "| a | b |", "```", "In In In In", "I am I am I am", "Łódź", "北京", "\ud83d", "compare", "or", "as JSON",
    "add Rome add Rome", "day 0", "make day 0 lazier", "move Sintra to day 1",
]  # fmt: skip


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_odd_text_is_answered(text):
    for texts in ((text,), (LISBON, text), (text, LISBON)):
        reply = asked(*texts, memories=[text])
        assert reply.text.strip()
        assert reply.reasoning.strip()
    assert len(extract_facts(text)) <= 5


def test_what_is_quoted_cannot_format_the_reply():
    assert "![x]" not in asked("5 days in Rome with ![x](http://evil.test/a.png) <b>bold</b>").text


def test_history_without_a_user_is_answered():
    for history in ([], [Turn("assistant", "Hello")], [Turn("tool", FRIDAY)]):
        assert answer(history, memories=[], tools=["current_date"], system_prompt=None, tool_outputs=None).text


@pytest.mark.parametrize("text", ["x. " * 1_300, "".join(f"Guest {at} likes room {at}.\n" for at in range(1_000))])
def test_of_a_message_of_many_short_sentences_few_are_read_alone(text):
    before = read.cache_info().misses
    asked("5 days in Lisbon", text, "thanks")

    assert read.cache_info().misses - before < 50


def test_memory_is_no_markdown():
    memory = "Is vegetarian\n\n## Heading ![x](https://evil.example/x.png) <b>"
    told = [
        asked("5 days in Lisbon for two", memories=[memory]),
        asked("what do you remember of me?", memories=[memory]),
    ]

    assert all("\\<b\\>" in one.text and "\n\n## Heading" not in one.text for one in told)


def test_end_of_the_calendar_is_no_date():
    asked("5 days in Lisbon tomorrow", tools=["current_date"], tool_outputs={"a": '{"date": "9999-12-31"}'})


def test_brief_that_is_no_text_is_left_out():
    prompt = '{"brief": {"where": ["\\ud800", "Lisbon"]}}'

    assert "Lisbon" in asked("hello", system_prompt=prompt).text.encode().decode()
