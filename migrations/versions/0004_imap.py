"""Mailboxes that are fetched by IMAP, how far their folders were read, and the folder a mail lay in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("kept_mail", sa.Column("folder", sa.String(), nullable=True))
    op.add_column("kept_mail", sa.Column("is_junk", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_table(
        "imap_accounts",
        sa.Column("mailbox_id", sa.BigInteger(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("port", sa.BigInteger(), nullable=False),
        sa.Column("security", sa.String(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("oauth", postgresql.JSONB(), nullable=True),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("folders", postgresql.JSONB(), nullable=False),
        sa.Column("junk", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("move_to", sa.String(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("good_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("complaint", sa.String(), nullable=True),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("security IN ('tls', 'starttls', 'none')", name=op.f("imap_accounts_security_check")),
        sa.CheckConstraint("after IN ('nothing', 'seen', 'move', 'delete')", name=op.f("imap_accounts_after_check")),
        sa.CheckConstraint("(after = 'move') = (move_to IS NOT NULL)", name=op.f("imap_accounts_move_to_check")),
        sa.ForeignKeyConstraint(
            ["org_id", "mailbox_id"],
            ["mailboxes.org_id", "mailboxes.id"],
            name=op.f("imap_accounts_org_id_mailbox_id_fkey"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("imap_accounts_pkey")),
        sa.UniqueConstraint("org_id", "mailbox_id", name=op.f("imap_accounts_org_id_mailbox_id_key")),
    )
    op.create_table(
        "imap_folders",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("tidy", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("left_behind", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "account_id"],
            ["imap_accounts.org_id", "imap_accounts.id"],
            name=op.f("imap_folders_org_id_account_id_fkey"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("imap_folders_pkey")),
        sa.UniqueConstraint("org_id", "account_id", "name", name=op.f("imap_folders_org_id_account_id_name_key")),
    )
