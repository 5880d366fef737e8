"""Calendars and policies, due times by them, and when somebody has to look at a ticket again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "calendars",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("week", postgresql.JSONB(), nullable=False),
        sa.Column("days", postgresql.JSONB(), nullable=False),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("region", sa.String(), nullable=True),
        sa.Column("holidays_until", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("calendars_pkey")),
        sa.UniqueConstraint("org_id", "name", name=op.f("calendars_org_id_name_key")),
    )
    op.create_table(
        "sla_policies",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("calendar_id", sa.BigInteger(), nullable=True),
        sa.Column("conditions", postgresql.JSONB(), nullable=False),
        sa.Column("targets", postgresql.JSONB(), nullable=False),
        sa.Column("pauses", postgresql.JSONB(), nullable=False),
        sa.Column("steps", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "calendar_id"],
            ["calendars.org_id", "calendars.id"],
            name=op.f("sla_policies_org_id_calendar_id_fkey"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("sla_policies_pkey")),
        sa.UniqueConstraint("org_id", "name", name=op.f("sla_policies_org_id_name_key")),
    )
    op.create_index("sla_policies_place_idx", "sla_policies", ["org_id", "place"])
    op.add_column("tickets", sa.Column("policy_id", sa.BigInteger(), nullable=True))
    op.add_column("tickets", sa.Column("assignment_due", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tickets", sa.Column("wake_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tickets", sa.Column("is_timed", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_index("tickets_wake_at_idx", "tickets", ["wake_at"], postgresql_where=sa.text("wake_at IS NOT NULL"))
    op.create_foreign_key(
        op.f("tickets_org_id_policy_id_fkey"),
        "tickets",
        "sla_policies",
        ["org_id", "policy_id"],
        ["org_id", "id"],
        initially="DEFERRED",
        deferrable=True,
    )
    op.add_column("organisations", sa.Column("is_timed", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("organisations", sa.Column("retime_after", sa.BigInteger(), nullable=True))
