"""What the assistant proposes in a session: cards below the last reply that proposes a brief, or slides."""

from collections.abc import Sequence
from dataclasses import dataclass

from components.decks.proposal import last_slides_id, proposes_slides, slides_card
from components.trips.proposal import last_proposal_id, proposal_card, proposes
from services.parts import Part
from services.sessions.records import MessageView, SessionSummary


@dataclass(frozen=True, slots=True)
class Offers:
    """The replies whose proposals are offered, None where there is none; of earlier ones nothing is."""

    brief_id: int | None
    slides_id: int | None

    def of(self, message_id: int) -> bool:
        """Return whether anything stands below a reply."""
        return message_id in (self.brief_id, self.slides_id)

    def are_replaced_by(self, parts: Sequence[Part]) -> bool:
        """Return whether a reply that has just ended proposes anew what another one is offered for."""
        brief = self.brief_id is not None and proposes(parts)
        return brief or (self.slides_id is not None and proposes_slides(parts))

    def draw(self, message: MessageView, session: SessionSummary, *, user_id: int) -> None:
        """Draw what is offered below a reply."""
        if message.id == self.brief_id:
            proposal_card(message, session, user_id=user_id)
        if message.id == self.slides_id:
            slides_card(message, session, user_id=user_id)


def offers_in(messages: Sequence[MessageView]) -> Offers:
    """Return what these messages offer."""
    return Offers(last_proposal_id(messages), last_slides_id(messages))
