"""How far a writer's clock is from UTC, as the Date of their mail said."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    op.add_column("messages", sa.Column("utc_offset", sa.BigInteger(), nullable=True))
