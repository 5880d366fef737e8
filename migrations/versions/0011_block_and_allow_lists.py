"""Block and allow lists; a kept mail says who its From says wrote it."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "sender_rules",
        sa.Column("pattern", sa.String(), nullable=False),
        sa.Column("treatment", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("treatment IN ('allow', 'hold', 'discard')", name=op.f("sender_rules_treatment_check")),
        sa.CheckConstraint("pattern = lower(pattern)", name=op.f("sender_rules_pattern_check")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("sender_rules_pkey")),
        sa.UniqueConstraint("org_id", "pattern", name=op.f("sender_rules_org_id_pattern_key")),
    )
    op.add_column("kept_mail", sa.Column("author", sa.String(), nullable=True))
