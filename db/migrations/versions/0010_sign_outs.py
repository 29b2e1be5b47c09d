"""Sign-outs have a table of their own, and the audit's rows a target; they are read by time."""

import sqlalchemy as sa
from alembic import op

import db.audit

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the table, the columns and the index; whoever signed out stays signed out."""
    op.create_table(
        "sign_outs",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "signed_in_at"),
    )
    op.add_column("audit", sa.Column("target_kind", sa.String(length=20), nullable=True))
    op.add_column("audit", sa.Column("target_id", sa.BigInteger(), nullable=True))
    op.create_index("audit_by_time", "audit", ["at", "id"], unique=False)
    db.audit.take_over_earlier(op.get_bind())


def downgrade() -> None:
    """Undo what `upgrade` did."""
    op.drop_index("audit_by_time", table_name="audit")
    op.drop_column("audit", "target_id")
    op.drop_column("audit", "target_kind")
    op.drop_table("sign_outs")
