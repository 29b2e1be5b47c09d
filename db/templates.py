"""Queries on templates."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import Template


def of_user(db_session: Session, *, user_id: int, limit: int) -> Sequence[Template]:
    """Return a planner's templates, by name."""
    query = select(Template).where(Template.user_id == user_id).order_by(Template.name)
    return db_session.scalars(query.limit(limit)).all()


def get_visible(db_session: Session, template_id: int, *, user_id: int) -> Template | None:
    """Return a template of this planner's, or None."""
    return db_session.scalar(select(Template).where(Template.id == template_id, Template.user_id == user_id))


def count(db_session: Session, *, user_id: int) -> int:
    """Return how many templates a planner has."""
    query = select(func.count()).select_from(Template).where(Template.user_id == user_id)
    return db_session.scalar(query) or 0
