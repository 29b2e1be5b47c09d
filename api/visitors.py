"""Who asks with a link: without an account, let in before anything that they send is read."""

import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import Depends, Header, Path, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute

from api.addresses import address_of
from api.limits import RequestLimit
from api.problems import ApiError
from services.accounts.addresses import site_of
from services.errors import PasscodeNeededError
from services.reviews.doors import KEY_CHARS
from services.reviews.visits import VisitService, new_reader_key
from services.wiring import Services

KEY_HEADER = "X-Review-Key"
PASSCODE_HEADER = "X-Review-Passcode"
ON_LINK = 10  # times as many requests as from one address
_KEY_PATTERN = f"^([A-Za-z0-9_-]{{{KEY_CHARS}}})?$"
_MOST_OF_PASSCODE = 600  # percent-encoded


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody for whom a link opens. *key* is the browser's; *given* whether it came with the request."""

    visits: VisitService
    token: str = field(repr=False)
    key: str = field(repr=False)
    given: bool
    address: str | None


def _let_in(request: Request) -> Visitor:
    """Return who asks. Raises ApiError and ServiceError: they are refused."""
    services: Services = request.app.state.get_services()
    limit: RequestLimit = request.app.state.request_limit
    address = address_of(request, services)
    per_minute = services.settings.requests_per_minute
    if address is not None:
        limit.count(f"address {site_of(address)}", per_minute=per_minute)
    token, given = request.path_params["token"], request.headers.get(KEY_HEADER, "")
    if not re.fullmatch(_KEY_PATTERN, given):
        raise ApiError(422, "invalid_input", f"{KEY_HEADER} is no key: send the one of an earlier answer, or none.")
    key = given or new_reader_key()
    review_id = services.visits.find(token, given or None, address=address)
    limit.count(f"review {review_id}", per_minute=ON_LINK * per_minute)
    try:
        services.visits.seen(token, key)
    except PasscodeNeededError:
        passcode = request.headers.get(PASSCODE_HEADER)
        if not passcode:
            raise
        services.visits.unlock(token, key, unquote(passcode[:_MOST_OF_PASSCODE]), address=address)
    return Visitor(services.visits, token, key, bool(given), address)


# `VisitorRoute` has looked at all of it by then; here it comes into the OpenAPI document.
async def _visitor(
    request: Request,
    _token: Annotated[str, Path(alias="token", description="What stands in the address of the link's page.")],
    _key: Annotated[
        str,
        Header(
            alias=KEY_HEADER,
            pattern=_KEY_PATTERN,
            description="What a browser, or a program, is known by on this link. Where none comes, the answer has a "
            "new one in the same header: keep it, and send it with the next request.",
        ),
    ] = "",
    _passcode: Annotated[
        str,
        Header(
            alias=PASSCODE_HEADER,
            description="Where the link has a passcode: once for each key. What is not ASCII, and `%`, is "
            "percent-encoded as in an address.",
        ),
    ] = "",
) -> Visitor:
    visitor: Visitor = request.state.visitor
    return visitor


VisitorDep = Annotated[Visitor, Depends(_visitor)]


class VisitorRoute(APIRoute):
    """A route that lets a visitor in before it reads the body, and tells them their key."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        answer = super().get_route_handler()

        async def handler(request: Request) -> Response:
            request.state.visitor = visitor = await run_in_threadpool(_let_in, request)
            response = await answer(request)
            if not visitor.given:
                response.headers[KEY_HEADER] = visitor.key
            return response

        return handler
