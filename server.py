"""The screens and the REST API as one ASGI app on one port: `streamlit run server.py`, or `uvicorn server:app`."""

import logging
import signal
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cache
from types import FrameType

import streamlit as st
from fastapi.concurrency import run_in_threadpool
from pydantic import ValidationError
from starlette.middleware import Middleware
from starlette.routing import Mount
from streamlit.runtime.pages_manager import PagesManager

from api.app import create_app
from company_cookies import CompanyCookies
from components.resources import get_services, read_settings
from db.engine import DatabaseUnavailableError
from frontend_files import FrontendFiles
from middleware import Guard, SecurityHeaders, base_path
from proxy_sign_in import ProxySignIn
from services.process.one_core import keep_to_one_core
from settings import ROOT, Settings

log = logging.getLogger("travelbot")


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncGenerator[None]:
    """Build the services before the first visit, and let whoever follows a reply go at the end."""
    # `st.navigation` sets this too, but the first visit is already looked up by then: it would be a "Page not found".
    PagesManager.uses_pages_directory = False
    _allow_many_files()
    _end_streams_at_a_signal()
    try:
        services = await run_in_threadpool(get_services)
        if services.settings.one_core:
            keep_to_one_core()
    except DatabaseUnavailableError:
        log.warning("The database cannot be reached; it is tried again at every visit.")
    except ValidationError:
        log.warning("A setting is wrong; nothing works before it is right.")
    yield


def _allow_many_files() -> None:
    """Lift the limit on open files: a tab takes four, Streamlit remembers closed ones, and 1,024 are soon gone."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _end_streams_at_a_signal() -> None:
    """The server waits at its end for answers that are being sent, and a reply may take minutes."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGINT, signal.SIGTERM):
        before = signal.getsignal(number)

        def handle(received: int, frame: FrameType | None, before: object = before) -> None:
            get_services().replies.end_following()
            if callable(before):
                before(received, frame)

        signal.signal(number, handle)


@cache
def _settings() -> Settings | None:
    """Return the settings, None if they are not right. First asked at a request: secrets are not read before."""
    try:
        return read_settings()
    except ValidationError:
        return None


app = st.App(
    ROOT / "app.py",
    lifespan=lifespan,
    routes=[Mount("/api", app=create_app(get_services, base_path))],
    middleware=[
        *(Middleware(one, get_settings=_settings) for one in (SecurityHeaders, ProxySignIn, Guard)),
        Middleware(FrontendFiles, base_path=base_path),
        Middleware(CompanyCookies, get_settings=_settings, base_path=base_path),
    ],
)
