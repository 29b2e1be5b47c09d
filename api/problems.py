"""Errors as problem documents (RFC 9457): one table from what went wrong to a status and a stable code."""

import logging
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, ValidationError
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from db.engine import DatabaseUnavailableError
from services.errors import (
    BackboardAwayError,
    DeckChangedError,
    DoorBusyError,
    ExportRunningError,
    FileQuotaError,
    FileRefusedError,
    FileTooLargeError,
    GuestLimitError,
    ImportRunningError,
    InvalidFieldsError,
    InvalidInputError,
    IssuerAwayError,
    MessageIdReusedError,
    MonthlyLimitError,
    NotFoundError,
    NotInvitedError,
    NotPossibleError,
    PasscodeNeededError,
    ReadOnlyRoleError,
    ReplyInProgressError,
    ReviewChangedError,
    ServiceError,
    TooManyCommentsError,
    TooManyFollowUpsError,
    TooManyGuessesError,
    TooManyRepliesError,
    TooManySessionsError,
    TripChangedError,
    WrongPasscodeError,
)
from services.sessions.file_types import MAX_FILE_MB
from settings import Settings

log = logging.getLogger("travelbot.api")

MEDIA_TYPE = "application/problem+json"
STATUS_OF: dict[type[ServiceError], int] = {
    NotFoundError: 404,
    InvalidInputError: 422,
    InvalidFieldsError: 422,
    FileRefusedError: 422,
    FileTooLargeError: 413,
    FileQuotaError: 413,
    ImportRunningError: 503,
    ExportRunningError: 503,
    ReplyInProgressError: 409,
    MessageIdReusedError: 409,
    NotPossibleError: 409,
    ReadOnlyRoleError: 403,
    TooManyRepliesError: 429,
    TooManySessionsError: 429,
    MonthlyLimitError: 402,
    TooManyFollowUpsError: 429,
    BackboardAwayError: 503,
    IssuerAwayError: 503,
    NotInvitedError: 403,
    PasscodeNeededError: 403,
    WrongPasscodeError: 403,
    TooManyGuessesError: 429,
    TooManyCommentsError: 429,
    ReviewChangedError: 409,
    TripChangedError: 409,
    DeckChangedError: 409,
    DoorBusyError: 503,
    GuestLimitError: 403,
}
_WAIT_S: dict[type[ServiceError], int] = {TooManyGuessesError: 300, TooManyCommentsError: 300}
RETRY_AFTER_S = {429: 5, 503: 5}
_CODES = {
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take that method."),
    413: ("too_large", "The request is larger than 2 MB (50 MB for an import). Send only the last message."),
}


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    field: str = Field(examples=["body.title"])
    message: str = Field(examples=["String should have at least 1 character"])


class Problem(BaseModel):
    """What went wrong. *code* stays the same from version to version; *detail* is a sentence for a person."""

    type: str = Field(default="about:blank", examples=["about:blank"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no such session."])
    code: str = Field(examples=["not_found"])
    errors: list[FieldProblem] | None = Field(
        default=None, description="Of a 422, and of a trip that was changed: the fields."
    )


class ApiError(Exception):
    """An error that only the API knows."""

    def __init__(self, status: int, code: str, detail: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.headers = status, code, detail, headers


def declared(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route that may answer with problems of these statuses."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    headers: dict[str, str] | None = None,
    errors: Sequence[FieldProblem] | None = None,
) -> JSONResponse:
    """Return an answer that says what went wrong."""
    title = HTTPStatus(status).phrase
    body = Problem(title=title, status=status, detail=detail, code=code, errors=list(errors) if errors else None)
    given = {"Cache-Control": "no-store"} | (headers or {})
    if status in RETRY_AFTER_S:
        given.setdefault("Retry-After", str(RETRY_AFTER_S[status]))
    return JSONResponse(body.model_dump(exclude_none=True), status, given, MEDIA_TYPE)


def add_handlers(app: FastAPI) -> None:
    """Let every error of *app* be answered with a problem document."""

    @app.exception_handler(ApiError)
    async def _api(_: Request, error: ApiError) -> JSONResponse:
        return problem(error.status, error.code, error.detail, headers=error.headers)

    @app.exception_handler(ServiceError)
    async def _service(_: Request, error: ServiceError) -> JSONResponse:
        wait_s = _WAIT_S.get(type(error))
        headers = {"Retry-After": str(wait_s)} if wait_s else None
        errors = [FieldProblem(field=f"body.{name}", message=sentence) for name, sentence in _fields(error)]
        status = STATUS_OF.get(type(error), 400)
        return problem(status, error.code, error.message, headers=headers, errors=errors)

    @app.exception_handler(DatabaseUnavailableError)
    async def _database(_: Request, __: DatabaseUnavailableError) -> JSONResponse:
        return problem(503, "database_unavailable", "The database cannot be reached right now. Nothing was saved.")

    @app.exception_handler(ValidationError)
    async def _settings(_: Request, error: ValidationError) -> JSONResponse:
        if error.title != Settings.__name__:
            return unexpected(error)
        return problem(503, "settings", "A setting of this app is wrong. Its log and its screens say which.")

    @app.exception_handler(RequestValidationError)
    async def _validation(_: Request, error: RequestValidationError) -> JSONResponse:
        errors = [
            FieldProblem(field=".".join(map(str, one["loc"])), message=str(one["msg"])) for one in error.errors()[:20]
        ]
        return problem(422, "invalid_input", "The request is not valid for this address.", errors=errors)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == 413:
            return too_large(of_file=error.detail == "file", public=error.detail == "public")
        if error.status_code == 400:  # FastAPI's, of a body that is no text
            return problem(422, "invalid_input", "The body is not JSON in UTF-8.")
        code, detail = _CODES.get(error.status_code, ("bad_request", "This request cannot be read."))
        headers = {"Allow": ", ".join(_methods(app, request))} if error.status_code == 405 else error.headers
        return problem(error.status_code, code, detail, headers=dict(headers or {}))


def _fields(error: ServiceError) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with which field of a body."""
    if isinstance(error, InvalidFieldsError):
        yield from error.problems.items()
    elif isinstance(error, TripChangedError):
        for one in error.fields:
            yield one.field, f"{one.label} is now “{one.before}”, and was to be “{one.after}”."


def _methods(app: FastAPI, request: Request) -> list[str]:
    """Return the methods of an address: every route's that has it, not only the first one's."""
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    for pattern, item in sorted(app.openapi()["paths"].items(), key=lambda entry: entry[0].count("{")):
        if compile_path(pattern)[0].match(path):
            return sorted(method.upper() for method in item)
    return ["GET", "HEAD"]


def too_large(*, of_file: bool = False, public: bool = False) -> JSONResponse:
    """Answer for a body that is not even looked at."""
    if of_file:
        return problem(413, FileTooLargeError.code, f"The file is larger than {MAX_FILE_MB} MB.")
    if public:
        return problem(413, _CODES[413][0], "The request is larger than 64 kB.")
    return problem(413, *_CODES[413])


def unexpected(error: Exception) -> JSONResponse:
    """Answer for a mistake of ours; the log gets its kind and place, without what the user sent."""
    log.error("unexpected error", exc_info=error)
    return problem(500, "internal", "Something went wrong on our side. Please try again.")
