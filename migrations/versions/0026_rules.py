"""Rules, their versions and runs, and when a ticket has to be looked at for one that waits."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"


def _points_to(table: str, mine: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["org_id", column],
        [f"{table}.org_id", f"{table}.id"],
        name=op.f(f"{mine}_org_id_{column}_fkey"),
        ondelete="CASCADE",
        initially="DEFERRED",
        deferrable=True,
    )


def upgrade() -> None:
    op.create_table(
        "rules",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("shipped", sa.String(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("given", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("walked_to", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("rules_pkey")),
        sa.UniqueConstraint("org_id", "name", name=op.f("rules_org_id_name_key")),
    )
    op.create_index("rules_place_idx", "rules", ["org_id", "place"])
    op.create_index("rules_next_at_idx", "rules", ["next_at"], postgresql_where=sa.text("next_at IS NOT NULL"))
    op.create_table(
        "rule_versions",
        sa.Column("rule_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("given", postgresql.JSONB(), nullable=False),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        _points_to("rules", "rule_versions", "rule_id"),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("rule_versions_pkey")),
    )
    op.create_index("rule_versions_number_key", "rule_versions", ["org_id", "rule_id", "number"], unique=True)
    op.create_table(
        "rule_runs",
        sa.Column("rule_id", sa.BigInteger(), nullable=False),
        sa.Column("rule_name", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("once", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saw", postgresql.JSONB(), nullable=False),
        sa.Column("did", postgresql.JSONB(), nullable=False),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        _points_to("rules", "rule_runs", "rule_id"),
        _points_to("tickets", "rule_runs", "ticket_id"),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("rule_runs_pkey")),
    )
    op.create_index("rule_runs_ticket_idx", "rule_runs", ["org_id", "ticket_id", "at"])
    op.create_index("rule_runs_rule_idx", "rule_runs", ["org_id", "rule_id", "id"])
    op.create_index(
        "rule_runs_once_key",
        "rule_runs",
        ["org_id", "ticket_id", "rule_id", "once"],
        unique=True,
        postgresql_where=sa.text("once IS NOT NULL"),
    )
    op.create_table(
        "rule_timers",
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        _points_to("tickets", "rule_timers", "ticket_id"),
        sa.PrimaryKeyConstraint("org_id", "ticket_id", name=op.f("rule_timers_pkey")),
    )
    op.create_index("rule_timers_due_at_idx", "rule_timers", ["due_at"])
    op.add_column(
        "organisations", sa.Column("rule_triggers", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False)
    )
    op.add_column(
        "organisations", sa.Column("rules_version", sa.BigInteger(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column("organisations", sa.Column("rerule_after", sa.BigInteger(), nullable=True))
