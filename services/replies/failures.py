"""How a reply fails: a code, and a sentence a person can act on."""

from backboard_client import (
    AnswerTooLargeError,
    AuthenticationError,
    BackboardError,
    BackboardUnavailableError,
    NotFoundError,
    OutOfCreditsError,
    RateLimitedError,
    RequestInvalidError,
    RunFailedError,
    ServerError,
)
from services.message_status import MessageStatus
from services.replies.live import MAX_CHARS, LiveReply
from services.replies.records import Ending

TOO_LONG = (
    "too_long",
    f"The reply was longer than {MAX_CHARS:,} characters, its reasoning included, so it was ended here. "
    "What had arrived is kept; ask for the rest in a new message, or for a shorter reply.",
)


class ReplyFailure(Exception):  # noqa: N818 - an outcome, caught where replies end
    """The reply cannot be written; carries its ending."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.ending = _failed(code, sentence)


def failure_of(exc: BackboardError) -> Ending:
    """Return how a reply ends that Backboard's error *exc* has ended."""
    return _failed(*_words(exc))


def too_slow() -> Ending:
    """Return the ending of a reply that was still being written after the longest time there is."""
    return _failed(
        "too_long", "The reply did not come to an end, so it was ended here. What had arrived is kept; ask again."
    )


def interrupted() -> Ending:
    """Return the ending of a reply whose answer could not be found again."""
    return Ending(
        MessageStatus.INTERRUPTED,
        error_code="interrupted",
        error_text="The connection to Backboard was lost before the reply was complete. What had arrived is kept.",
    )


def check_length(live: LiveReply) -> None:
    """Raise ReplyFailure where a reply is longer than any may be."""
    if live.too_long:
        raise ReplyFailure(*TOO_LONG)


def _failed(code: str, sentence: str) -> Ending:
    return Ending(MessageStatus.FAILED, error_code=code, error_text=sentence)


def _words(exc: BackboardError) -> tuple[str, str]:
    match exc:
        case AuthenticationError():
            return "key_refused", (
                "Backboard refused the key, or the account has no credit. "
                "Whoever runs this app can set BACKBOARD_API_KEY; your message is kept."
            )
        case RateLimitedError():
            return (
                "busy",
                "Backboard is handling too many requests right now. Your message is kept; try again in a minute.",
            )
        case NotFoundError():
            return (
                "not_found",
                "Backboard could not find what this conversation needs. Your message is kept; try again.",
            )
        case RequestInvalidError():
            return (
                "refused",
                f"Backboard did not accept this message: {exc.message} Another model may accept it.",
            )
        case ServerError():
            return (
                "backboard_down",
                "Backboard has a problem of its own right now. Your message is kept; try again soon.",
            )
        case AnswerTooLargeError():
            return TOO_LONG
        case OutOfCreditsError():
            return (
                "no_credit",
                "The account at Backboard has no credit left, so no model answered. "
                "Whoever runs this app can add credit there; your message is kept.",
            )
        case RunFailedError():
            return "run_failed", f"The model could not answer: {exc.message}"
        case BackboardUnavailableError():
            return (
                "unreachable",
                "Backboard cannot be reached right now. Your message is kept; try again soon.",
            )
    return "backboard", f"Backboard reported a problem: {exc.message} Your message is kept."
