"""Calls to webhooks."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.create_table(
        "webhook_calls",
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("state", sa.String(), server_default=sa.text("'waiting'"), nullable=False),
        sa.Column("tries", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_try", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'done', 'failed')", name=op.f("webhook_calls_state_check")),
        sa.ForeignKeyConstraint(
            ["org_id", "ticket_id"],
            ["tickets.org_id", "tickets.id"],
            name=op.f("webhook_calls_org_id_ticket_id_fkey"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("webhook_calls_pkey")),
    )
    op.create_index(
        "webhook_calls_next_try_idx", "webhook_calls", ["next_try"], postgresql_where=sa.text("state = 'waiting'")
    )
    op.create_index("webhook_calls_ticket_idx", "webhook_calls", ["org_id", "ticket_id"])
