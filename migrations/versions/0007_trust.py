"""What is known of a mail's sender is kept with it: how the client greeted, and the verdict with its reasons."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("kept_mail", sa.Column("helo", sa.String(), nullable=True))
    op.add_column("kept_mail", sa.Column("trust", sa.String(), nullable=True))
    op.add_column(
        "kept_mail", sa.Column("trust_reasons", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False)
    )
