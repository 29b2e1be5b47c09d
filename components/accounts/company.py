"""What a company says of who is here: the way to it and back, by Streamlit's `st.login`.

Streamlit reads its cookie when a tab connects, and never again while that is open. What it says is worth one sign-in
of ours, which is checked at every run like any other (`components/accounts/identity.py`).

In `st.session_state`:
- `company_read`: True once this tab has looked at what the company says;
- `company_problem`: a sentence about why nobody came in by it;
- `company_page`: {"page": path, "query": {name: value}} that somebody had come for, as they are let in;
- `company_due`: the name of the company that somebody leaves for, to join it, once the browser has our cookie: that
  keeps them signed in on the way.
"""

import json
from collections.abc import Mapping
from datetime import timedelta

import streamlit as st
from streamlit.web.server.starlette.starlette_server_config import XSRF_COOKIE_NAME

from components.accounts.sign_in_cookie import COOKIE_DAYS
from components.departures import Departure
from components.resources import get_departures, get_services
from services.accounts.company import answers, said_of
from services.accounts.identities import Said
from services.accounts.records import SignIn
from services.errors import NotInvitedError, ServiceError
from services.process.clock import utc_now
from settings import Company

_MOST_CHARS = 500  # of the address that somebody had come for


class CompanyAwayError(ServiceError):
    """A company's sign-in cannot be reached."""


def companies() -> tuple[Company, ...]:
    """Return who signs people in for us: nobody where a proxy does."""
    settings = get_services().settings
    return () if settings.behind_proxy else settings.companies


def answer() -> Mapping[str, object] | None:
    """Return what a company said when this tab connected, None where nobody is signed in with one."""
    claims = st.user.to_dict()
    return claims if claims.get("is_logged_in") is True else None


def said() -> Said:
    """Return what that says of somebody. Raises NotInvitedError where it says too little, or is not for us."""
    return said_of(answer() or {}, get_services().settings)


def company_name(name: str) -> str:
    """Return what a company is called on the screens."""
    return next((one.label for one in companies() if one.name == name), "Your company")


def signed_in() -> SignIn | None:
    """Let in whoever a company names, once in a tab; else remember why not."""
    if st.session_state.get("company_read") or not companies():
        return None
    departure = came_back()
    entered = None
    if answer() is None:
        if departure and not departure.told and departure.joining is None:
            tell_once()
            st.session_state.company_problem = (
                f"{capital(company_name(departure.company))} did not sign you in. Please try again, or choose "
                "another way."
            )
    elif not (departure and departure.joining and is_new(departure)):  # who wants to join is in, by our own cookie
        entered = _enter()
        if departure and departure.joining is None and not departure.told:
            tell_once()
            if entered:
                st.session_state.company_page = {"page": departure.page, "query": dict(departure.query)}
    st.session_state.company_read = True
    return entered


def came_back() -> Departure | None:
    """Return how this browser left for a company in the last minutes."""
    return get_departures().of(_browser())


def is_new(departure: Departure) -> bool:
    """Whether a company has said something since somebody left."""
    return answer() is not None and _mark() != departure.before


def tell_once() -> None:
    """Remember that this browser's person is told what came of their last way to a company."""
    get_departures().told(_browser())


def check(company: Company) -> None:
    """Raise CompanyAwayError where a company cannot be reached: Streamlit would lead to a page with an error."""
    if not answers(company):
        raise CompanyAwayError(
            f"{capital(company.label)} cannot be reached right now. Please try again in a moment, or choose another "
            "way."
        )


def leave_for(name: str, *, joining: int | None = None) -> None:
    """Lead the browser to a company; *joining* is the user who is in and wants to join it."""
    page, query = (st.context.url or "").rpartition("/")[2], st.query_params.to_dict()
    if len(page) + sum(len(key) + len(value) for key, value in query.items()) > _MOST_CHARS:
        page, query = "", {}
    get_departures().note(_browser(), Departure(name, joining, _mark(), utc_now(), page=page, query=query))
    st.login(name)


def leave_if_due(user_id: int) -> None:
    """Lead a user to the company that they want to join, if they do. To be called once the browser has our cookie."""
    if name := st.session_state.pop("company_due", None):
        leave_for(name, joining=user_id)


def forget() -> None:
    """Have Streamlit forget what a company said, and sign out there too where it can be; the browser is led away."""
    if answer() is not None:
        st.logout()


def company_label(issuer: str) -> str:
    """Return what the company of an issuer is called on the screens."""
    known = (one.label for one in companies() if one.metadata_url.startswith(f"{issuer.rstrip('/')}/.well-known/"))
    return next(known, issuer)


def capital(text: str) -> str:
    """Return a text with a capital letter at its beginning."""
    return text[:1].upper() + text[1:]


def _enter() -> SignIn | None:
    services = get_services()
    try:
        entered = services.identities.enter(said())
    except NotInvitedError as exc:
        st.session_state.company_problem = exc.message
        return None
    holds = utc_now() - entered.at < timedelta(days=COOKIE_DAYS) and services.sign_ins.current(
        entered.user.id, entered.at
    )
    if not holds:
        st.session_state.company_problem = "Your sign-in has ended. Please sign in again."
    return entered if holds else None


def _mark() -> str:
    """Return what tells two answers of companies apart."""
    claims = answer() or {}
    return json.dumps([claims.get(name) for name in ("provider", "iss", "sub", "iat")], default=str)


def _browser() -> str | None:
    return st.context.cookies.get(XSRF_COOKIE_NAME)
