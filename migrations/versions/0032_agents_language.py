"""An agent's language and time zone; the zone stood beside their wishes for mail before."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.add_column("agents", sa.Column("language", sa.String(), nullable=True))
    op.add_column("agents", sa.Column("time_zone", sa.String(), nullable=True))
    op.create_check_constraint(op.f("agents_language_check"), "agents", "language IN ('en', 'de', 'fr', 'es')")
    op.execute(
        "UPDATE agents SET time_zone = w.time_zone FROM agent_wishes w"
        " WHERE w.org_id = agents.org_id AND w.agent_id = agents.id"
    )
    op.drop_column("agent_wishes", "time_zone")
