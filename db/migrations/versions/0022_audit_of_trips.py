"""An index by which the audit of one trip is found."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

_OF_TRIPS = sa.text("target_kind = 'trip'")


def upgrade() -> None:
    """Make the index."""
    op.create_index(
        "audit_of_trips",
        "audit",
        ["target_id", "id"],
        sqlite_where=_OF_TRIPS,
        postgresql_where=_OF_TRIPS,
    )


def downgrade() -> None:
    """Undo what `upgrade` did."""
    op.drop_index("audit_of_trips", table_name="audit")
