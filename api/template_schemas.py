"""Templates as JSON."""

from pydantic import BaseModel, Field

from api.schemas import Content, Cursor, Given, Name
from api.session_settings import (
    Instructions,
    Model,
    Title,
)
from services.templates.templates import Opening, Template
from services.texts import (
    MAX_MESSAGE_CHARS,
)


class TemplateIn(Given):
    """An opening to start sessions from, whole: it has instructions, a first message, or both."""

    name: Title
    instructions: Instructions = ""
    first_message: str = Field(
        default="",
        max_length=MAX_MESSAGE_CHARS,
        description="With blanks: `{where}`. A brace that is none is written twice.",
        examples=["Please plan {days} days in {where}."],
    )
    model: Model | None = Field(default=None, description="Null: the caller's last choice.")
    memory: bool = True
    web_search: bool = False

    def opening(self) -> Opening:
        """Return it as services take it."""
        return Opening(**self.model_dump())


class TemplateOut(BaseModel):
    """An opening to start sessions from. *built_in*: everybody has it, and nobody can change it."""

    template_id: str = Field(examples=["itinerary"])
    name: str
    instructions: str
    first_message: str
    blanks: list[str] = Field(description="The names of the first message's blanks.", examples=[["days", "where"]])
    model: str | None
    memory: bool
    web_search: bool
    built_in: bool

    @classmethod
    def of(cls, template: Template) -> "TemplateOut":
        """Return a template as JSON shows it."""
        return cls(
            template_id=template.id,
            name=template.name,
            instructions=template.instructions,
            first_message=template.first_message,
            blanks=list(template.blanks),
            model=template.model,
            memory=template.memory,
            web_search=template.web_search,
            built_in=template.built_in,
        )


class TemplateList(BaseModel):
    """The caller's templates by name, and then those that everybody has."""

    templates: list[TemplateOut]
    count: int
    next_cursor: Cursor


class TemplateStart(Given):
    """What a session is started with."""

    values: dict[str, str] = Field(
        default={},
        max_length=100,
        description="For each blank of the first message.",
        examples=[{"days": "5", "where": "Lisbon"}],
    )
    content: Content | None = Field(default=None, description="In the place of the first message.")
    message_id: Name | None = Field(default=None, description="Made by the caller: a repeat joins the same reply.")
