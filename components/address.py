"""Where whoever looks at a page comes from."""

from collections.abc import Callable

from components.resources import get_services, where_from
from services.process.origin import asked_from


def address() -> str | None:
    """Return the address that this visitor comes from, or None where it cannot be known."""
    return where_from(get_services().settings)


def from_here(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """Return what makes a file of a download button, which runs later and elsewhere, as asked for by this visitor."""
    visitor = address()

    def made() -> bytes:
        asked_from(visitor)
        return make()

    return made
