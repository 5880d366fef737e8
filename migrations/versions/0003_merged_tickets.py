"""A ticket can be merged into another one."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("tickets", sa.Column("merged_into_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("tickets_org_id_merged_into_id_fkey"),
        "tickets",
        "tickets",
        ["org_id", "merged_into_id"],
        ["org_id", "id"],
        deferrable=True,
        initially="DEFERRED",
    )
    op.create_index(
        "tickets_merged_into_idx",
        "tickets",
        ["org_id", "merged_into_id"],
        postgresql_where=sa.text("merged_into_id IS NOT NULL"),
    )
