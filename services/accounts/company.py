"""What a company says of somebody in an id token: from outside, so it is bounded, and cut to what is needed."""

from collections.abc import Mapping
from datetime import UTC, datetime

import httpx

from services.accounts.identities import Said
from services.errors import NotInvitedError
from services.texts import says_something, without_controls
from settings import Company, Settings

_MOST_CHARS = 255  # of what names somebody
_EMAIL_CHARS, _NAME_CHARS = 254, 100
_MOST_GROUPS = 1_000  # looked at
_ASKED_S = 5.0


def said_of(claims: Mapping[str, object], settings: Settings) -> Said:
    """Return what the claims of an id token, whose signature was checked, say of somebody.

    Of the groups those that the settings name. Raises NotInvitedError where the token is not for us, or does not say
    who it is about.
    """
    issuer, subject, issued_at = claims.get("iss"), claims.get("sub"), _instant(claims.get("iat"))
    if not _names(issuer) or not _names(subject) or issued_at is None:
        raise NotInvitedError("Your company's answer does not say who you are. Ask whoever runs this app.")
    company = company_of(claims, settings)
    if (
        company is None
        or company.client_id not in _audience(claims)
        or _speaks_for_another(company, issuer, settings)
    ):
        raise NotInvitedError("Your company's answer is not meant for this app. Ask whoever runs it.")
    email = claims.get("email")
    return Said(
        issuer=str(issuer),
        subject=str(subject),
        issued_at=issued_at,
        email=str(email) if _names(email, _EMAIL_CHARS) and "@" in str(email) else "",
        email_verified=claims.get("email_verified") is True,
        name=_name(claims.get("name")),
        groups=_groups(claims.get(settings.company_groups_claim), settings),
    )


def kept_claims(claims: Mapping[str, object], settings: Settings) -> dict[str, object]:
    """Return of the claims what `said_of` reads and what Streamlit has added to them: about a thousand bytes."""
    kept = {
        name: value
        for name in ("iss", "sub", "email", "origin", "provider")
        if _names(value := claims.get(name), _MOST_CHARS)
    }
    kept |= {name: value for name in ("iat", "exp") if isinstance(value := claims.get(name), int | float)}
    kept |= {name: True for name in ("email_verified", "is_logged_in") if claims.get(name) is True}
    company = company_of(claims, settings)
    if company and company.client_id in _audience(claims):
        kept["aud"] = company.client_id
    return kept | {
        "name": _name(claims.get("name")),
        settings.company_groups_claim: list(_groups(claims.get(settings.company_groups_claim), settings)),
    }


def company_of(claims: Mapping[str, object], settings: Settings) -> Company | None:
    """Return the company whose answer this is, None where it is no longer one of ours."""
    return next((one for one in settings.companies if one.name == claims.get("provider")), None)


def _speaks_for_another(company: Company, issuer: object, settings: Settings) -> bool:
    """Whether a company, one of several, calls itself what it is not: it could let in as anybody of another's."""
    return len(settings.companies) > 1 and str(issuer).rstrip("/") != company.issuer


def answers(company: Company) -> bool:
    """Whether a company's sign-in can be reached; waits five seconds at most."""
    try:
        answer = httpx.get(company.metadata_url, timeout=_ASKED_S, follow_redirects=True)
        return answer.is_success and isinstance(answer.json().get("authorization_endpoint"), str)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, AttributeError):
        return False


def _names(value: object, most: int = _MOST_CHARS) -> bool:
    return isinstance(value, str) and 0 < len(value) <= most and value.isprintable()


def _instant(value: object) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _audience(claims: Mapping[str, object]) -> tuple[object, ...]:
    audience = claims.get("aud")
    return tuple(audience) if isinstance(audience, list) else (audience,)


def _name(value: object) -> str:
    if not isinstance(value, str):
        return ""
    name = " ".join(without_controls(value[: 4 * _NAME_CHARS]).split())[:_NAME_CHARS].strip()
    return name if says_something(name) else ""


def _groups(value: object, settings: Settings) -> tuple[str, ...]:
    """Return the groups that the settings name, once each; a claim may be one group or a list."""
    wanted = {*settings.company_groups, *settings.company_admins, *settings.company_viewers}
    listed = value if isinstance(value, list) else [value]
    found = (one for one in listed[:_MOST_GROUPS] if isinstance(one, str) and one.lower() in wanted)
    return tuple(dict.fromkeys(found))
