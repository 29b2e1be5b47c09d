"""From where somebody asks: it goes into the audit beside what they do."""

import db.audit


def asked_from(address: str | None) -> None:
    """Let what is done from now on in this thread, or task, be noted as done from an address, if it is known."""
    db.audit.asked_from.set(address or "")
