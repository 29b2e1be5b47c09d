"""Tools that a model may ask for: what goes wrong is an answer, too."""

import asyncio
import json

import pytest

from services.backboard.prompt import prompt_hash
from services.backboard.tools import CurrentDate, Tools


class Whose:
    name = "whose"
    description = "Says who asks."
    parameters = {"type": "object", "properties": {}, "required": []}  # noqa: RUF012 - read only

    async def run(self, arguments, *, user_id):
        return {"user": user_id, "given": arguments}


def answer(name: str, arguments: str) -> object:
    return json.loads(asyncio.run(Tools([Whose()]).run(name, arguments, user_id=7)))


@pytest.mark.parametrize(
    ("arguments", "given"), [('{"day": 1}', {"day": 1}), ("", {}), ("[1]", {}), ("null", {})], ids=str
)
def test_tool_is_told_who_asks_and_with_what(arguments, given):
    assert answer("whose", arguments) == {"user": 7, "given": given}


@pytest.mark.parametrize("arguments", ["{", "[" * 100_000], ids=["broken", "deep"])
def test_arguments_that_are_not_json_are_said_to_be_none(arguments):
    assert answer("whose", arguments) == {"error": "The arguments are not JSON."}


def test_tool_that_nobody_handed_in_does_not_exist():
    assert answer("current_date", "{}") == {"error": "There is no tool named current_date."}


def test_assistant_is_told_anew_when_there_are_other_tools():
    one, two = Tools([CurrentDate()]).definitions, Tools([CurrentDate(), Whose()]).definitions

    assert prompt_hash(one) != prompt_hash(two)
