"""Files say whether they were checked for viruses, and what was found."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("files", sa.Column("checked", sa.String(), nullable=True))
    op.add_column("files", sa.Column("finding", sa.String(), nullable=True))
    op.create_check_constraint(
        op.f("files_checked_check"), "files", "checked IN ('clean', 'infected', 'unchecked', 'refused')"
    )
    op.create_index("files_unchecked_idx", "files", ["id"], postgresql_where=sa.text("checked = 'unchecked'"))
