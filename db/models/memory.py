"""Where memories come from."""

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from db.ids import new_id
from db.models.base import Base


class MemorySource(Base):
    """The message that Backboard remembers something from: about a customer, or else for a user.

    `user_id` is whose assistant it is: a customer's is its owner's.
    """

    __tablename__ = "memory_sources"
    __table_args__ = (Index("memory_sources_of_user", "user_id", "backend", "memory_id", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), index=True)
    backend: Mapped[str] = mapped_column(String(300))
    memory_id: Mapped[str] = mapped_column(String(255))
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), index=True)
