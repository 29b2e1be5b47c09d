"""Reviews: snapshots, the links that show them, their readers, comments and decisions."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "reviews",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("audience", sa.String(length=100), nullable=False),
        sa.Column("may", sa.String(length=20), nullable=False),
        sa.Column("download", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("approvals", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("follows", sa.Boolean(), nullable=False),
        sa.Column("first_id", sa.BigInteger(), nullable=True),
        sa.Column("last_id", sa.BigInteger(), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("passcode_hash", sa.String(length=100), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("open_threads", sa.BigInteger(), nullable=False),
        sa.Column("unseen", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("mail_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index("reviews_in_session", "reviews", ["session_id", "id"], unique=False)
    op.create_index(
        "reviews_mail",
        "reviews",
        ["mail_due_at"],
        unique=False,
        sqlite_where=sa.text("mail_due_at IS NOT NULL"),
        postgresql_where=sa.text("mail_due_at IS NOT NULL"),
    )
    op.create_index(
        "reviews_news",
        "reviews",
        ["user_id"],
        unique=False,
        sqlite_where=sa.text("unseen"),
        postgresql_where=sa.text("unseen"),
    )
    op.create_index("reviews_of_user", "reviews", ["user_id", "revoked_at", "due_on", "id"], unique=False)
    op.create_table(
        "snapshots",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("snapshots_once", "snapshots", ["session_id", "sha256"], unique=True)
    op.create_table(
        "review_readers",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("review_id", sa.BigInteger(), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=True),
        sa.Column("unlocked", sa.String(length=64), nullable=True),
        sa.Column("seen_version", sa.BigInteger(), nullable=False),
        sa.Column("seen_comment_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("review_readers_once", "review_readers", ["review_id", "key_hash"], unique=True)
    op.create_table(
        "review_versions",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("review_id", sa.BigInteger(), nullable=False),
        sa.Column("snapshot_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshots.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_review_versions_snapshot_id", "review_versions", ["snapshot_id"], unique=False)
    op.create_index("review_versions_in_order", "review_versions", ["review_id", "number"], unique=True)
    op.create_table(
        "review_comments",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("review_id", sa.BigInteger(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.Column("anchor", sa.String(length=100), nullable=True),
        sa.Column("passage", sa.String(length=1000), nullable=True),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("by_planner", sa.Boolean(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("reader_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.String(length=100), nullable=True),
        sa.Column("resolved_version", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["reader_id"], ["review_readers.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["thread_id"], ["review_comments.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["version_id"], ["review_versions.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_review_comments_reader_id", "review_comments", ["reader_id"], unique=False)
    op.create_index("ix_review_comments_user_id", "review_comments", ["user_id"], unique=False)
    op.create_index("ix_review_comments_version_id", "review_comments", ["version_id"], unique=False)
    op.create_index("review_comments_in_order", "review_comments", ["review_id", "id"], unique=False)
    op.create_index(
        "review_comments_of_thread",
        "review_comments",
        ["thread_id", "id"],
        unique=False,
        sqlite_where=sa.text("thread_id IS NOT NULL"),
        postgresql_where=sa.text("thread_id IS NOT NULL"),
    )
    op.create_index(
        "review_comments_open",
        "review_comments",
        ["review_id", "anchor"],
        unique=False,
        sqlite_where=sa.text("thread_id IS NULL AND resolved_at IS NULL AND removed_at IS NULL"),
        postgresql_where=sa.text("thread_id IS NULL AND resolved_at IS NULL AND removed_at IS NULL"),
    )
    op.create_table(
        "review_decisions",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("review_id", sa.BigInteger(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("reader_id", sa.BigInteger(), nullable=True),
        sa.Column("by_phone", sa.Boolean(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["reader_id"], ["review_readers.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["version_id"], ["review_versions.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_review_decisions_reader_id", "review_decisions", ["reader_id"], unique=False)
    op.create_index("ix_review_decisions_user_id", "review_decisions", ["user_id"], unique=False)
    op.create_index("ix_review_decisions_version_id", "review_decisions", ["version_id"], unique=False)
    op.create_index("review_decisions_in_order", "review_decisions", ["review_id", "id"], unique=False)


def downgrade() -> None:
    """Undo what `upgrade` did."""
    op.drop_index("review_decisions_in_order", table_name="review_decisions")
    op.drop_index("ix_review_decisions_version_id", table_name="review_decisions")
    op.drop_index("ix_review_decisions_user_id", table_name="review_decisions")
    op.drop_index("ix_review_decisions_reader_id", table_name="review_decisions")
    op.drop_table("review_decisions")
    op.drop_index(
        "review_comments_open",
        table_name="review_comments",
        sqlite_where=sa.text("thread_id IS NULL AND resolved_at IS NULL AND removed_at IS NULL"),
        postgresql_where=sa.text("thread_id IS NULL AND resolved_at IS NULL AND removed_at IS NULL"),
    )
    op.drop_index(
        "review_comments_of_thread",
        table_name="review_comments",
        sqlite_where=sa.text("thread_id IS NOT NULL"),
        postgresql_where=sa.text("thread_id IS NOT NULL"),
    )
    op.drop_index("review_comments_in_order", table_name="review_comments")
    op.drop_index("ix_review_comments_version_id", table_name="review_comments")
    op.drop_index("ix_review_comments_user_id", table_name="review_comments")
    op.drop_index("ix_review_comments_reader_id", table_name="review_comments")
    op.drop_table("review_comments")
    op.drop_index("review_versions_in_order", table_name="review_versions")
    op.drop_index("ix_review_versions_snapshot_id", table_name="review_versions")
    op.drop_table("review_versions")
    op.drop_index("review_readers_once", table_name="review_readers")
    op.drop_table("review_readers")
    op.drop_index("snapshots_once", table_name="snapshots")
    op.drop_table("snapshots")
    op.drop_index("reviews_of_user", table_name="reviews")
    op.drop_index(
        "reviews_news", table_name="reviews", sqlite_where=sa.text("unseen"), postgresql_where=sa.text("unseen")
    )
    op.drop_index(
        "reviews_mail",
        table_name="reviews",
        sqlite_where=sa.text("mail_due_at IS NOT NULL"),
        postgresql_where=sa.text("mail_due_at IS NOT NULL"),
    )
    op.drop_index("reviews_in_session", table_name="reviews")
    op.drop_table("reviews")
