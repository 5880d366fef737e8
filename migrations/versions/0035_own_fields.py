"""Fields of an organisation's own, and tags with a colour and a meaning."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.create_table(
        "own_fields",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("choices", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("hint", sa.String(), server_default="", nullable=False),
        sa.Column("place", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint(
            "kind IN ('text', 'number', 'choice', 'date', 'yes_no')", name=op.f("own_fields_kind_check")
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("own_fields_pkey")),
        sa.UniqueConstraint("org_id", "key", name=op.f("own_fields_org_id_key_key")),
        sa.UniqueConstraint("org_id", "name", name=op.f("own_fields_org_id_name_key")),
    )
    op.create_table(
        "field_values",
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("field_id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "ticket_id"],
            ["tickets.org_id", "tickets.id"],
            name=op.f("field_values_org_id_ticket_id_fkey"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "field_id"],
            ["own_fields.org_id", "own_fields.id"],
            name=op.f("field_values_org_id_field_id_fkey"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("field_values_pkey")),
    )
    op.create_index("field_values_ticket_key", "field_values", ["org_id", "ticket_id", "field_id"], unique=True)
    op.create_index("field_values_folded_idx", "field_values", ["org_id", "field_id", "folded", "ticket_id"])
    op.create_table(
        "tags",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("colour", sa.String(), server_default="", nullable=False),
        sa.Column("description", sa.String(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("tags_pkey")),
        sa.UniqueConstraint("org_id", "name", name=op.f("tags_org_id_name_key")),
    )
