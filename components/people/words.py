"""What roles are called, and what the audit tells, in words. Plain text: whoever draws it escapes it."""

from collections.abc import Callable
from urllib.parse import urlsplit

from services.people.records import ADMIN, GUEST, PLANNER, VIEWER, AuditAction, AuditRow, AuditTarget, Person

ROLES = {VIEWER: "Viewer", PLANNER: "Planner", ADMIN: "Admin", GUEST: "Guest"}
ROLES_TOLD = {
    VIEWER: "Reads what colleagues share, and changes nothing",
    PLANNER: "Plans trips and shares them",
    ADMIN: "Also manages people, and sees what everybody uses",
}

LABELS = {
    AuditAction.SIGN_UP: "Created an account",
    AuditAction.SIGN_IN: "Signed in",
    AuditAction.SIGN_OUT: "Signed out",
    AuditAction.END_SIGN_INS: "Signed out everywhere",
    AuditAction.CHANGE_PASSWORD: "Changed a password",
    AuditAction.CHANGE_ROLE: "Changed a role",
    AuditAction.CHANGE_MONTHLY_LIMIT: "Changed a monthly limit",
    AuditAction.CHANGE_FILES_LIMIT: "Changed the room for files",
    AuditAction.DISABLE_USER: "Disabled an account",
    AuditAction.ENABLE_USER: "Enabled an account",
    AuditAction.INVITE: "Invited somebody",
    AuditAction.REVOKE_INVITE: "Revoked an invitation",
    AuditAction.OFFER_RESET: "Made a link for a new password",
    AuditAction.RESET_PASSWORD: "Set a new password by link",
    AuditAction.JOIN_IDENTITY: "Added a way to sign in",
    AuditAction.REMOVE_IDENTITY: "Removed a way to sign in",
    AuditAction.REFUSE_SIGN_IN: "Was not let in",
    AuditAction.BEGIN_AS_GUEST: "Began as a guest",
    AuditAction.STAY: "Went from guest to user",
    AuditAction.DOWNLOAD_DATA: "Downloaded an account's data",
    AuditAction.DELETE_ACCOUNT: "Deleted an account",
    AuditAction.END_OLD_SESSION: "Removed an old session",
    AuditAction.EXPORT_AUDIT: "Downloaded the audit log",
    AuditAction.CREATE_TOKEN: "Created an API token",
    AuditAction.REVOKE_TOKEN: "Revoked an API token",
    AuditAction.DELETE_SESSION: "Deleted a session",
    AuditAction.DELETE_FILE: "Deleted a file",
    AuditAction.EXPORT: "Exported sessions or slides",
    AuditAction.SHARE: "Shared something for review",
    AuditAction.SHARE_AGAIN: "Shared a new version for review",
    AuditAction.CHANGE_REVIEW: "Changed a review link",
    AuditAction.REVOKE_REVIEW: "Revoked a review link",
    AuditAction.OPEN_REVIEW: "Opened a review link",
    AuditAction.REFUSE_PASSCODE: "Tried a wrong passcode on a review link",
    AuditAction.COMMENT: "Commented on a review",
    AuditAction.CHANGE_COMMENT: "Changed a comment",
    AuditAction.TAKE_BACK_COMMENT: "Took back a comment",
    AuditAction.RESOLVE_COMMENT: "Resolved a comment",
    AuditAction.REOPEN_COMMENT: "Reopened a comment",
    AuditAction.DECIDE: "Decided on a review",
    AuditAction.DOWNLOAD_REVIEW: "Downloaded a review",
    AuditAction.CREATE_TRIP: "Created a trip",
    AuditAction.DELETE_TRIP: "Deleted a trip",
    AuditAction.COPY_TRIP: "Copied a trip",
    AuditAction.SHARE_TRIP: "Let somebody work on a trip",
    AuditAction.UNSHARE_TRIP: "Took somebody off a trip",
    AuditAction.HAND_OVER_TRIP: "Handed over a trip",
    AuditAction.MOVE_SESSION: "Moved a session",
    AuditAction.SHARE_SESSION: "Shared a session",
    AuditAction.UNSHARE_SESSION: "Stopped sharing a session",
    AuditAction.DELETE_CUSTOMER: "Deleted a customer",
    AuditAction.FORGET_MEMORIES: "Let memories be forgotten",
    AuditAction.OTHER: "Something else",
}

_GONE = "somebody whose account is gone"
_THINGS = {
    AuditTarget.SESSION: "a session",
    AuditTarget.TRIP: "a trip",
    AuditTarget.DECK: "slides",
    AuditTarget.REVIEW: "a review",
}


def how_they_sign_in(person: Person, *, passwords: bool) -> str:
    """Return the ways in which somebody signs in; of a company its host. *passwords*: whether one lets anybody in."""
    ways = ["password"] if person.has_password and passwords else []
    ways += dict.fromkeys(urlsplit(issuer).hostname or issuer for issuer in person.issuers)
    if person.provider == "dev":
        ways.append("DEV_USER_ID")
    return f"Signs in with {', '.join(ways)}" if ways else "No way to sign in"


def told(row: AuditRow) -> str:
    """Return what was done, as a sentence without who did it and without its full stop."""
    words = _SENTENCES.get(row.action)
    return words(row) if words else LABELS[row.action]


def _whom(row: AuditRow) -> str:
    return row.target or _GONE


def _detail(begin: str) -> Callable[[AuditRow], str]:
    return lambda row: f"{begin}: {row.detail}" if row.detail else begin


def _of_whom(begin: str) -> Callable[[AuditRow], str]:
    return lambda row: f"{begin} {_whom(row)}"


def _with_colleague(begin: str) -> Callable[[AuditRow], str]:
    return lambda row: f"{begin} {row.colleague or _GONE}" if row.detail else LABELS[row.action]


def _taken_off(what: str) -> Callable[[AuditRow], str]:
    def words(row: AuditRow) -> str:
        if row.colleague and row.colleague == row.who:
            return f"Left {what}"
        if not row.detail:  # it went with the account of whoever did this
            return LABELS[row.action]
        return f"Took {row.colleague or _GONE} off {what}"

    return words


def _signed_up(row: AuditRow) -> str:
    if row.detail.startswith("invited"):
        return f"{LABELS[row.action]}, {row.detail}"
    return f"{LABELS[row.action]} with {row.detail}" if row.detail else LABELS[row.action]


def _role(row: AuditRow) -> str:
    role, _, how = row.detail.partition(", ")
    began = f"Became {role}" if row.to_self else f"Changed role of {_whom(row)} to {role}"
    return f"{began}, {how}" if how else began


def _limit(what: str) -> Callable[[AuditRow], str]:
    def words(row: AuditRow) -> str:
        value = row.detail.rpartition(": ")[2]
        return f"Changed {what} of {_whom(row)} to {'the default' if value == 'the setting' else value}"

    return words


def _invited(begin: str) -> Callable[[AuditRow], str]:
    def words(row: AuditRow) -> str:
        role, _, note = row.detail.partition(": ")
        return f"{begin} as {role}: {note}"

    return words


def _signed_out_everywhere(row: AuditRow) -> str:
    return LABELS[row.action] if row.to_self else f"Signed out {_whom(row)} everywhere"


def _reset(row: AuditRow) -> str:
    if row.detail == "by mail":
        return f"A link for a new password was mailed to {_whom(row)}"
    return f"Made a link for a new password for {_whom(row)}"


def _exported(row: AuditRow) -> str:
    if row.target_kind is None:
        return f"Exported {row.detail}".rstrip()
    kind = row.detail.rpartition(" ")[2]
    return f"Exported {_THINGS.get(row.target_kind, 'something')}{f' as {kind}' if kind.isalpha() else ''}"


_SENTENCES: dict[AuditAction, Callable[[AuditRow], str]] = {
    AuditAction.SIGN_UP: _signed_up,
    AuditAction.SIGN_IN: lambda row: f"Signed in with {row.detail}" if row.detail else "Signed in",
    AuditAction.END_SIGN_INS: _signed_out_everywhere,
    AuditAction.CHANGE_ROLE: _role,
    AuditAction.CHANGE_MONTHLY_LIMIT: _limit("the monthly limit"),
    AuditAction.CHANGE_FILES_LIMIT: _limit("the room for files"),
    AuditAction.DISABLE_USER: _of_whom("Disabled the account of"),
    AuditAction.ENABLE_USER: _of_whom("Enabled the account of"),
    AuditAction.INVITE: _invited("Invited somebody"),
    AuditAction.REVOKE_INVITE: _invited("Revoked an invitation"),
    AuditAction.OFFER_RESET: _reset,
    AuditAction.JOIN_IDENTITY: _detail(LABELS[AuditAction.JOIN_IDENTITY]),
    AuditAction.REMOVE_IDENTITY: _detail(LABELS[AuditAction.REMOVE_IDENTITY]),
    AuditAction.REFUSE_SIGN_IN: _detail(LABELS[AuditAction.REFUSE_SIGN_IN]),
    AuditAction.DELETE_ACCOUNT: _detail(LABELS[AuditAction.DELETE_ACCOUNT]),
    AuditAction.EXPORT_AUDIT: lambda row: f"Downloaded the audit log ({row.detail})",
    AuditAction.CREATE_TOKEN: _detail(LABELS[AuditAction.CREATE_TOKEN]),
    AuditAction.REVOKE_TOKEN: _detail(LABELS[AuditAction.REVOKE_TOKEN]),
    AuditAction.EXPORT: _exported,
    AuditAction.SHARE_SESSION: _with_colleague("Shared a session with"),
    AuditAction.UNSHARE_SESSION: _taken_off("a session"),
    AuditAction.SHARE_TRIP: _with_colleague("Shared a trip with"),
    AuditAction.UNSHARE_TRIP: _taken_off("a trip"),
    AuditAction.HAND_OVER_TRIP: _with_colleague("Handed over a trip to"),
    AuditAction.OTHER: lambda row: row.detail or LABELS[row.action],
}
