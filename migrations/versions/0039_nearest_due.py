"""The nearest due time of a ticket, and from when on it is at risk, for the list of what has to be looked at first."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    for name in ("due_at", "risk_at"):
        op.add_column("tickets", sa.Column(name, sa.DateTime(timezone=True)))
    op.create_index(
        "tickets_due_at_idx", "tickets", ["org_id", "due_at", "id"], postgresql_where=sa.text("due_at IS NOT NULL")
    )
    op.create_index(
        "tickets_risk_at_idx", "tickets", ["org_id", "risk_at"], postgresql_where=sa.text("risk_at IS NOT NULL")
    )
    # It is worked out from what happened, which is not for SQL: the next ticks time all open tickets anew.
    op.execute("UPDATE organisations SET retime_after = 0 WHERE is_timed")
