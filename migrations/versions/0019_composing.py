"""Signatures, quoting, Outlook's thread index, and links to files that are too large to send."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("mailboxes", sa.Column("signature", sa.String(), server_default="", nullable=False))
    op.add_column("mailboxes", sa.Column("quoting", sa.String(), server_default="off", nullable=False))
    op.add_column("mailboxes", sa.Column("largest_files", sa.BigInteger(), nullable=True))
    op.create_check_constraint(op.f("mailboxes_quoting_check"), "mailboxes", "quoting IN ('off', 'last', 'all')")
    op.add_column("agents", sa.Column("signature", sa.String(), server_default="", nullable=False))
    op.add_column("tickets", sa.Column("thread_index", sa.String(), nullable=True))
    op.add_column("tokens", sa.Column("file_id", sa.BigInteger(), nullable=True))
    op.drop_constraint(op.f("tokens_kind_check"), "tokens")
    op.create_check_constraint(
        op.f("tokens_kind_check"), "tokens", "kind IN ('api', 'sign-in', 'conversation', 'file')"
    )
    op.create_foreign_key(
        op.f("tokens_org_id_file_id_fkey"), "tokens", "files", ["org_id", "file_id"], ["org_id", "id"],
        ondelete="CASCADE", deferrable=True, initially="DEFERRED",
    )  # fmt: skip
    op.create_index(
        "tokens_file_id_idx", "tokens", ["org_id", "file_id"], postgresql_where=sa.text("file_id IS NOT NULL")
    )
