"""Lists by priority, people by the start of their name, and a search that begins with the newest messages."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.drop_index("tickets_updated_at_idx", "tickets")
    op.create_index("tickets_lists_idx", "tickets", ["org_id", "status", "priority", "updated_at", "id"])
    op.create_index("people_name_idx", "people", ["org_id", sa.text("lower(name) text_pattern_ops")])
    # A generated column cannot change its expression before PostgreSQL 17: it is made anew, and its index with it.
    op.execute("ALTER TABLE messages DROP COLUMN words")
    op.execute(
        "ALTER TABLE messages ADD COLUMN words tsvector GENERATED ALWAYS AS ("
        "CASE WHEN direction::text <> 'system'::text"
        " THEN to_tsvector('simple'::regconfig, left(subject::text || ' '::text || text::text, 20000))"
        " || array_to_tsvector(ARRAY['#'::text || org_id || '.'::text || (id >> 10)]) ELSE NULL::tsvector END) STORED"
    )
    op.create_index("messages_words_idx", "messages", ["words"], postgresql_using="gin")
