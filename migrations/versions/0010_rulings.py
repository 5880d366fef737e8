"""What somebody decides on a mail from the shelf is kept with it, until a worker carries it out."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("kept_mail", sa.Column("ruling", postgresql.JSONB(none_as_null=True), nullable=True))
