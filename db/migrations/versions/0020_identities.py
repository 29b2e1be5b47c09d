"""Who is who: identities of companies and proxies, invitations, resets, receipts; and from where things were done."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables and columns; a subject was never written."""
    op.drop_column("users", "subject")
    op.add_column("users", sa.Column("files_mb", sa.BigInteger(), nullable=True))
    op.add_column("users", sa.Column("last_seen_at", _AT, nullable=True))
    op.create_index("ix_users_last_seen_at", "users", ["last_seen_at"], unique=False)
    op.add_column("audit", sa.Column("address", sa.String(length=60), server_default="", nullable=False))
    op.create_table(
        "identities",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("issuer", "subject"),
    )
    op.create_index("ix_identities_user_id", "identities", ["user_id"], unique=False)
    op.create_table(
        "company_sign_ins",
        sa.Column("identity_id", sa.BigInteger(), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("signed_in_at", _AT, nullable=False),
        sa.ForeignKeyConstraint(["identity_id"], ["identities.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("identity_id", "issued_at"),
    )
    op.create_index("ix_company_sign_ins_signed_in_at", "company_sign_ins", ["signed_in_at"], unique=False)
    op.create_table(
        "invitations",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=True),
        sa.Column("used_by_id", sa.BigInteger(), nullable=True),
        sa.Column("ends_at", _AT, nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["used_by_id"], ["users.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_table(
        "password_resets",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", _AT, nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index("ix_password_resets_user_id", "password_resets", ["user_id"], unique=False)
    op.create_table(
        "receipts",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code_hash"),
    )
    op.create_index("ix_receipts_created_at", "receipts", ["created_at"], unique=False)
    op.add_column("outbox", sa.Column("receipt_id", sa.BigInteger(), nullable=True))
    op.create_index("ix_outbox_receipt_id", "outbox", ["receipt_id"], unique=False)


def downgrade() -> None:
    """Undo what `upgrade` did."""
    op.drop_index("ix_outbox_receipt_id", table_name="outbox")
    op.drop_column("outbox", "receipt_id")
    for table in ("receipts", "password_resets", "invitations", "company_sign_ins", "identities"):
        op.drop_table(table)
    op.drop_column("audit", "address")
    op.drop_index("ix_users_last_seen_at", table_name="users")
    op.drop_column("users", "last_seen_at")
    op.drop_column("users", "files_mb")
    op.add_column("users", sa.Column("subject", sa.String(length=255), nullable=True))
