"""Answers may leave later, be held when the customer writes meanwhile, and be taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("messages", sa.Column("leaves_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("outbox", sa.Column("unless_written_since", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint("messages_direction_check", "messages")
    op.create_check_constraint(
        op.f("messages_direction_check"), "messages", "direction IN ('in', 'out', 'note', 'system', 'withdrawn')"
    )
