"""Letters as admins have them, every version there was, and which version a letter was written in."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "letters",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("mailbox_id", sa.BigInteger(), nullable=True),
        sa.Column("category_id", sa.BigInteger(), nullable=True),
        sa.Column("is_on", sa.Boolean(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=True),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.Column("trouble_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        _points_to("letters", "mailboxes", "mailbox_id"),
        _points_to("letters", "categories", "category_id"),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("letters_pkey")),
        sa.UniqueConstraint(
            "org_id",
            "name",
            "language",
            "mailbox_id",
            "category_id",
            name=op.f("letters_org_id_name_language_mailbox_id_category_id_key"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "letter_versions",
        sa.Column("letter_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("deed", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("html", sa.String(), nullable=True),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint(
            "deed IN ('saved', 'taken back', 'switched on', 'switched off')", name=op.f("letter_versions_deed_check")
        ),
        _points_to("letter_versions", "letters", "letter_id"),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("letter_versions_pkey")),
        sa.UniqueConstraint("org_id", "letter_id", "number", name=op.f("letter_versions_org_id_letter_id_number_key")),
    )
    op.add_column("written_letters", sa.Column("version_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("written_letters_org_id_version_id_fkey"),
        "written_letters",
        "letter_versions",
        ["org_id", "version_id"],
        ["org_id", "id"],
        initially="DEFERRED",
        deferrable=True,
    )
    op.create_index("written_letters_letter_idx", "written_letters", ["org_id", "letter", "created_at"])
    op.create_index(
        "written_letters_version_idx",
        "written_letters",
        ["org_id", "version_id"],
        postgresql_where=sa.text("version_id IS NOT NULL"),
    )


def _points_to(table: str, other: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["org_id", column],
        [f"{other}.org_id", f"{other}.id"],
        name=op.f(f"{table}_org_id_{column}_fkey"),
        ondelete="CASCADE",
        initially="DEFERRED",
        deferrable=True,
    )
