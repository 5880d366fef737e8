"""Imported mail keeps its own date, and is answered by nobody unless that was asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("kept_mail", sa.Column("dated", sa.DateTime(timezone=True), nullable=True))
    op.add_column("kept_mail", sa.Column("quiet", sa.Boolean(), server_default=sa.text("false"), nullable=False))
