"""What a request says, read and checked: path, query and the three kinds of body."""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from emulator.errors import ApiError, invalid
from emulator.store import Json

_TRUE, _FALSE = ("true", "1", "yes", "on"), ("false", "0", "no", "off")


def path_uuid(request: Request, name: str) -> str:
    """Return a UUID of the path as Backboard writes it; 422 when it is none."""
    return _uuid("path", name, request.path_params[name])


def body_uuid(fields: Mapping[str, Any], name: str) -> str | None:
    """Return a UUID of the body, or None when it is not given; 422 when it is none."""
    value = fields.get(name)
    return None if value in (None, "") else _uuid("body", name, value)


def _uuid(where: str, name: str, value: object) -> str:
    try:
        return str(uuid.UUID(str(value)))
    except ValueError:
        raise invalid(where, name, "Input should be a valid UUID", "uuid_parsing") from None


def query_int(request: Request, name: str, default: int, *, low: int, high: int) -> int:
    """Return a number of the query; 422 when it is out of range."""
    try:
        value = int(request.query_params.get(name, default))
    except ValueError:
        raise invalid("query", name, "Input should be a valid integer", "int_parsing") from None
    if not low <= value <= high:
        raise invalid("query", name, f"Input should be between {low} and {high}", "out_of_range")
    return value


def query_flag(request: Request, name: str, default: bool | None) -> bool | None:
    """Return a yes or no of the query."""
    return as_flag("query", name, request.query_params.get(name), default)


def body_flag(fields: Mapping[str, Any], name: str, *, default: bool) -> bool:
    """Return a yes or no of the body, given as a boolean or as text."""
    return bool(as_flag("body", name, fields.get(name), default))


def as_flag(where: str, name: str, value: object, default: bool | None) -> bool | None:
    """Read a yes or no."""
    text = str(value).lower()
    if value is None:
        return default
    if text not in _TRUE + _FALSE:
        raise invalid(where, name, "Input should be a valid boolean", "bool_parsing")
    return text in _TRUE


def body_text(fields: Mapping[str, Any], name: str, *, longest: int | None = None) -> str:
    """Return a text of the body that must be there; 422 when it is missing, empty or too long."""
    value = fields.get(name)
    if value is None:
        raise invalid("body", name, "Field required", "missing")
    if not isinstance(value, str):
        raise invalid("body", name, "Input should be a valid string", "string_type")
    if not value:
        raise invalid("body", name, "String should have at least 1 character", "string_too_short")
    if longest is not None and len(value) > longest:
        raise invalid("body", name, f"String should have at most {longest} characters", "string_too_long")
    return value


def body_optional_text(fields: Mapping[str, Any], name: str) -> str | None:
    """Return a text of the body that may be missing, null or empty."""
    value = fields.get(name)
    return None if value is None or value == "" else body_text(fields, name)


def body_object(fields: Mapping[str, Any], name: str) -> Json | None:
    """Return an object of the body, given as JSON or as text with JSON in it; None when it is not given."""
    value = _unpacked(fields, name)
    if value is not None and not isinstance(value, dict):
        raise invalid("body", name, "Input should be a valid dictionary", "dict_type")
    return value


def body_list(fields: Mapping[str, Any], name: str) -> list[Json] | None:
    """Return a list of objects of the body, given as JSON or as text with JSON in it; None when it is not given."""
    value = _unpacked(fields, name)
    if value is not None and not (isinstance(value, list) and all(isinstance(item, dict) for item in value)):
        raise invalid("body", name, "Input should be a valid list of objects", "list_type")
    return value


def _unpacked(fields: Mapping[str, Any], name: str) -> Any:
    value = fields.get(name)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value else None
    except ValueError:
        raise invalid("body", name, "Invalid JSON", "json_invalid") from None


def tool_names(tools: list[Json] | None) -> tuple[str, ...]:
    """Return the names of tool definitions; 422 when one is not in the shape of OpenAI's functions."""
    names = []
    for tool in tools or []:
        function = tool.get("function")
        if tool.get("type", "function") != "function" or not isinstance(function, dict):
            raise invalid("body", "tools", "A tool is {'type': 'function', 'function': {...}}")
        if not isinstance(function.get("name"), str) or not function["name"]:
            raise invalid("body", "tools", "A tool's function needs a name")
        parameters = function.get("parameters")
        if not isinstance(parameters, dict) or not isinstance(parameters.get("properties"), dict):
            raise invalid("body", "tools", "A tool's function needs parameters with properties")
        names.append(function["name"])
    return tuple(names)


async def read_body(request: Request) -> Json:
    """Return the fields of a JSON, urlencoded or multipart body. Files are refused: they come as documents."""
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        async with request.form() as form:
            if any(not isinstance(value, str) for value in form.values()):
                raise ApiError(400, "Attachments are not supported by this emulator: upload a document.")
            return dict(form)
    if kind != "application/json":
        raise invalid("body", "content-type", f"{kind} is not supported")
    try:
        body = json.loads(await request.body() or b"{}")
    except ValueError:
        raise invalid("body", "body", "JSON decode error", "json_invalid") from None
    if not isinstance(body, dict):
        raise invalid("body", "body", "Input should be a valid dictionary", "dict_type")
    return body
