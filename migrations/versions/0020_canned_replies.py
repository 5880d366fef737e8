"""Canned replies, which agents put into their answers."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "canned_replies",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("shortcut", sa.String(), nullable=True),
        sa.Column("category", sa.String(), server_default="", nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("uses", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("canned_replies_pkey")),
        sa.UniqueConstraint("org_id", "name", name=op.f("canned_replies_org_id_name_key")),
    )
    op.create_index(
        "canned_replies_shortcut_key", "canned_replies", ["org_id", "shortcut"], unique=True,
        postgresql_where=sa.text("shortcut IS NOT NULL"),
    )  # fmt: skip
