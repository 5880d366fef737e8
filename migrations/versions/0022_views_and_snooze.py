"""Saved views, tickets that are out of sight for a while, and lists by team and category."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("tickets", sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "tickets_snoozed_idx",
        "tickets",
        ["snoozed_until"],
        postgresql_where=sa.text("snoozed_until IS NOT NULL"),
    )
    op.create_index("tickets_team_idx", "tickets", ["org_id", "team_id", "status", "updated_at"])
    op.create_index("tickets_category_idx", "tickets", ["org_id", "category_id", "status", "updated_at"])
    op.create_table(
        "saved_views",
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "agent_id"],
            ["agents.org_id", "agents.id"],
            name=op.f("saved_views_org_id_agent_id_fkey"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("saved_views_pkey")),
    )
    op.create_index("saved_views_name_key", "saved_views", ["org_id", "agent_id", "name"], unique=True)
