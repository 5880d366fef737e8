"""The shelf is cleared by age: an index by when a mail was laid there, and a note of when its bytes were removed."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("kept_mail", sa.Column("raw_removed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "kept_mail_shelf_idx", "kept_mail", ["read_at"], postgresql_where=sa.text("state IN ('held', 'quarantined')")
    )
