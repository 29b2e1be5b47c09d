"""What replies used of a memory, for those alone who may know it.

What is remembered about a customer is shown in that customer's sessions, to who works on or views its trips; what is
remembered about a user, to them alone. A session can be moved, handed over, forked and imported: its replies stay,
and say only how much they used.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

import db.sides
from db.models import Message
from db.plain import Plain
from services.parts import MemoryPart, NoticePart, Part


class MemoryWall:
    """What one user is shown of the memories that replies used, as it is at this moment."""

    def __init__(self, db_session: Session, *, user_id: int) -> None:
        self._db_session = db_session
        self._user_id = user_id
        self._sides: dict[int, db.sides.Side] = {}  # by session
        self._sees: dict[int, bool] = {}  # by customer

    def shown(self, parts: Sequence[Part], message: Plain[Message]) -> tuple[Part, ...]:
        """Return the *parts* of a message with a sentence in the place of memories that this user is not shown."""
        used = [part for part in parts if isinstance(part, MemoryPart)]
        if not used or self.shows(message):
            return tuple(parts)
        first, said = used[0], NoticePart(self._said(len(used), message), used[0].at)
        return tuple(
            said if part is first else part for part in parts if part is first or not isinstance(part, MemoryPart)
        )

    def shows(self, message: Plain[Message]) -> bool:
        """Return whether this user is shown which memories a reply used."""
        side = self._side(message)
        if message.memory_customer_id != side.customer_id:
            return False
        if side.customer_id is not None:
            return self._sees_customer(side.customer_id)
        return side.owner_id == self._user_id and message.id > (side.told_after or 0)

    def is_for_another(self, message: Plain[Message]) -> bool:
        """Return whether a reply was made for another customer than the one whom its session is about now."""
        given = message.memory_customer_id
        return given is not None and given != self._side(message).customer_id

    def _sees_customer(self, customer_id: int) -> bool:
        if customer_id not in self._sees:
            found = db.sides.visible_customer(self._db_session, customer_id, user_id=self._user_id)
            self._sees[customer_id] = found is not None
        return self._sees[customer_id]

    def _side(self, message: Plain[Message]) -> db.sides.Side:
        session_id = message.session_id
        if session_id not in self._sides:
            self._sides[session_id] = db.sides.side_of(self._db_session, session_id)
        return self._sides[session_id]

    def _said(self, number: int, message: Plain[Message]) -> str:
        counted = "1 memory" if number == 1 else f"{number:,} memories"
        if self.is_for_another(message):
            return f"Used {counted} of another customer."
        return f"Used {counted} that {'is' if number == 1 else 'are'} not shown here."
