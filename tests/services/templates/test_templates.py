"""Templates: saved openings, blanks, and what a session started from one tells the assistant."""

import pytest

from services.backboard.prompt import PROMPT
from services.errors import InvalidInputError, NotFoundError
from services.message_status import MessageStatus
from services.templates.templates import MOST, Opening, built_in
from tests.helpers.databases import ON_SQLITE
from tests.helpers.services import last_message, make_user, until_ended

MINE = Opening(
    name="Short break",
    instructions="Answer as a table.",
    first_message="{days} days in {where} for {who}, please. {days} nights are too many. {{Thanks}}",
    model="anthropic/claude-haiku-4-5",
    memory=False,
    web_search=True,
)
VALUES = {"days": "4", "where": "Porto {who}", "who": " two "}


def test_blanks_are_named_once_in_order_and_filled_once():
    assert MINE.blanks == ("days", "where", "who")
    assert MINE.filled(VALUES) == "4 days in Porto {who} for two, please. 4 nights are too many. {Thanks}"


@pytest.mark.parametrize("values", [{}, {**VALUES, "where": " "}, {"days": "4", "where": "Porto"}])
def test_every_blank_has_to_be_filled(values):
    with pytest.raises(InvalidInputError, match="Please fill in"):
        MINE.filled(values)


@pytest.mark.parametrize(
    ("text", "blanks"),
    [
        ("{ where } and {how many} and {Wohin} and {何日}", ("where", "how many", "Wohin", "何日")),
        ('{"a": 1} {1} {} {{no}} { } {a{b}c} } {', ("b",)),
        ("{" + "x" * 41 + "}", ()),
    ],
)
def test_only_a_name_in_braces_is_a_blank(text, blanks):
    opening = Opening("x", first_message=text)

    assert opening.blanks == blanks
    if not blanks:
        assert opening.filled({}) == text.replace("{{", "{").replace("}}", "}")


def test_saved_template_is_listed_by_name_before_those_that_everybody_has(services, user_id):
    saved = services.templates.add(MINE, user_id=user_id)
    first = services.templates.add(Opening("A b", instructions="x"), user_id=user_id)

    assert services.templates.all(user_id=user_id) == (first, saved, *built_in())
    assert (saved.name, saved.first_message, saved.built_in) == (MINE.name, MINE.first_message, False)
    assert services.templates.get(saved.id, user_id=user_id) == saved


@ON_SQLITE
def test_template_is_changed_deleted_and_brought_back(services, user_id):
    saved = services.templates.add(MINE, user_id=user_id)
    changed = services.templates.change(saved.id, Opening("New", instructions="y"), user_id=user_id)
    gone = services.templates.delete(saved.id, user_id=user_id)

    assert (changed.id, changed.name, changed.first_message) == (saved.id, "New", "")
    assert services.templates.all(user_id=user_id) == built_in()
    assert services.templates.add(gone, user_id=user_id).name == "New"


def test_stranger_gets_not_found(services, user_id, database):
    saved = services.templates.add(MINE, user_id=user_id)
    eve = make_user(database, "eve")

    assert services.templates.all(user_id=eve) == built_in()
    for refused in (
        lambda: services.templates.get(saved.id, user_id=eve),
        lambda: services.templates.change(saved.id, MINE, user_id=eve),
        lambda: services.templates.delete(saved.id, user_id=eve),
        lambda: services.templates.start(saved.id, VALUES, user_id=eve, client_message_id="m"),
        lambda: services.templates.get("nonsense", user_id=user_id),
        lambda: services.templates.get("9" * 25, user_id=user_id),
    ):
        with pytest.raises(NotFoundError):
            refused()
    assert services.templates.get(saved.id, user_id=user_id) == saved


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "opening",
    [
        Opening(" ", instructions="x"),
        Opening("x" * 101, instructions="x"),
        Opening("empty", instructions=" ", first_message="\n"),
        Opening("long", instructions="x" * 8_001),
        Opening("long", first_message="x" * 32_001),
        Opening("model", instructions="x", model="gpt"),
    ],
    ids=lambda opening: opening.name[:5],
)
def test_what_cannot_be_a_template_is_refused(services, user_id, opening):
    with pytest.raises(InvalidInputError):
        services.templates.add(opening, user_id=user_id)
    assert services.templates.all(user_id=user_id) == built_in()


def test_name_is_taken_once(services, user_id, database):
    services.templates.add(MINE, user_id=user_id)
    other = services.templates.add(Opening("Other", instructions="x"), user_id=user_id)

    with pytest.raises(InvalidInputError, match="named “Short break” already"):
        services.templates.add(MINE, user_id=user_id)
    with pytest.raises(InvalidInputError, match="already"):
        services.templates.change(other.id, MINE, user_id=user_id)
    services.templates.add(MINE, user_id=make_user(database, "eve"))


@ON_SQLITE
def test_there_are_only_so_many(services, user_id):
    for number in range(MOST):
        services.templates.add(Opening(f"T{number}", instructions="x"), user_id=user_id)

    with pytest.raises(InvalidInputError, match="100 templates"):
        services.templates.add(MINE, user_id=user_id)


@ON_SQLITE
def test_what_everybody_has_cannot_be_changed_but_copied(services, user_id):
    everybodys = built_in()[0]
    for refused in (
        lambda: services.templates.change(everybodys.id, MINE, user_id=user_id),
        lambda: services.templates.delete(everybodys.id, user_id=user_id),
    ):
        with pytest.raises(InvalidInputError, match="everybody's"):
            refused()

    assert services.templates.add(everybodys, user_id=user_id).instructions == everybodys.instructions


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("template", built_in(), ids=lambda template: template.id)
def test_each_that_everybody_has_can_be_started(services, emulator, user_id, template):
    values = dict.fromkeys(template.blanks, "Lisbon")
    accepted = services.templates.start(template.id, values, user_id=user_id, client_message_id="m")

    assert until_ended(services, accepted.reply_id, user_id).status is MessageStatus.COMPLETE
    assert template.blanks
    assert "{" not in emulator.asked(emulator.runs[0]["thread_id"])[0]


@ON_SQLITE
def test_session_has_what_its_template_says_and_the_assistant_is_told_with_every_question(
    services, emulator, user_id
):
    saved = services.templates.add(MINE, user_id=user_id)
    accepted = services.templates.start(saved.id, VALUES, user_id=user_id, client_message_id="m")
    until_ended(services, accepted.reply_id, user_id)
    again = services.replies.send(
        "And 3 days?", user_id=user_id, client_message_id="m2", session_id=accepted.session_id
    )
    until_ended(services, again.reply_id, user_id)

    session = services.sessions.get(accepted.session_id, user_id=user_id)
    assert (session.model, session.memory, session.instructions) == (MINE.model, False, MINE.instructions)
    prompts = [run["system_prompt"] for run in emulator.runs]
    assert len(prompts) == 2
    assert all(prompt.startswith(PROMPT) and prompt.endswith("Answer as a table.") for prompt in prompts)
    assert [run["memory"] for run in emulator.runs] == ["off", "off"]


@ON_SQLITE
def test_instructions_are_changed_and_taken_away(services, emulator, user_id):
    session = services.sessions.create(user_id=user_id, instructions="Be brief.")
    changed = services.sessions.change(session.id, user_id=user_id, instructions=" Be \x00long. ")
    same = services.sessions.change(session.id, user_id=user_id, title="A title")
    none = services.sessions.change(session.id, user_id=user_id, instructions="")
    accepted = services.replies.send("Hi", user_id=user_id, client_message_id="m", session_id=session.id)
    until_ended(services, accepted.reply_id, user_id)

    told = [one.instructions for one in (session, changed, same, none)]
    assert told == ["Be brief.", "Be long.", "Be long.", None]
    assert emulator.runs[0]["system_prompt"] == PROMPT  # the assistant's own
    with pytest.raises(InvalidInputError, match="8,001"):
        services.sessions.change(session.id, user_id=user_id, instructions="x" * 8_001)


@ON_SQLITE
def test_session_becomes_a_template_with_its_first_message(services, user_id, database):
    accepted = services.replies.send(
        "Use {braces}: 5 days in Lisbon", user_id=user_id, client_message_id="m", memory=False, instructions="Brief."
    )
    until_ended(services, accepted.reply_id, user_id)
    opening = services.templates.of_session(accepted.session_id, user_id=user_id)

    assert (opening.instructions, opening.memory, opening.model) == ("Brief.", False, "openai/gpt-4o")
    assert opening.blanks == ()
    saved = services.templates.add(opening, user_id=user_id)
    again = services.templates.start(saved.id, {}, user_id=user_id, client_message_id="m2")
    until_ended(services, again.reply_id, user_id)
    first = services.sessions.history(again.session_id, user_id=user_id).messages[0]
    assert first.text == "Use {braces}: 5 days in Lisbon"
    assert last_message(services, again.session_id, user_id).status is MessageStatus.COMPLETE
    with pytest.raises(NotFoundError):
        services.templates.of_session(accepted.session_id, user_id=make_user(database, "eve"))


@ON_SQLITE
def test_template_without_a_first_message_needs_one(services, user_id):
    saved = services.templates.add(Opening("Tables", instructions="Answer as a table."), user_id=user_id)
    with pytest.raises(InvalidInputError):
        services.templates.start(saved.id, {}, user_id=user_id, client_message_id="m")
    accepted = services.templates.start(saved.id, {}, user_id=user_id, client_message_id="m", text="3 days in Rome")
    until_ended(services, accepted.reply_id, user_id)

    assert services.sessions.get(accepted.session_id, user_id=user_id).instructions == "Answer as a table."
