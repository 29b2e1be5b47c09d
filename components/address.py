"""Where whoever looks at a page comes from."""

import streamlit as st

from components.resources import get_services
from services.accounts.addresses import client_address


def address() -> str | None:
    """Return the address that this visitor comes from, or None where it cannot be known."""
    forwarded_for = st.context.headers.get_all("X-Forwarded-For")
    return client_address(st.context.ip_address, forwarded_for, get_services().settings.trusted_proxies)
