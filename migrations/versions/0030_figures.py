"""Figures: a row a day and team, agent, category, priority, mailbox and channel; letters by when they were written."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.add_column("organisations", sa.Column("figures_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("outbox_created_at_brin", "outbox", ["created_at"], postgresql_using="brin")
    op.create_table(
        "figures",
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("dimension", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("numbers", postgresql.JSONB(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("figures_pkey")),
    )
    op.create_index("figures_day_key", "figures", ["org_id", "dimension", "day", "key"], unique=True)
