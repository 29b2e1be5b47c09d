"""Who asks, by which token, and whether they may: the same for every route."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request, Security
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.limits import RequestLimit
from api.problems import ApiError
from db.ids import MAX_ID
from services.errors import NotFoundError
from services.tokens import TokenInfo, TokenUse
from services.wiring import Services

_bearer = HTTPBearer(
    auto_error=False, scheme_name="token", description="A personal token from the screen *Settings*: `tbt_…`"
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a valid token, and the services they ask."""

    user_id: int
    use: TokenUse
    services: Services

    @property
    def token(self) -> TokenInfo:
        """Return the token they came with."""
        return self.use.token


async def _caller(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]
) -> Caller:
    state = request.app.state

    def look() -> tuple[Services, TokenUse | None]:
        services: Services = state.get_services()
        return services, services.tokens.check(credentials.credentials) if credentials else None

    services, use = await run_in_threadpool(look)
    if use is None:
        detail = "Send a valid token: Authorization: Bearer tbt_…  Make one on the screen Settings."
        raise ApiError(401, "unauthorized", detail, headers={"WWW-Authenticate": "Bearer"})
    limit: RequestLimit = state.request_limit
    limit.count(use.user.id, per_minute=services.settings.requests_per_minute)
    return Caller(use.user.id, use, services)


CallerDep = Annotated[Caller, Depends(_caller)]


async def _writer(caller: CallerDep) -> Caller:
    if caller.token.read_only:
        raise ApiError(403, "read_only_token", "This token may only read. Use one with full access.")
    return caller


WriterDep = Annotated[Caller, Depends(_writer)]


def parse_id(text: str, what: str) -> int:
    """Return the id that *text* is. Raises NotFoundError: what is no id is the id of nothing."""
    if text.isascii() and text.isdigit() and len(text) < 20 and 0 < int(text) <= MAX_ID:
        return int(text)
    raise NotFoundError(f"There is no such {what}.")


_ID = {"description": "The id, a string of digits.", "examples": ["249712407203954688"]}


async def _session_id(session_id: Annotated[str, Path(**_ID)]) -> int:
    return parse_id(session_id, "session")


async def _message_id(message_id: Annotated[str, Path(**_ID)]) -> int:
    return parse_id(message_id, "message")


async def _follow_up_id(follow_up_id: Annotated[str, Path(**_ID)]) -> int:
    return parse_id(follow_up_id, "message that waits")


TemplateId = Annotated[
    str,
    Path(description="A string of digits, or the key of one that everybody has.", examples=["249712407203954688"]),
]
SessionId = Annotated[int, Depends(_session_id)]
MessageId = Annotated[int, Depends(_message_id)]
FollowUpId = Annotated[int, Depends(_follow_up_id)]
