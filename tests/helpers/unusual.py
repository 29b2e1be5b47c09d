"""Settings of a session, none of them as it usually is; whoever adds a setting has a value for it here already."""

from dataclasses import fields
from typing import Any, get_args, get_type_hints

from exports.sessions.settings import SessionSettings


def unusual_settings() -> dict[str, Any]:
    """Return a value for every setting, made from its type: it is not the default, and may be kept as it is."""
    types = get_type_hints(SessionSettings)
    return {one.name: _unusual(one.name, types[one.name], one.default) for one in fields(SessionSettings)}


def _unusual(name: str, kind: Any, default: Any) -> Any:
    kinds = get_args(kind) or (kind,)
    if bool in kinds:
        return not default
    return 7 if int in kinds else f"unusual/{name}"
