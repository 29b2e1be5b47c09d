"""The tables, a module for each capability; everybody takes them from here."""

from db.models.accounts import (
    ADMIN,
    PLANNER,
    AddressTries,
    AdminCode,
    ApiToken,
    AuditAction,
    AuditEntry,
    AuditTarget,
    SignInFailures,
    SignOut,
    Stamp,
    User,
)
from db.models.backboard import Assistant, BackboardThread, OutboxEntry
from db.models.base import Base, UtcDateTime, utc_now
from db.models.decks import Brand, Deck, DeckPicture, DeckVersion
from db.models.memory import MemorySource
from db.models.messages import FollowUp, Message, PathEnd, Rating, is_deleted, is_unfinished, is_untold
from db.models.reviews import (
    Review,
    ReviewComment,
    ReviewDecision,
    ReviewReader,
    ReviewVersion,
    Snapshot,
    is_open,
)
from db.models.sessions import ChatSession, FileCopy, Participant, SessionFile, SessionMember, is_unseen
from db.models.templates import Template
from db.models.trips import Customer, Trip, TripMember, TripRevision
from db.models.usage import Usage

__all__ = [
    "ADMIN",
    "PLANNER",
    "AddressTries",
    "AdminCode",
    "ApiToken",
    "Assistant",
    "AuditAction",
    "AuditEntry",
    "AuditTarget",
    "BackboardThread",
    "Base",
    "Brand",
    "ChatSession",
    "Customer",
    "Deck",
    "DeckPicture",
    "DeckVersion",
    "FileCopy",
    "FollowUp",
    "MemorySource",
    "Message",
    "OutboxEntry",
    "Participant",
    "PathEnd",
    "Rating",
    "Review",
    "ReviewComment",
    "ReviewDecision",
    "ReviewReader",
    "ReviewVersion",
    "SessionFile",
    "SessionMember",
    "SignInFailures",
    "SignOut",
    "Snapshot",
    "Stamp",
    "Template",
    "Trip",
    "TripMember",
    "TripRevision",
    "Usage",
    "User",
    "UtcDateTime",
    "is_deleted",
    "is_open",
    "is_unfinished",
    "is_unseen",
    "is_untold",
    "utc_now",
]
