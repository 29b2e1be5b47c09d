"""Templates: openings to start sessions from. Six that everybody has, and those that a planner saved."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import db.messages
import db.models
import db.sessions
import db.templates
from db.engine import Database
from db.ids import MAX_ID
from db.models import utc_now
from services.accounts.roles import writing
from services.errors import InvalidInputError, NotFoundError
from services.replies.replies import ReplyService
from services.sessions.records import Accepted
from services.texts import check_model, clean_instructions, clean_message, clean_text, clean_title
from services.transfer.saved_things import MAX_TEMPLATES

MOST = MAX_TEMPLATES  # of one planner: they are listed whole
_BUILT_IN = Path(__file__).with_suffix(".toml")
_BLANK = re.compile(r"\{\{|\}\}|\{ *([^\W\d_][\w ,'-]{0,39}?) *\}")


@dataclass(frozen=True, slots=True)
class Opening:
    """What a session starts with. *model* is `provider/name`, None for the planner's last choice.

    *first_message* may be empty, and may have blanks: `{where}`; a brace that is none is written twice.
    """

    name: str
    instructions: str = ""
    first_message: str = ""
    model: str | None = None
    memory: bool = True
    web_search: bool = False

    @property
    def blanks(self) -> tuple[str, ...]:
        """The names of the blanks, each once, in order."""
        return tuple(dict.fromkeys(name for name in _BLANK.findall(self.first_message) if name))

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the first message with every blank filled in. Raises InvalidInputError where one is not."""
        given = {name: clean_text(value) for name, value in values.items()}
        missing = [name for name in self.blanks if not given.get(name)]
        if missing:
            raise InvalidInputError(f"Please fill in: {', '.join(missing)}.")
        return _BLANK.sub(lambda found: given[found[1]] if found[1] else found[0][0], self.first_message)


@dataclass(frozen=True, slots=True)
class Template(Opening):
    """An opening that was saved; *id* is a number as text, or the key of one that everybody has."""

    id: str = ""

    @property
    def built_in(self) -> bool:
        """True for one that everybody has and nobody can change."""
        return not self.id.isdigit()


class TemplateService:
    """The planner's templates, and those that everybody has.

    Raises DatabaseUnavailableError from every method when the database is away, NotFoundError where there is no such
    template for this planner.
    """

    def __init__(self, database: Database, replies: ReplyService) -> None:
        self._db = database
        self._replies = replies

    def all(self, *, user_id: int) -> tuple[Template, ...]:
        """Return the planner's own, by name, and then those that everybody has."""
        with self._db.read() as db_session:
            own = tuple(_template(row) for row in db.templates.of_user(db_session, user_id=user_id, limit=MOST))
        return own + built_in()

    def get(self, template_id: str, *, user_id: int) -> Template:
        """Return one template."""
        for template in built_in():
            if template.id == template_id:
                return template
        with self._db.read() as db_session:
            return _template(_own(db_session, template_id, user_id))

    def add(self, opening: Opening, *, user_id: int) -> Template:
        """Save a template. Raises InvalidInputError, also where the name is taken or there are too many."""
        cleaned = _cleaned(opening)
        with _name_is_free(cleaned.name), writing(self._db, user_id) as db_session:
            if db.templates.count(db_session, user_id=user_id) >= MOST:
                raise InvalidInputError(f"You have {MOST} templates already. Delete one that you no longer need.")
            row = db.models.Template(user_id=user_id)
            _write(row, cleaned)
            db_session.add(row)
            db_session.flush()
            return _template(row)

    def change(self, template_id: str, opening: Opening, *, user_id: int) -> Template:
        """Write a template anew. Raises InvalidInputError, also for one that everybody has."""
        cleaned = _cleaned(opening)
        _refuse_built_in(template_id)
        with _name_is_free(cleaned.name), writing(self._db, user_id) as db_session:
            row = _own(db_session, template_id, user_id)
            _write(row, cleaned)
            row.updated_at = utc_now()
            db_session.flush()
            return _template(row)

    def delete(self, template_id: str, *, user_id: int) -> Template:
        """Delete a template and return it as it was: `add` brings it back. Raises InvalidInputError."""
        _refuse_built_in(template_id)
        with writing(self._db, user_id) as db_session:
            row = _own(db_session, template_id, user_id)
            gone = _template(row)
            db_session.delete(row)
            return gone

    def of_session(self, session_id: int, *, user_id: int) -> Opening:
        """Return the opening that a session had: its settings, and its first message with no blanks yet."""
        with self._db.read() as db_session:
            session = db.sessions.get_visible(db_session, session_id, user_id=user_id)
            if session is None:
                raise NotFoundError("There is no such session.")
            first = db.messages.first_of_planner(db_session, session_id, user_id=user_id)
            return Opening(
                name=session.title,
                instructions=session.instructions or "",
                first_message=re.sub(r"[{}]", r"\g<0>\g<0>", first.content) if first else "",
                model=session.model,
                memory=session.memory,
                web_search=session.web_search,
            )

    def start(
        self,
        template_id: str,
        values: Mapping[str, str],
        *,
        user_id: int,
        client_message_id: str,
        text: str | None = None,
    ) -> Accepted:
        """Start a session from a template: send its first message, or *text* in the place of that.

        Raises as `ReplyService.send`, and InvalidInputError where a blank is not filled or there is nothing to send.
        """
        template = self.get(template_id, user_id=user_id)
        return self._replies.send(
            template.filled(values) if text is None else text,
            user_id=user_id,
            client_message_id=client_message_id,
            model=template.model,
            memory=template.memory,
            web_search=template.web_search,
            instructions=template.instructions,
        )


@cache
def built_in() -> tuple[Template, ...]:
    """Return the templates that everybody has."""
    read = tomllib.loads(_BUILT_IN.read_text("utf-8"))["template"]
    return tuple(
        Template(
            id=one["key"],
            name=one["name"],
            instructions=_unwrapped(one["instructions"]),
            first_message=_unwrapped(one["first_message"]),
            memory=one.get("memory", True),
            web_search=one.get("web_search", False),
        )
        for one in read
    )


def _unwrapped(text: str) -> str:
    """Return a text of the file without the ends of its lines, which are there for its readers; paragraphs stay."""
    return re.sub(r"(?<!\n)\n(?!\n)", " ", text.strip())


def _refuse_built_in(template_id: str) -> None:
    if any(template.id == template_id for template in built_in()):
        raise InvalidInputError("This template is everybody's. Save a copy of it, which is yours.")


def _own(db_session: Session, template_id: str, user_id: int) -> db.models.Template:
    known = template_id.isascii() and template_id.isdigit() and len(template_id) < 20 and int(template_id) <= MAX_ID
    row = db.templates.get_visible(db_session, int(template_id), user_id=user_id) if known else None
    if row is None:
        raise NotFoundError("There is no such template.")
    return row


def _cleaned(opening: Opening) -> Opening:
    first_message = clean_message(opening.first_message) if opening.first_message.strip() else ""
    instructions = clean_instructions(opening.instructions) or ""
    if not first_message and not instructions:
        raise InvalidInputError("A template has instructions, a first message, or both.")
    return Opening(
        name=clean_title(opening.name),
        instructions=instructions,
        first_message=first_message,
        model=check_model(opening.model) if opening.model else None,
        memory=opening.memory,
        web_search=opening.web_search,
    )


@contextmanager
def _name_is_free(name: str) -> Iterator[None]:
    """Say so where a planner has a template of this name already."""
    try:
        yield
    except IntegrityError as exc:
        raise InvalidInputError(f"You have a template named “{name}” already. Choose another name.") from exc


def _write(row: db.models.Template, opening: Opening) -> None:
    for field in ("name", "instructions", "first_message", "model", "memory", "web_search"):
        setattr(row, field, getattr(opening, field))


def _template(row: db.models.Template) -> Template:
    return Template(
        id=str(row.id),
        name=row.name,
        instructions=row.instructions,
        first_message=row.first_message,
        model=row.model,
        memory=row.memory,
        web_search=row.web_search,
    )
