"""The log: one line for each event, as `name=value name=value …`, with the ids of reply, session and request.

An event is a message of the loggers below `travelbot`; what it is about goes into `extra`.
"""

import json
import logging
import re
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime

from settings import ROOT

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
_PLAIN = re.compile(r"[\w.:/{}+-]+")
_LINK = re.compile(r"(/review[/?]|[?&](?:link|invite)=)[^\s\"]*")
_MOST_CAUSES = 5
_MOST_PLACES = 30
_USUAL = frozenset(logging.LogRecord("", 0, "", 0, "", None, None).__dict__) | {"message", "asctime", "taskName"}


def log_to_stderr() -> None:
    """Write the events of this process, from INFO on."""
    log = logging.getLogger("travelbot")
    if not log.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(OneLine())
        log.addHandler(handler)
        log.setLevel(logging.INFO)
        logging.getLogger("streamlit.error_util").addFilter(_without_text)
        for name in ("uvicorn.access", "uvicorn.error"):
            logging.getLogger(name).addFilter(_without_links)


def _without_text(record: logging.LogRecord) -> bool:
    """Write the event of a page that failed in Streamlit's place: it would write what the error says, too."""
    if not record.exc_info:
        return True
    logging.getLogger("travelbot.pages").error("page failed", exc_info=record.exc_info)
    return False


def _without_links(record: logging.LogRecord) -> bool:
    """Take out of the server's own lines what opens a review or an account: whoever reads a log would get in."""
    if isinstance(record.args, tuple):
        record.args = tuple(_LINK.sub(r"\1…", one) if isinstance(one, str) else one for one in record.args)
    return True


class OneLine(logging.Formatter):
    """Formats an event as one line, whatever is in it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line: time (UTC), level, event, what it is about; of an error its kinds and places.

        What an error says is left out: a piece of somebody's text may stand in it.
        """
        fields: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        fields |= {name: value for name, value in record.__dict__.items() if name not in _USUAL and value is not None}
        if (request := request_id.get()) is not None:
            fields["request"] = request
        if record.exc_info and record.exc_info[1]:
            error: BaseException | None = record.exc_info[1]
            fields["error"] = _kinds(error)
            fields["traceback"] = _places(error)
        return " ".join(f"{name}={_shown(str(value))}" for name, value in fields.items())


def _shown(value: str) -> str:
    return value if _PLAIN.fullmatch(value) else json.dumps(value)


def _kinds(error: BaseException | None) -> str:
    """Return the kind of an error, and those of what it came from."""
    kinds: list[str] = []
    while error is not None and len(kinds) < _MOST_CAUSES:
        kinds.append(type(error).__name__)
        error = error.__cause__ or error.__context__
    return " from ".join(kinds)


def _places(error: BaseException | None) -> str:
    """Return where an error went through, the place that raised it last."""
    frames = traceback.extract_tb(error.__traceback__, limit=-_MOST_PLACES) if error else ()
    return " ".join(f"{_short(frame.filename)}:{frame.lineno}:{frame.name}" for frame in frames)


def _short(path: str) -> str:
    return path.removeprefix(f"{ROOT}/").rpartition("site-packages/")[2]
