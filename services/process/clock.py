"""The clock, for those who may not ask the database for it: the instants that it stores come from the same one."""

from db.models import utc_now

__all__ = ["utc_now"]
