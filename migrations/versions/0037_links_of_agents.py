"""One-time links by agent: those that are too late are taken away, and all of an agent's go with them."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    op.create_index(
        "tokens_agent_id_idx", "tokens", ["org_id", "agent_id"], postgresql_where=sa.text("agent_id IS NOT NULL")
    )
