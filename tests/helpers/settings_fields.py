"""What pydantic finds out of each field whenever settings are read, found out once: most of what that takes."""

from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings.sources.providers.env import EnvSettingsSource


def know_settings_fields() -> None:
    """Remember by which names each field is looked for in the environment, and whether its value is JSON."""
    for name in ("_extract_field_info", "_field_is_complex"):
        _remember(name)


def _remember(name: str) -> None:
    finds_out = getattr(EnvSettingsSource, name)
    known: dict[tuple[object, ...], tuple[FieldInfo, Any]] = {}  # with the field, so that its id stays its own

    def once(self: EnvSettingsSource, field: FieldInfo, *names: str) -> Any:
        of = id(field), self.env_prefix, *names
        if of not in known:
            known[of] = field, finds_out(self, field, *names)
        return known[of][1]

    setattr(EnvSettingsSource, name, once)
