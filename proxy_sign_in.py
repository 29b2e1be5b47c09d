"""What stands before everything else in `server.py`: who a proxy says is there.

Headers that say so are taken out of every request, whatever it is for, unless the setting PROXY_SIGN_IN is on and a
proxy that TRUSTED_PROXIES lists opened the connection. Then they become one header of ours, which the script reads.
"""

import logging
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from middleware import path_of, refuse
from services.accounts.addresses import is_listed
from services.accounts.issuers import Issuer
from services.accounts.proxies import OUR_HEADER, Header, comes_twice, parted, said_by_headers, said_by_token, sealed
from services.errors import InvalidInputError, IssuerAwayError, NotInvitedError
from services.process.clock import utc_now
from settings import Settings

# What machines ask that look after this one; they come by no proxy, and learn nothing of anybody.
_OF_OPERATORS = ("/_stcore/health", "/_stcore/script-health-check", "/api/health", "/api/metrics")
_API = "/api/"  # a program has a token; and any page may call it, which a proxy's cookie must not make somebody's
_OTHER_WAYS_IN = ("/auth/", "/oauth2callback")
_MOST_LOGGED = 20
_NOT_LISTED = "This app is reached through its proxy, which signs you in. Open it at the proxy's address."
_NOBODY = "Nobody is signed in here. Please sign in where you came from, then reload the page."

log = logging.getLogger("travelbot")


class ProxySignIn:
    """Lets a listed proxy say who is there, and nobody else."""

    def __init__(self, app: ASGIApp, get_settings: Callable[[], Settings | None]) -> None:
        self._app = app
        self._get_settings = get_settings
        self._issuer: Issuer | None = None
        self._logged: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or WebSocket."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        settings = self._get_settings()
        others, of_identity = parted(scope["headers"], settings.proxy_token_header if settings else "")
        scope = {**scope, "headers": others}
        header = ""  # where something was taken out: that there was something is told
        if settings is not None and settings.behind_proxy and not _is_of_operators(scope):
            answer, header = await self._look(scope, of_identity, settings)
            if answer is not None:
                await refuse(scope, receive, send, answer)
                return
        if of_identity:
            others.append((OUR_HEADER.lower().encode(), header.encode()))
        await self._app(scope, receive, send)

    async def _look(
        self, scope: Scope, of_identity: list[Header], settings: Settings
    ) -> tuple[PlainTextResponse | None, str]:
        """Return a refusal, or else what our header is to say; that is nothing for the API."""
        forwarded_for = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
        if not is_listed(scope.get("client"), forwarded_for, settings.trusted_proxies):
            self._log_once(str((scope.get("client") or ("a local socket",))[0]))
            return PlainTextResponse(_NOT_LISTED, 403), ""
        if comes_twice(of_identity):
            return PlainTextResponse("A header that says who you are came twice.", 400), ""
        path = path_of(scope)
        if scope["type"] == "http" and path.startswith(_API):
            return None, ""
        if path.startswith(_OTHER_WAYS_IN):
            return PlainTextResponse("There is nothing here: the proxy signs people in.", 404), ""
        if self._issuer is None and settings.proxy_sign_in == "token":
            self._issuer = _issuer(settings)
        try:
            header = await run_in_threadpool(self._header, of_identity, settings)
        except InvalidInputError as exc:
            return PlainTextResponse(exc.message, 400), ""
        except NotInvitedError as exc:
            return PlainTextResponse(exc.message, 403), ""
        except IssuerAwayError as exc:
            return PlainTextResponse(exc.message, 503, {"Retry-After": "5"}), ""
        return (None, header) if header else (PlainTextResponse(_NOBODY, 403), "")

    def _log_once(self, address: str) -> None:
        """Tell whoever sets this up which address TRUSTED_PROXIES does not list."""
        if address not in self._logged and len(self._logged) < _MOST_LOGGED:
            self._logged.add(address)
            log.warning(
                "A request came from an address that TRUSTED_PROXIES does not list.", extra={"address": address}
            )

    def _header(self, of_identity: list[Header], settings: Settings) -> str:
        """Return what our header is to say, empty where the proxy names nobody. Not for an event loop."""
        now = utc_now()
        if self._issuer is None:
            said = said_by_headers(of_identity, at=now)
        else:
            said = said_by_token(of_identity, settings.proxy_token_header, self._issuer.check, at=now)
        return sealed(said, settings.cookie_secret) if said else ""


def _issuer(settings: Settings) -> Issuer:
    return Issuer(
        name=settings.proxy_token_issuer or "",
        audience=settings.proxy_token_audience or "",
        keys=settings.proxy_token_keys or "",
        groups_claim=settings.company_groups_claim,
        email_is_verified=True,
    )


def _is_of_operators(scope: Scope) -> bool:
    return scope["type"] == "http" and path_of(scope) in _OF_OPERATORS
