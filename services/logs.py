"""The log: one line for each event, as `name=value name=value …`, with the ids of reply, session and request.

An event is a message of the loggers below `travelbot`; what it is about goes into `extra`.
"""

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
_PLAIN = re.compile(r"[\w.:/{}+-]+")
_USUAL = frozenset(logging.LogRecord("", 0, "", 0, "", None, None).__dict__) | {"message", "asctime", "taskName"}


def log_to_stderr() -> None:
    """Write the events of this process, from INFO on."""
    log = logging.getLogger("travelbot")
    if not log.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(OneLine())
        log.addHandler(handler)
        log.setLevel(logging.INFO)


class OneLine(logging.Formatter):
    """Formats an event as one line, whatever is in it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line: time (UTC), level, event, what it is about, and the traceback if there is one."""
        fields: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        fields |= {name: value for name, value in record.__dict__.items() if name not in _USUAL and value is not None}
        if (request := request_id.get()) is not None:
            fields["request"] = request
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        return " ".join(f"{name}={_shown(str(value))}" for name, value in fields.items())


def _shown(value: str) -> str:
    return value if _PLAIN.fullmatch(value) else json.dumps(value)
