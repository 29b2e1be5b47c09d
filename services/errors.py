"""What can go wrong in a use case. Every message is a sentence that the person may read and act on."""

from collections.abc import Mapping, Sequence

from travel.brief import FieldChange

_SHOWN_CHARS = 100  # of what a field is, or was to be


class ServiceError(Exception):
    """The base; *message* is written for the person."""

    code = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFoundError(ServiceError):
    """There is no such thing for this planner, whether or not somebody else has it."""

    code = "not_found"


class InvalidInputError(ServiceError):
    """What was given cannot be used; nothing was stored."""

    code = "invalid_input"


class InvalidFieldsError(InvalidInputError):
    """Some fields of a form cannot be used; *problems* says of each, by its name, why."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)


class TripChangedError(ServiceError):
    """Somebody else changed the same fields of a trip; nothing was stored.

    *fields* have of each what they made of it as `before` and what was asked for as `after`; *rev* is the trip's now,
    to ask again with.
    """

    code = "trip_changed"

    def __init__(self, fields: Sequence[FieldChange], *, rev: int) -> None:
        both = " ".join(
            f"{one.label} is now {_quoted(one.before)}, and was to be {_quoted(one.after)}." for one in fields
        )
        super().__init__(f"Somebody else changed this meanwhile. {both} Choose which of the two it should be.")
        self.fields = tuple(fields)
        self.rev = rev


def _quoted(text: str) -> str:
    return f"“{text if len(text) <= _SHOWN_CHARS else f'{text[: _SHOWN_CHARS - 1]}…'}”" if text else "nothing"


class DeckChangedError(ServiceError):
    """Somebody else changed the deck since it was read; nothing was stored. *rev* is the version that it is now."""

    code = "deck_changed"

    def __init__(self, rev: int) -> None:
        super().__init__("This deck was changed meanwhile. Look at it as it is now, then make your change again.")
        self.rev = rev


class FileRefusedError(ServiceError):
    """A session does not take this file; nothing was stored."""

    code = "file_refused"


class FileTooLargeError(ServiceError):
    """The file has more bytes than a session takes; nothing was stored."""

    code = "file_too_large"


class FileQuotaError(FileRefusedError):
    """The planner's files would take more room than they may."""

    code = "file_quota"


class ImportRunningError(ServiceError):
    """Another file is being imported by this process; nothing was stored."""

    code = "import_running"


class ExportRunningError(ServiceError):
    """As many PDFs are being made by this process as may be at once."""

    code = "export_running"


class ReplyInProgressError(ServiceError):
    """The session's last reply is still being written."""

    code = "reply_in_progress"


class MessageIdReusedError(ServiceError):
    """The same client message id came with another text."""

    code = "message_id_reused"


class NotPossibleError(ServiceError):
    """The thing is there, but that cannot be done with it."""

    code = "not_possible"


class TooManyRepliesError(ServiceError):
    """As many replies as one planner may have are being written."""

    code = "too_many_replies"


class TooManySessionsError(ServiceError):
    """As many sessions as one planner may begin within a day were begun."""

    code = "too_many_sessions"


class TooManyFollowUpsError(ServiceError):
    """As many messages as may wait in one session do."""

    code = "too_many_follow_ups"


class MonthlyLimitError(ServiceError):
    """What this planner may spend in a month is spent."""

    code = "monthly_limit"


class BackboardAwayError(ServiceError):
    """Backboard cannot be asked right now, or refuses to answer."""

    code = "backboard_unavailable"


class SignInLockedError(ServiceError):
    """Too many wrong passwords for this name, or from this address."""

    code = "sign_in_locked"


class TooManySignUpsError(ServiceError):
    """More accounts than one address may make were asked for."""

    code = "too_many_sign_ups"


class TooManyResetsError(ServiceError):
    """More links for a new password were asked for than one address, or one name, may have."""

    code = "too_many_resets"


class DoorBusyError(ServiceError):
    """As many passwords as this machine can check at once are being checked; nothing was counted."""

    code = "door_busy"


class SignInTooOldError(ServiceError):
    """Where there is no password to ask for, a sign-in has to be a new one."""

    code = "sign_in_too_old"


class WrongPasswordError(ServiceError):
    """The password is not this user's."""

    code = "wrong_password"


class SignUpClosedError(ServiceError):
    """New accounts are not being made here."""

    code = "sign_up_closed"


class NotInvitedError(ServiceError):
    """Somebody whom a company or a proxy names is not let in."""

    code = "not_invited"


class IssuerAwayError(ServiceError):
    """Whoever signs a company's tokens cannot be asked for the keys to check them with."""

    code = "issuer_unavailable"


class ReadOnlyRoleError(ServiceError):
    """A viewer reads what is shared with them, and changes nothing."""

    code = "read_only_role"


class GuestLimitError(ServiceError):
    """A guest has used up what there is to try."""

    code = "guest_limit"


class PasscodeNeededError(ServiceError):
    """A link opens only for who knows its passcode."""

    code = "passcode_needed"


class WrongPasscodeError(ServiceError):
    """The passcode is not this link's."""

    code = "wrong_passcode"


class TooManyGuessesError(ServiceError):
    """Too many links or passcodes that are none were tried."""

    code = "too_many_guesses"


class TooManyCommentsError(ServiceError):
    """As many comments and decisions as a link takes in a while, or at all, are there."""

    code = "too_many_comments"


class ReviewChangedError(ServiceError):
    """What was decided about is not what the link shows now."""

    code = "review_changed"
