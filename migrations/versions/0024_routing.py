"""Who can take which tickets, how a team gives them out, and which tickets want an agent."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    _abilities()
    op.add_column("teams", sa.Column("tier", sa.BigInteger(), server_default=sa.text("1"), nullable=False))
    op.add_column("teams", sa.Column("region", sa.String(), server_default="", nullable=False))
    op.add_column("teams", sa.Column("parent_id", sa.BigInteger(), nullable=True))
    op.create_check_constraint(op.f("teams_tier_check"), "teams", "tier BETWEEN 1 AND 3")
    op.create_foreign_key(
        op.f("teams_org_id_parent_id_fkey"),
        "teams",
        "teams",
        ["org_id", "parent_id"],
        ["org_id", "id"],
        initially="DEFERRED",
        deferrable=True,
    )
    op.add_column("people", sa.Column("region", sa.String(), server_default="", nullable=False))
    op.add_column(
        "organisations", sa.Column("is_routed", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("tickets", sa.Column("tier", sa.BigInteger(), server_default=sa.text("1"), nullable=False))
    op.add_column("tickets", sa.Column("wants_agent_since", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "tickets_wants_agent_idx",
        "tickets",
        ["org_id", "wants_agent_since", "id"],
        postgresql_where=sa.text("wants_agent_since IS NOT NULL"),
    )
    op.create_table(
        "routings",
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("team_id", sa.BigInteger(), nullable=True),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("skill", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("known", sa.String(), nullable=False),
        sa.Column("when_away", sa.String(), nullable=False),
        sa.Column("away_minutes", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("method IN ('by_hand', 'round_robin', 'least_loaded')", name=op.f("routings_method_check")),
        sa.CheckConstraint("when_away IN ('stay', 'return', 'hand_on')", name=op.f("routings_when_away_check")),
        sa.ForeignKeyConstraint(
            ["org_id", "team_id"],
            ["teams.org_id", "teams.id"],
            name=op.f("routings_org_id_team_id_fkey"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("routings_pkey")),
    )
    op.create_index(
        "routings_team_key", "routings", ["org_id", "team_id"], unique=True, postgresql_nulls_not_distinct=True
    )


def _abilities() -> None:
    for name, default in (("tier", "1"), ("turn", "0")):
        op.add_column("agents", sa.Column(name, sa.BigInteger(), server_default=sa.text(default), nullable=False))
    op.add_column("agents", sa.Column("region", sa.String(), server_default="", nullable=False))
    op.add_column("agents", sa.Column("away_since", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(op.f("agents_tier_check"), "agents", "tier BETWEEN 1 AND 3")
