"""Where a request comes from."""

from fastapi import Request

from services.accounts.addresses import client_address
from services.wiring import Services


def address_of(request: Request, services: Services) -> str | None:
    """Return the address that a request comes from, or None where it cannot be known."""
    peer = request.client.host if request.client else None
    forwarded_for = request.headers.getlist("X-Forwarded-For")
    return client_address(peer, forwarded_for, services.settings.trusted_proxies)
