"""The settings of a session in JSON: made from `SessionSettings`, so that the API has every one of them."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import MISSING, fields
from typing import Annotated, Any, TypeVar, get_type_hints

from pydantic import BaseModel, Field, create_model
from pydantic.fields import FieldInfo

from exports.sessions.settings import SessionSettings
from services.texts import MAX_INSTRUCTIONS_CHARS, MAX_MODEL_CHARS, MAX_TITLE_CHARS, MODEL_PATTERN

Title = Annotated[str, Field(min_length=1, max_length=MAX_TITLE_CHARS, examples=["Lisbon in May"])]
Model = Annotated[str, Field(pattern=MODEL_PATTERN, max_length=MAX_MODEL_CHARS, examples=["openai/gpt-4o"])]
Instructions = Annotated[str, Field(max_length=MAX_INSTRUCTIONS_CHARS, examples=["Answer as a table."])]

T = TypeVar("T", bound=BaseModel)
_STRICTER = {"title": Title, "model": Model, "instructions": Instructions}  # when they come in
_TYPES = get_type_hints(SessionSettings)
_DESCRIPTIONS = {
    name: FieldInfo.from_annotation(hint).description
    for name, hint in get_type_hints(SessionSettings, include_extras=True).items()
}


def shows_settings(model: type[T]) -> type[T]:
    """Add to what goes out the settings that a session has."""
    return _with(model, {name: (hint, Field(description=_DESCRIPTIONS[name])) for name, hint in _TYPES.items()})


def takes_settings(*, but: Collection[str] = ()) -> Callable[[type[T]], type[T]]:
    """Add to what comes in the settings of a new session: null, or what is usual, where one is not given."""
    return lambda model: _with(model, {name: one for name, one in _given(usual=True) if name not in but})


def changes_settings(model: type[T]) -> type[T]:
    """Add to what comes in the settings of a session that are to change: null where one is not given."""
    return _with(model, dict(_given(usual=False)))


def _given(*, usual: bool) -> Iterator[tuple[str, tuple[Any, Any]]]:
    for one in fields(SessionSettings):
        hint = _STRICTER.get(one.name, _TYPES[one.name])
        default = one.default if usual and one.default is not MISSING else None
        kind = hint if default is not None else hint | None
        yield one.name, (kind, Field(default=default, description=_DESCRIPTIONS[one.name]))


def _with(model: type[T], settings: dict[str, Any]) -> type[T]:
    made: type[T] = create_model(
        model.__name__, __base__=model, __module__=model.__module__, __doc__=model.__doc__, **settings
    )
    return made
