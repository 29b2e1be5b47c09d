"""What was used."""

from datetime import date

from sqlalchemy import Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class Usage(Base):
    """What one planner used of one model on one day (UTC), with titles. Kept when sessions go: it was paid for."""

    __tablename__ = "usage"
    __table_args__ = (Index("usage_by_day", "day"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    model: Mapped[str] = mapped_column(String(255), primary_key=True)
    sessions: Mapped[int] = mapped_column(default=0)
    replies: Mapped[int] = mapped_column(default=0)
    not_whole: Mapped[int] = mapped_column(default=0)  # of the replies: stopped, failed, interrupted
    input_tokens: Mapped[int] = mapped_column(default=0)
    output_tokens: Mapped[int] = mapped_column(default=0)
    cost_micros: Mapped[int] = mapped_column(default=0)
    unpriced: Mapped[int] = mapped_column(default=0)  # replies and titles of which the cost is not known
    first_text_ms: Mapped[int] = mapped_column(default=0)  # the sum over *first_texts* replies
    first_texts: Mapped[int] = mapped_column(default=0)
    liked: Mapped[int] = mapped_column(default=0)
    disliked: Mapped[int] = mapped_column(default=0)
