"""What every route works with."""

import hashlib
from dataclasses import dataclass, field

from anyio import CapacityLimiter
from starlette.requests import Request

from emulator.catalogue import Catalogue
from emulator.documents import AT_ONCE
from emulator.errors import ApiError, not_found
from emulator.faults import FaultQueue, Faults, parse_faults
from emulator.runner import Runner
from emulator.store import Json, Store

_ONE_ACCOUNT = "c48a01f49fd0f2cc"  # what the only key of earlier versions made


@dataclass(frozen=True, slots=True)
class Context:
    """The emulator's state, runs and models, the faults that wait, how often routes were asked, who reads files."""

    store: Store
    runner: Runner
    catalogue: Catalogue
    document_delay_s: float
    one_account: bool = False  # all data is of whoever has the one key that is let in
    faults: FaultQueue = field(default_factory=FaultQueue)
    requests: dict[str, int] = field(default_factory=dict)
    readers: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(AT_ONCE))


def context(request: Request) -> Context:
    """Return the context of the app that serves *request*."""
    found: Context = request.app.state.context
    return found


def account(request: Request) -> str:
    """Return whose data this request may see: a fingerprint of its API key, if several are let in."""
    if context(request).one_account:
        return _ONE_ACCOUNT
    return hashlib.sha256(request.headers["x-api-key"].encode()).hexdigest()[:16]


def faults_of(request: Request, elsewhere: str | None = None) -> Faults:
    """Return the faults of a request: its header's, or else the next in the queue that strike such a request.

    It asks the model, or else is one that the fault *elsewhere* strikes.
    """
    header = request.headers.get("x-emulator-fault")
    try:
        return context(request).faults.take(elsewhere) if header is None else parse_faults(header)
    except ValueError as exc:
        raise ApiError(400, str(exc)) from exc


def known_assistant(request: Request, assistant_id: str) -> Json:
    """Return the caller's assistant; 404 when there is none."""
    assistant = context(request).store.assistants.get(account(request), assistant_id)
    if assistant is None:
        raise not_found("Assistant")
    return assistant
