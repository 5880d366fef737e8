"""People: what agents see and can take on, second factors, sessions that can be told apart, and an audit."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    for column in (
        sa.Column("only_own_teams", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("languages", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("skills", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("capacity", sa.BigInteger(), nullable=True),
        sa.Column("presence", sa.String(), server_default="available", nullable=False),
        sa.Column("away_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=True),
    ):
        op.add_column("agents", column)
    op.create_check_constraint(op.f("agents_presence_check"), "agents", "presence IN ('available', 'busy', 'away')")
    op.add_column("sessions", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sessions", sa.Column("address", sa.String(), server_default="", nullable=False))
    op.add_column("sessions", sa.Column("browser", sa.String(), server_default="", nullable=False))
    op.add_column("categories", sa.Column("description", sa.String(), server_default="", nullable=False))
    op.add_column("categories", sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.add_column(
        "organisations",
        sa.Column("needs_second_factor", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.drop_constraint(op.f("tokens_kind_check"), "tokens")
    op.create_check_constraint(
        op.f("tokens_kind_check"), "tokens", "kind IN ('api', 'sign-in', 'second-step', 'conversation', 'file')"
    )
    _team_categories()
    _recovery_codes()
    _audit()


def _team_categories() -> None:
    op.create_table(
        "team_categories",
        sa.Column("team_id", sa.BigInteger(), nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=False),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                ["org_id", column],
                [f"{table}.org_id", f"{table}.id"],
                name=op.f(f"team_categories_org_id_{column}_fkey"),
                ondelete="CASCADE",
                initially="DEFERRED",
                deferrable=True,
            )
            for column, table in (("team_id", "teams"), ("category_id", "categories"))
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("team_categories_pkey")),
    )
    op.create_index("team_categories_team_key", "team_categories", ["org_id", "team_id", "category_id"], unique=True)


def _recovery_codes() -> None:
    op.create_table(
        "recovery_codes",
        sa.Column("agent_id", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "agent_id"],
            ["agents.org_id", "agents.id"],
            name=op.f("recovery_codes_org_id_agent_id_fkey"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("recovery_codes_pkey")),
    )
    op.create_index("recovery_codes_hash_key", "recovery_codes", ["org_id", "agent_id", "hash"], unique=True)


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deed", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=True),
        sa.Column("address", sa.String(), server_default="", nullable=False),
        sa.Column("data", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("audit_pkey")),
    )
    op.create_index("audit_what_idx", "audit", ["org_id", "what", "id"])
    op.create_index("audit_at_idx", "audit", ["at"])
