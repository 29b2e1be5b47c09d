"""A trip's brief as the assistant proposes it: checked, kept beside the reply, and accepted by a person or not."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from services.parts import Part, ToolCallPart
from services.trips.proposal_schema import MAX_QUESTION_CHARS, MAX_QUESTIONS, properties
from travel.brief import (
    FIELDS,
    Brief,
    BriefError,
    Question,
    brief_of,
    brief_values,
    known_brief,
    open_questions,
    title_of,
)
from travel.types import NotValidError, about, line_of, sentence, unique

NAME = "propose_brief"
# What a planner who wants a trip made of a session says.
ASK_FOR_BRIEF = (
    "Propose a trip brief from this conversation: only what it says about where, when and why, who goes along, the"
    " budget, the pace, what is a must and what to avoid, and what is still to be asked."
)
_MAX_OUTPUT_CHARS = 100_000
_OF_THE_TEAM = ("tell_needs", "notes_private")
_FIELDS = tuple(field for field in FIELDS if field not in (*_OF_THE_TEAM, "questions"))
_PROPOSED = "The planner sees it beside your reply and decides. Say in a sentence what you propose and what is open."
_REFUSED = "Nothing was proposed. Correct this and call the tool again; leave out what you do not know."


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the assistant proposes a trip to be, and what is still to be asked."""

    title: str
    brief: Brief
    questions: tuple[Question, ...]

    @property
    def own_questions(self) -> tuple[str, ...]:
        """Those that no field which is not known yet stands for: they would be lost where nobody writes them down."""
        known, asked = brief_values(self.brief), {one.text for one in open_questions(self.brief)}
        own = (one for one in self.questions if not one.field or one.field in known)
        return unique(one.text for one in own if one.text not in asked)


def proposal_in(parts: Iterable[Part]) -> Proposal | None:
    """Return the last brief that a reply proposes, if it proposes one."""
    outputs = [part.output for part in parts if isinstance(part, ToolCallPart) and part.name == NAME and part.output]
    return next(filter(None, map(_proposal, reversed(outputs))), None)


class ProposeBrief:
    """Lets the model propose a trip's brief. It checks and answers only: `proposal_in` reads what it answered."""

    name = NAME
    description = (
        "Proposes a trip to the planner: its title, and its brief as far as it is known. Use it when the planner asks"
        " for a trip or a brief to be made from the conversation. Give only what the conversation says. Leave out"
        " whatever is unknown, never guess or fill in what is usual, and ask for it under questions. Where the trip"
        " has a brief, a list takes the place of the one in it: repeat what stands there. Nothing is"
        " changed by it: the planner reads the proposal beside your reply, and accepts it or not."
    )

    def __init__(self) -> None:
        self.parameters = {"type": "object", "properties": properties(questions_about=_FIELDS), "required": ["title"]}

    async def run(self, arguments: Mapping[str, Any], *, user_id: int) -> dict[str, Any]:
        """Return the proposal as it is kept, or what is wrong with it by field."""
        given = {name: value for name, value in arguments.items() if name not in ("title", "questions")}
        problems = {name: f"There is no field {name} in a proposal." for name in _OF_THE_TEAM if name in given}
        title, brief, questions = "", Brief(), tuple[Question, ...]()
        try:
            title = title_of(arguments.get("title"))
        except BriefError as exc:
            problems |= exc.problems
        try:
            brief = brief_of(given)
        except BriefError as exc:
            problems |= exc.problems
        try:
            questions = _questions(arguments.get("questions"), MAX_QUESTIONS)
        except NotValidError as exc:
            problems["questions"] = sentence(exc, "A question")
        if problems:
            return {"problems": problems, "note": _REFUSED}
        proposed = Proposal(title, brief, _with_what_is_open(questions, brief))
        return {"proposed": _kept(proposed), "note": _PROPOSED}


def _with_what_is_open(questions: tuple[Question, ...], brief: Brief) -> tuple[Question, ...]:
    asked = {question.field for question in questions}
    return (*questions, *(question for question in open_questions(brief) if question.field not in asked))


def _kept(proposal: Proposal) -> dict[str, Any]:
    questions = [asdict(question) for question in proposal.questions]
    return {"title": proposal.title, "brief": brief_values(proposal.brief), "questions": questions}


def _proposal(output: str) -> Proposal | None:
    """Return what an output of the tool proposes. It may come from an imported file: nothing of it is sure."""
    try:
        kept = json.loads(output[:_MAX_OUTPUT_CHARS])["proposed"]
        brief = known_brief({field: kept["brief"].get(field) for field in _FIELDS})
        return Proposal(title_of(kept["title"]), brief, _questions(kept["questions"], MAX_QUESTIONS + len(_FIELDS)))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _questions(given: object, most: int) -> tuple[Question, ...]:
    """Return questions as they were given, with those that are open beside them. Raises NotValidError."""
    with about("The list of questions"):
        if not isinstance(given, list | None) or len(given or ()) > most:
            raise NotValidError(f"is no list of at most {most}")
    return tuple(_question(one) for one in given or ())


def _question(given: object) -> Question:
    if isinstance(given, str):
        given = {"text": given}
    if not isinstance(given, Mapping):
        raise NotValidError("is no object with a field and a text")
    if not (text := line_of(given.get("text"), MAX_QUESTION_CHARS)):
        raise NotValidError("is empty")
    field = given.get("field")
    return Question(field if field in _FIELDS else "", text)
