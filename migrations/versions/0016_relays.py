"""Mailboxes may have a relay of their own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "relay_accounts",
        sa.Column("mailbox_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("port", sa.BigInteger(), nullable=False),
        sa.Column("security", sa.String(), nullable=False),
        sa.Column("username", sa.String(), nullable=True),
        sa.Column("oauth", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("complaint", sa.String(), nullable=True),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("kind IN ('smtp', 'graph')", name=op.f("relay_accounts_kind_check")),
        sa.CheckConstraint("security IN ('tls', 'starttls', 'none')", name=op.f("relay_accounts_security_check")),
        sa.ForeignKeyConstraint(
            ["org_id", "mailbox_id"],
            ["mailboxes.org_id", "mailboxes.id"],
            name=op.f("relay_accounts_org_id_mailbox_id_fkey"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("relay_accounts_pkey")),
        sa.UniqueConstraint("org_id", "mailbox_id", name=op.f("relay_accounts_org_id_mailbox_id_key")),
    )
