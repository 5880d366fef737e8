"""What each agent wants to be told by mail; acknowledgements outside business hours count as such."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"

_ACKNOWLEDGES = sa.text("letter IN ('received', 'outside_hours')")


def upgrade() -> None:
    op.create_table(
        "agent_wishes",
        sa.Column("agent_id", sa.BigInteger(), nullable=False),
        sa.Column("notes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest_hour", sa.BigInteger(), nullable=True),
        sa.Column("digest_days", sa.String(), server_default="working", nullable=False),
        sa.Column("time_zone", sa.String(), nullable=True),
        sa.Column("digest_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("digest_hour >= 0 AND digest_hour <= 23", name=op.f("agent_wishes_digest_hour_check")),
        sa.CheckConstraint("digest_days IN ('working', 'every')", name=op.f("agent_wishes_digest_days_check")),
        sa.ForeignKeyConstraint(
            ["org_id", "agent_id"],
            ["agents.org_id", "agents.id"],
            name=op.f("agent_wishes_org_id_agent_id_fkey"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("agent_wishes_pkey")),
    )
    op.create_index("agent_wishes_agent_key", "agent_wishes", ["org_id", "agent_id"], unique=True)
    op.create_index(
        "agent_wishes_digest_idx", "agent_wishes", ["digest_at"], postgresql_where=sa.text("digest_at IS NOT NULL")
    )
    op.add_column(
        "organisations", sa.Column("tells_new_tickets", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.drop_index("outbox_acknowledged_idx", "outbox")
    op.drop_index("outbox_acknowledged_at_idx", "outbox")
    op.create_index(
        "outbox_acknowledged_idx",
        "outbox",
        ["org_id", "mailbox_id", "recipient", "created_at"],
        postgresql_where=_ACKNOWLEDGES,
    )
    op.create_index("outbox_acknowledged_at_idx", "outbox", ["org_id", "created_at"], postgresql_where=_ACKNOWLEDGES)
