"""How far a trip is."""

from enum import StrEnum


class TripStatus(StrEnum):
    """How far a trip is; in this order as a rule, though a person may set any."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    APPROVED = "approved"
    BOOKED = "booked"
    TRAVELLING = "travelling"
    DONE = "done"
    CANCELLED = "cancelled"
