"""A mailbox can take whatever is sent to its domain and to no other mailbox."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("mailboxes", sa.Column("catch_all", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_index(
        "mailboxes_catch_all_key",
        "mailboxes",
        [sa.text("split_part(address, '@', 2)")],
        unique=True,
        postgresql_where=sa.text("catch_all"),
    )
