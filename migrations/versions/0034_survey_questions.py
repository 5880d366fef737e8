"""What customers are asked beside whether we were of help, and what they answered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.add_column(
        "organisations", sa.Column("survey_questions", JSONB(), server_default=sa.text("'[]'"), nullable=False)
    )
    op.add_column("surveys", sa.Column("answers", JSONB(), server_default=sa.text("'{}'"), nullable=False))
