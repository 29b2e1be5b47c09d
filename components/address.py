"""Where whoever looks at a page comes from."""

from components.resources import get_services, where_from


def address() -> str | None:
    """Return the address that this visitor comes from, or None where it cannot be known."""
    return where_from(get_services().settings)
