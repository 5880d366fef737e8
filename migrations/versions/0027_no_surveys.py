"""Customers who want to be asked no more whether we were of help."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.add_column("addresses", sa.Column("no_surveys_since", sa.DateTime(timezone=True), nullable=True))
