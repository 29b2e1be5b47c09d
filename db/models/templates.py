"""Templates of planners."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.ids import new_id
from db.models.base import Base, utc_now


class Template(Base):
    """An opening that a planner saved: what a new session starts with. Blanks of the first message are `{name}`."""

    __tablename__ = "templates"
    __table_args__ = (Index("templates_of_user", "user_id", "name", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    instructions: Mapped[str] = mapped_column(Text, default="")
    first_message: Mapped[str] = mapped_column(Text, default="")
    model: Mapped[str | None] = mapped_column(String(255))  # None: the planner's last choice
    memory: Mapped[bool] = mapped_column(default=True)
    web_search: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)
