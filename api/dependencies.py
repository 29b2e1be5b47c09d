"""Who asks, by which token, and whether they may: the same for every route."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Path, Request, Response, Security
from fastapi.concurrency import run_in_threadpool
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.addresses import address_of
from api.limits import RequestLimit
from api.problems import ApiError
from api.schemas import WITHOUT_NUL
from db.ids import MAX_ID
from services.accounts.tokens import PREFIX, TokenInfo, TokenUse
from services.errors import NotFoundError, NotInvitedError
from services.process.origin import asked_from
from services.wiring import Services

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="A personal token from the screen *Settings*: `tbt_…`; "
    "or, where `COMPANY_API_AUDIENCE` is set, an access token of your company (JWT).",
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a valid token, and the services they ask."""

    user_id: int
    use: TokenUse
    services: Services
    _secret: str = field(repr=False)

    @property
    def token(self) -> TokenInfo:
        """Return the token they came with."""
        return self.use.token

    def may_go_on(self) -> bool:
        """Whether their token lets them in now, too. Not for an event loop; raises IssuerAwayError."""
        if self._secret.startswith(PREFIX):
            return self.services.tokens.still_lets_in(self.use)
        try:
            return self.services.company_tokens.check(self._secret) is not None
        except NotInvitedError:
            return False


async def _identify(request: Request) -> Caller:
    """Return who asks.

    Raises ApiError: without a valid token, or after too many requests; NotInvitedError and IssuerAwayError.
    """
    credentials: HTTPAuthorizationCredentials | None = await _bearer(request)
    state = request.app.state

    secret = credentials.credentials if credentials else ""

    def look() -> tuple[Services, TokenUse | None]:
        services: Services = state.get_services()
        ours = secret.startswith(PREFIX)
        return services, services.tokens.check(secret) if ours else services.company_tokens.check(secret)

    services, use = await run_in_threadpool(look)
    if use is None:
        detail = "Send a valid token: Authorization: Bearer tbt_…  Make one on the screen Settings."
        raise ApiError(401, "unauthorized", detail, headers={"WWW-Authenticate": "Bearer"})
    limit: RequestLimit = state.request_limit
    limit.count(f"user {use.user.id}", per_minute=services.settings.requests_per_minute)
    return Caller(use.user.id, use, services, secret)


# `Security` puts the token into the OpenAPI document; `GuardedRoute` has looked at it by then.
async def _asking(request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]) -> Caller:
    caller: Caller = request.state.caller
    return caller


AskingDep = Annotated[Caller, Depends(_asking)]


async def _caller(caller: AskingDep) -> Caller:
    return caller


CallerDep = Annotated[Caller, Depends(_caller)]


async def _writer(caller: CallerDep) -> Caller:
    return caller


WriterDep = Annotated[Caller, Depends(_writer)]


async def _reader_of_metrics(caller: AskingDep) -> Caller:
    return caller


MetricsDep = Annotated[Caller, Depends(_reader_of_metrics)]


class GuardedRoute(APIRoute):
    """A route that knows who asks before it reads the body: a stranger's 50 MB are not even received.

    FastAPI itself reads the body first and asks the dependencies then.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        answer = super().get_route_handler()
        if not _needs(self.dependant, _asking):
            return answer
        checks = [check for need, check in _CHECKS.items() if _needs(self.dependant, need)]

        async def handler(request: Request) -> Response:
            request.state.caller = caller = await _identify(request)
            asked_from(address_of(request, caller.services))
            for check in checks:
                check(caller)
            return await answer(request)

        return handler


def _refuse_metrics_token(caller: Caller) -> None:
    if caller.token.metrics_only:
        raise ApiError(403, "metrics_token", "This token reads /api/metrics and nothing else.")


def _refuse_read_only_token(caller: Caller) -> None:
    if caller.token.read_only:
        raise ApiError(403, "read_only_token", "This token may only read. Use one with full access.")


def _refuse_planners(caller: Caller) -> None:
    if not caller.use.user.is_admin:
        raise ApiError(403, "admins_only", "The metrics are for admins. Use an admin's token.")


_CHECKS: dict[Callable[..., Any], Callable[[Caller], None]] = {
    _caller: _refuse_metrics_token,
    _writer: _refuse_read_only_token,
    _reader_of_metrics: _refuse_planners,
}


def _needs(dependant: Dependant, call: Callable[..., Any]) -> bool:
    return any(one.call is call or _needs(one, call) for one in dependant.dependencies)


def parse_id(text: str, what: str) -> int:
    """Return the id that *text* is. Raises NotFoundError: what is no id is the id of nothing."""
    if text.isascii() and text.isdigit() and len(text) < 20 and 0 < int(text) <= MAX_ID:
        return int(text)
    raise NotFoundError(f"There is no such {what}.")


def given_id(text: str | None, what: str) -> int | None:
    """Return the id that *text* is, or None where none was given. Raises NotFoundError."""
    return None if text is None else parse_id(text, what)


_ID: dict[str, Any] = {
    "description": "The id, a string of digits.",
    "examples": ["249712407203954688"],
    "pattern": WITHOUT_NUL,
}


async def _session_id(session_id: Annotated[str, Path(**_ID)]) -> int:
    return parse_id(session_id, "session")


async def _message_id(message_id: Annotated[str, Path(**_ID)]) -> int:
    return parse_id(message_id, "message")


async def _file_id(file_id: Annotated[str, Path(**_ID)]) -> int:
    return parse_id(file_id, "file")


async def _review_id(review_id: Annotated[str, Path(**_ID)]) -> int:
    return parse_id(review_id, "review")


async def _comment_id(comment_id: Annotated[str, Path(**_ID)]) -> int:
    return parse_id(comment_id, "comment")


async def _follow_up_id(follow_up_id: Annotated[str, Path(**_ID)]) -> int:
    return parse_id(follow_up_id, "message that waits")


async def _trip_id(trip_id: Annotated[str, Path(**_ID)]) -> int:
    return parse_id(trip_id, "trip")


async def _trip_file_id(trip_file_id: Annotated[str, Path(**_ID)]) -> int:
    return parse_id(trip_file_id, "file")


async def _customer_id(customer_id: Annotated[str, Path(**_ID)]) -> int:
    return parse_id(customer_id, "customer")


async def _member_id(user_id: Annotated[str, Path(**_ID)]) -> int:
    return parse_id(user_id, "member")


async def _revision_number(
    rev: Annotated[str, Path(description="The number, from 1.", examples=["1"], pattern=WITHOUT_NUL)],
) -> int:
    return parse_id(rev, "revision")


TemplateId = Annotated[
    str,
    Path(
        description="A string of digits, or the key of one that everybody has.",
        examples=["249712407203954688"],
        pattern=WITHOUT_NUL,
    ),
]
ChatId = Annotated[str, Path(description="A session's id, or the name that the caller gave it.", pattern=WITHOUT_NUL)]
MemoryId = Annotated[str, Path(description="The id, as Backboard gave it.", examples=["mem_9"], pattern=WITHOUT_NUL)]
SessionId = Annotated[int, Depends(_session_id)]
MessageId = Annotated[int, Depends(_message_id)]
FileId = Annotated[int, Depends(_file_id)]
FollowUpId = Annotated[int, Depends(_follow_up_id)]
ReviewId = Annotated[int, Depends(_review_id)]
CommentId = Annotated[int, Depends(_comment_id)]
TripId = Annotated[int, Depends(_trip_id)]
TripFileId = Annotated[int, Depends(_trip_file_id)]
CustomerId = Annotated[int, Depends(_customer_id)]
MemberId = Annotated[int, Depends(_member_id)]
RevisionNumber = Annotated[int, Depends(_revision_number)]
