"""What customers say of our help, when they are asked, and tickets by when they were resolved."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.add_column("organisations", sa.Column("survey_hours", sa.BigInteger(), nullable=True))
    op.add_column("organisations", sa.Column("surveyed_until", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "tickets_resolved_idx",
        "tickets",
        ["org_id", "resolved_at", "id"],
        postgresql_where=sa.text("resolved_at IS NOT NULL"),
    )
    op.create_table(
        "surveys",
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rating", sa.String(), nullable=True),
        sa.Column("comment", sa.String(), server_default="", nullable=False),
        sa.Column("first_rated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("rating IN ('happy', 'unhappy')", name=op.f("surveys_rating_check")),
        sa.ForeignKeyConstraint(
            ["org_id", "ticket_id"],
            ["tickets.org_id", "tickets.id"],
            name=op.f("surveys_org_id_ticket_id_fkey"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("surveys_pkey")),
    )
    op.create_index("surveys_ticket_key", "surveys", ["org_id", "ticket_id"], unique=True)
    op.create_index("surveys_rated_idx", "surveys", ["org_id", "rated_at"])
