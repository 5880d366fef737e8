"""Tickets that nobody has, in the order they were opened."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_index(
        "tickets_unassigned_idx",
        "tickets",
        ["org_id", "created_at", "id"],
        postgresql_where=sa.text("assignee_id IS NULL"),
    )
