"""With whom sessions are shared, as JSON."""

from typing import Literal, Self

from pydantic import BaseModel, Field

from api.schemas import Cursor, Given, Id
from services.sessions.sharing import Person

Access = Literal["edit", "view"]


class SessionMemberIn(Given):
    """Somebody who is to see a session."""

    username: str = Field(examples=["bob"], json_schema_extra={"minLength": 1, "maxLength": 40})
    access: Access = "edit"


class SessionMemberChange(Given):
    """What somebody may do in a session."""

    access: Access


class SessionMemberOut(BaseModel):
    """Somebody who sees a session."""

    user_id: Id
    username: str
    name: str
    access: Literal["owner", "edit", "view"]
    alone: bool = Field(description="Shared with them by itself: that can end. Else it is theirs, or of a trip.")

    @classmethod
    def of(cls, person: Person) -> Self:
        """Return a person as JSON shows them."""
        return cls.model_validate(
            {
                "user_id": str(person.user_id),
                "username": person.username,
                "name": person.name,
                "access": person.access,
                "alone": person.alone,
            }
        )


class SessionMemberList(BaseModel):
    """Who sees a session, its owner first; there is no next page."""

    members: list[SessionMemberOut]
    count: int
    next_cursor: Cursor

    @classmethod
    def of(cls, people: tuple[Person, ...]) -> Self:
        """Return people as JSON shows them."""
        return cls(members=[SessionMemberOut.of(one) for one in people], count=len(people), next_cursor=None)
