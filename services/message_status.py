"""What has become of a message."""

from enum import StrEnum


class MessageStatus(StrEnum):
    """Where a message is in its life; a planner's message is always complete."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETE = "complete"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def unfinished(self) -> bool:
        """True while the reply is still being written."""
        return self in (MessageStatus.QUEUED, MessageStatus.RUNNING)

    @property
    def can_retry(self) -> bool:
        """True when asking for a new reply makes sense."""
        return self in (MessageStatus.STOPPED, MessageStatus.FAILED, MessageStatus.INTERRUPTED)
