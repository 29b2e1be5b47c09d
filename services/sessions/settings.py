"""Settings of a session as people and programs give them, made fit to be kept."""

from collections.abc import Mapping
from typing import Any

from exports.sessions.settings import known_settings
from services.texts import check_model, clean_instructions, clean_title

_CLEANED = {"title": clean_title, "model": check_model, "instructions": clean_instructions}


def cleaned_settings(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the settings that are not None, as they are kept: then None stands for empty instructions.

    Raises InvalidInputError, and TypeError for what is no setting.
    """
    chosen = {name: value for name, value in known_settings(given).items() if value is not None}
    return chosen | {name: _CLEANED[name](chosen[name]) for name in _CLEANED if name in chosen}
