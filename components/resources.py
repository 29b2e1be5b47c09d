"""The only door to what one process holds once, whoever visits: its services, and who is signed in where."""

import atexit
import gc
import logging
from contextvars import ContextVar
from functools import cache

import pandas  # noqa: F401 - `st.write_stream` imports it: the first planner's first words would wait for it
import streamlit as st
from pydantic import ValidationError
from streamlit.auth_util import get_secrets_auth_section
from streamlit.runtime.scriptrunner import get_script_run_ctx

from components.departures import Departures
from components.tabs import Tabs
from components.waking import Waker
from services.accounts.addresses import client_address
from services.process.logs import log_to_stderr
from services.process.origin import asked_from
from services.wiring import Services, build_services
from settings import Settings, wrong_settings

log = logging.getLogger("travelbot")


_origin_is_known: ContextVar[bool] = ContextVar("origin_is_known", default=False)  # each run begins without


def get_services() -> Services:
    """Return this process's services; the first visit builds them. They are told from where a visitor asks.

    Raises DatabaseUnavailableError when the database cannot be reached, ValidationError when a setting is wrong.
    """
    services = built_services()
    if not _origin_is_known.get() and get_script_run_ctx(suppress_warning=True) is not None:
        _origin_is_known.set(True)
        asked_from(where_from(services.settings))  # a click's callback comes before the script, so it is done here
    return services


def where_from(settings: Settings) -> str | None:
    """Return the address that this visitor comes from, or None where it cannot be known."""
    forwarded_for = st.context.headers.get_all("X-Forwarded-For")
    return client_address(st.context.ip_address, forwarded_for, settings.trusted_proxies)


@st.cache_resource(show_spinner=False, on_release=Services.close)
def built_services() -> Services:
    """Return this process's services, whoever asks."""
    log_to_stderr()
    services = build_services(_settings(), compare_passwords=_same_password)
    atexit.register(services.close)
    gc.freeze()  # Streamlit collects garbage after every run; what is loaded once need not be looked at each time
    return services


@st.cache_resource(show_spinner=False)
def get_tabs() -> Tabs:
    """Return which tabs of this process somebody is signed in at."""
    return Tabs()


@st.cache_resource(show_spinner=False)
def get_departures() -> Departures:
    """Return who left this process's pages to sign in with a company."""
    return Departures()


@st.cache_resource(show_spinner=False, on_release=Waker.close)
def get_waker() -> Waker:
    """Return what runs the tabs of this process again that wait for something."""
    return Waker()


def _same_password(typed: str, password_hash: str) -> bool:
    """Let streamlit-authenticator compare a typed password with a hash."""
    # Imported outside a script run, as `server.py` would, it makes Streamlit warn that there is none.
    from streamlit_authenticator.utilities import Hasher

    return bool(Hasher.check_pw(typed, password_hash))


def read_settings() -> Settings:
    """Return what is set by now, with the companies of the secrets. Raises ValidationError."""
    return Settings.model_validate({"[auth]": get_secrets_auth_section().to_dict()})


def _settings() -> Settings:
    try:
        return read_settings()
    except ValidationError as error:
        for sentence in wrong_settings(error):
            _say_once(sentence)
        raise


@cache  # every visit tries again
def _say_once(sentence: str) -> None:
    log.error("setting is wrong", extra={"why": sentence})
