"""Companies with their domains, and what is known of a customer beyond a name."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.create_table(
        "companies",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("properties", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        *_key("companies"),
        sa.UniqueConstraint("org_id", "name", name=op.f("companies_org_id_name_key")),
    )
    op.create_table(
        "company_domains",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        *_key("company_domains"),
        sa.ForeignKeyConstraint(
            ["org_id", "company_id"],
            ["companies.org_id", "companies.id"],
            name=op.f("company_domains_org_id_company_id_fkey"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
    )
    op.create_index("company_domains_domain_key", "company_domains", ["org_id", "domain"], unique=True)
    op.create_index("company_domains_company_idx", "company_domains", ["org_id", "company_id"])
    op.add_column("people", sa.Column("phone", sa.String(), server_default="", nullable=False))
    op.add_column("people", sa.Column("company_id", sa.BigInteger(), nullable=True))
    op.add_column("people", sa.Column("properties", JSONB(), server_default=sa.text("'{}'"), nullable=False))
    op.create_index(
        "people_company_idx", "people", ["org_id", "company_id"], postgresql_where=sa.text("company_id IS NOT NULL")
    )
    op.create_foreign_key(
        op.f("people_org_id_company_id_fkey"),
        "people",
        "companies",
        ["org_id", "company_id"],
        ["org_id", "id"],
        initially="DEFERRED",
        deferrable=True,
    )


def _key(table: str) -> tuple[sa.Column[int], sa.Column[int], sa.PrimaryKeyConstraint]:
    return (
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f(f"{table}_pkey")),
    )
