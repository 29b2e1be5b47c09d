"""Access tokens of companies, at the API: they are somebody's who came in here by that company's sign-in before."""

from services.accounts.identities import IdentityService
from services.accounts.issuers import Issuers
from services.accounts.tokens import TokenInfo, TokenUse
from services.errors import NotInvitedError


class CompanyTokens:
    """Whose they are. Not for an event loop; raises DatabaseUnavailableError when the database is away."""

    def __init__(self, issuers: Issuers, identities: IdentityService) -> None:
        self._issuers = issuers
        self._identities = identities

    def check(self, token: str) -> TokenUse | None:
        """Return whose token this is, with the role that they have here; None where it is none that holds.

        Raises NotInvitedError for somebody who never came in or is disabled, and IssuerAwayError.
        """
        checked = self._issuers.check(token)
        if checked is None:
            return None
        said = checked.said
        user = self._identities.user_of(said)
        if user is None:
            raise NotInvitedError("Sign in on the screens of this app once: then your company's token works here.")
        info = TokenInfo(
            id=0,  # it is in no list of ours
            name=said.issuer,
            hint="",
            read_only=False,
            metrics_only=False,
            expires_at=checked.expires_at,
            last_used_at=None,
            created_at=said.issued_at,
            expired=False,
        )
        return TokenUse(user, info)
