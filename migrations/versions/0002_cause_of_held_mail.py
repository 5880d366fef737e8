"""Every held mail says why it is held, in one word."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("kept_mail", sa.Column("cause", sa.String(), nullable=True))
    # So far two things were held: what ran in circles, and what was built to hurt, which has no subject that was read.
    op.execute(
        "UPDATE kept_mail SET cause = CASE WHEN message_id IS NULL AND subject = '' THEN 'hostile' ELSE 'loop' END"
        " WHERE state = 'held'"
    )
    op.create_check_constraint(
        op.f("kept_mail_cause_of_held_check"), "kept_mail", "(state = 'held') = (cause IS NOT NULL)"
    )
