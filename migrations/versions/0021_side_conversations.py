"""Side conversations: what is said on a ticket with somebody else than its customer."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "side_conversations",
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("thread_root", sa.String(), nullable=False),
        sa.Column("begun_by", sa.String(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("address = lower(address)", name=op.f("side_conversations_address_check")),
        sa.ForeignKeyConstraint(
            ["org_id", "ticket_id"], ["tickets.org_id", "tickets.id"],
            name=op.f("side_conversations_org_id_ticket_id_fkey"), ondelete="CASCADE", deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("side_conversations_pkey")),
    )  # fmt: skip
    op.create_index(
        "side_conversations_address_key", "side_conversations", ["org_id", "ticket_id", "address"], unique=True
    )
    op.add_column("messages", sa.Column("side_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("messages_org_id_side_id_fkey"), "messages", "side_conversations", ["org_id", "side_id"],
        ["org_id", "id"], deferrable=True, initially="DEFERRED",
    )  # fmt: skip
