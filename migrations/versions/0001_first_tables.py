"""The first tables: organisations, the office, people, tickets, messages, events, kept mail and the outbox."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:  # noqa: PLR0915 - the whole first schema
    op.create_table(
        "agents",
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("role IN ('owner', 'admin', 'agent', 'viewer')", name=op.f("agents_role_check")),
        sa.CheckConstraint("email = lower(email)", name=op.f("agents_email_check")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("agents_pkey")),
    )
    op.create_index("agents_email_key", "agents", ["email"], unique=True)
    op.create_table(
        "categories",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "parent_id"],
            ["categories.org_id", "categories.id"],
            name=op.f("categories_org_id_parent_id_fkey"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("categories_pkey")),
        sa.UniqueConstraint("org_id", "name", name=op.f("categories_org_id_name_key")),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("leases_pkey")),
    )
    op.create_table(
        "number_blocks",
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("next", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "period", name=op.f("number_blocks_pkey")),
    )
    op.create_table(
        "organisations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("number_format", sa.String(), server_default="TKT-{YYYY}-{N:6}", nullable=False),
        sa.Column("language", sa.String(), server_default="en", nullable=False),
        sa.Column("time_zone", sa.String(), server_default="UTC", nullable=False),
        sa.Column("is_holding", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("position('{N' in number_format) > 0", name=op.f("organisations_number_format_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("organisations_pkey")),
        sa.UniqueConstraint("name", name=op.f("organisations_name_key")),
    )
    op.create_table(
        "people",
        sa.Column("name", sa.String(), server_default="", nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("people_pkey")),
    )
    op.create_table(
        "teams",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("teams_pkey")),
        sa.UniqueConstraint("org_id", "name", name=op.f("teams_org_id_name_key")),
    )
    op.create_table(
        "addresses",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "person_id"],
            ["people.org_id", "people.id"],
            name=op.f("addresses_org_id_person_id_fkey"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("addresses_pkey")),
    )
    op.create_index("addresses_address_key", "addresses", ["org_id", "address"], unique=True)
    op.create_index("addresses_person_id_idx", "addresses", ["org_id", "person_id"], unique=False)
    op.create_table(
        "mailboxes",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("team_id", sa.BigInteger(), nullable=True),
        sa.Column("plus", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint(
            "address = lower(address) AND position('@' in address) > 1", name=op.f("mailboxes_address_check")
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "team_id"],
            ["teams.org_id", "teams.id"],
            name=op.f("mailboxes_org_id_team_id_fkey"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("mailboxes_pkey")),
    )
    op.create_index("mailboxes_address_key", "mailboxes", ["address"], unique=True)
    op.create_table(
        "sessions",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "agent_id"],
            ["agents.org_id", "agents.id"],
            name=op.f("sessions_org_id_agent_id_fkey"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("sessions_pkey")),
    )
    op.create_index("sessions_expires_at_idx", "sessions", ["expires_at"], unique=False)
    op.create_index("sessions_hash_key", "sessions", ["hash"], unique=True)
    op.create_table(
        "team_members",
        sa.Column("team_id", sa.BigInteger(), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=False),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "agent_id"],
            ["agents.org_id", "agents.id"],
            name=op.f("team_members_org_id_agent_id_fkey"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "team_id"],
            ["teams.org_id", "teams.id"],
            name=op.f("team_members_org_id_team_id_fkey"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("team_members_pkey")),
    )
    op.create_index("team_members_agent_key", "team_members", ["org_id", "agent_id", "team_id"], unique=True)
    op.create_table(
        "kept_mail",
        sa.Column("mailbox_id", sa.BigInteger(), nullable=False),
        sa.Column("door", sa.String(), nullable=False),
        sa.Column("peer", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), server_default="waiting", nullable=False),
        sa.Column("tries", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("same", sa.LargeBinary(), nullable=True),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("trail", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("(state = 'waiting') = (outcome IS NULL)", name=op.f("kept_mail_outcome_once_read_check")),
        sa.CheckConstraint(
            "outcome IN ('opened', 'appended', 'bounce', 'complaint', 'duplicate', 'held', 'quarantined', 'discarded')",
            name=op.f("kept_mail_outcome_check"),
        ),
        sa.CheckConstraint("state IN ('waiting', 'done', 'held', 'quarantined')", name=op.f("kept_mail_state_check")),
        sa.ForeignKeyConstraint(
            ["org_id", "mailbox_id"],
            ["mailboxes.org_id", "mailboxes.id"],
            name=op.f("kept_mail_org_id_mailbox_id_fkey"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("kept_mail_pkey")),
    )
    op.create_index(
        "kept_mail_imported_idx",
        "kept_mail",
        ["org_id", "mailbox_id", "sha256"],
        unique=False,
        postgresql_where=sa.text("door = 'import'"),
    )
    op.create_index(
        "kept_mail_message_id_idx",
        "kept_mail",
        ["org_id", "message_id"],
        unique=False,
        postgresql_where=sa.text("message_id IS NOT NULL"),
    )
    op.create_index(
        "kept_mail_same_idx",
        "kept_mail",
        ["org_id", "same"],
        unique=False,
        postgresql_where=sa.text("same IS NOT NULL"),
    )
    op.create_index("kept_mail_state_idx", "kept_mail", ["org_id", "state", "id"], unique=False)
    op.create_index(
        "kept_mail_ticket_id_idx",
        "kept_mail",
        ["org_id", "ticket_id"],
        unique=False,
        postgresql_where=sa.text("ticket_id IS NOT NULL"),
    )
    op.create_index(
        "kept_mail_unmoved_idx",
        "kept_mail",
        ["id"],
        unique=False,
        postgresql_where=sa.text("raw IS NOT NULL AND state = 'done'"),
    )
    op.create_index(
        "kept_mail_waiting_idx", "kept_mail", ["id"], unique=False, postgresql_where=sa.text("state = 'waiting'")
    )
    op.create_table(
        "tickets",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("escalation", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("mailbox_id", sa.BigInteger(), nullable=False),
        sa.Column("requester_id", sa.BigInteger(), nullable=False),
        sa.Column("requester_address", sa.String(), nullable=False),
        sa.Column("assignee_id", sa.BigInteger(), nullable=True),
        sa.Column("team_id", sa.BigInteger(), nullable=True),
        sa.Column("category_id", sa.BigInteger(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("thread_root", sa.String(), nullable=True),
        sa.Column("is_unread", sa.Boolean(), nullable=False),
        sa.Column("message_count", sa.BigInteger(), nullable=False),
        sa.Column("reopen_count", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_customer_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_response_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_response_due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_response_due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolution_due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("priority IN ('low', 'normal', 'high', 'urgent')", name=op.f("tickets_priority_check")),
        sa.CheckConstraint(
            "status IN ('new', 'open', 'pending', 'on_hold', 'resolved', 'closed')", name=op.f("tickets_status_check")
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "assignee_id"],
            ["agents.org_id", "agents.id"],
            name=op.f("tickets_org_id_assignee_id_fkey"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "category_id"],
            ["categories.org_id", "categories.id"],
            name=op.f("tickets_org_id_category_id_fkey"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "mailbox_id"],
            ["mailboxes.org_id", "mailboxes.id"],
            name=op.f("tickets_org_id_mailbox_id_fkey"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "requester_id"],
            ["people.org_id", "people.id"],
            name=op.f("tickets_org_id_requester_id_fkey"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "team_id"],
            ["teams.org_id", "teams.id"],
            name=op.f("tickets_org_id_team_id_fkey"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("tickets_pkey")),
    )
    op.create_index("tickets_assignee_idx", "tickets", ["org_id", "assignee_id", "status", "updated_at"], unique=False)
    op.create_index("tickets_created_at_idx", "tickets", ["org_id", "created_at", "id"], unique=False)
    op.create_index("tickets_number_key", "tickets", ["org_id", "number"], unique=True)
    op.create_index("tickets_requester_idx", "tickets", ["org_id", "requester_id", "created_at"], unique=False)
    op.create_index("tickets_updated_at_idx", "tickets", ["org_id", "status", "updated_at", "id"], unique=False)
    op.create_table(
        "messages",
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("author_address", sa.String(), nullable=True),
        sa.Column("agent_id", sa.BigInteger(), nullable=True),
        sa.Column("to", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("cc", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("spans", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("html", sa.String(), nullable=True),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("kept_id", sa.BigInteger(), nullable=True),
        sa.Column("trust", sa.String(), nullable=True),
        sa.Column("once", sa.String(), nullable=True),
        sa.Column(
            "words",
            postgresql.TSVECTOR(),
            sa.Computed("to_tsvector('simple'::regconfig, left(subject || ' ' || text, 20000))", persisted=True),
            nullable=True,
        ),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("direction IN ('in', 'out', 'note', 'system')", name=op.f("messages_direction_check")),
        sa.ForeignKeyConstraint(
            ["org_id", "ticket_id"],
            ["tickets.org_id", "tickets.id"],
            name=op.f("messages_org_id_ticket_id_fkey"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("messages_pkey")),
    )
    op.create_index(
        "messages_once_key",
        "messages",
        ["org_id", "ticket_id", "once"],
        unique=True,
        postgresql_where=sa.text("once IS NOT NULL"),
    )
    op.create_index("messages_ticket_id_idx", "messages", ["org_id", "ticket_id", "at", "id"], unique=False)
    op.create_index("messages_words_idx", "messages", ["words"], unique=False, postgresql_using="gin")
    op.create_table(
        "participants",
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "ticket_id"],
            ["tickets.org_id", "tickets.id"],
            name=op.f("participants_org_id_ticket_id_fkey"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("participants_pkey")),
    )
    op.create_index("participants_address_key", "participants", ["org_id", "ticket_id", "address"], unique=True)
    op.create_table(
        "thread_ids",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("is_own", sa.Boolean(), nullable=False),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "ticket_id"],
            ["tickets.org_id", "tickets.id"],
            name=op.f("thread_ids_org_id_ticket_id_fkey"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("thread_ids_pkey")),
    )
    op.create_index("thread_ids_message_id_key", "thread_ids", ["org_id", "message_id", "ticket_id"], unique=True)
    op.create_table(
        "ticket_links",
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "other_id"],
            ["tickets.org_id", "tickets.id"],
            name=op.f("ticket_links_org_id_other_id_fkey"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "ticket_id"],
            ["tickets.org_id", "tickets.id"],
            name=op.f("ticket_links_org_id_ticket_id_fkey"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("ticket_links_pkey")),
    )
    op.create_index("ticket_links_other_idx", "ticket_links", ["org_id", "other_id"], unique=False)
    op.create_index("ticket_links_pair_key", "ticket_links", ["org_id", "ticket_id", "other_id", "kind"], unique=True)
    op.create_table(
        "ticket_tags",
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "ticket_id"],
            ["tickets.org_id", "tickets.id"],
            name=op.f("ticket_tags_org_id_ticket_id_fkey"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("ticket_tags_pkey")),
    )
    op.create_index("ticket_tags_tag_key", "ticket_tags", ["org_id", "tag", "ticket_id"], unique=True)
    op.create_index("ticket_tags_ticket_id_idx", "ticket_tags", ["org_id", "ticket_id"], unique=False)
    op.create_table(
        "tokens",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.String(), server_default="", nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("agent_id", sa.BigInteger(), nullable=True),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("kind IN ('api', 'sign-in', 'conversation')", name=op.f("tokens_kind_check")),
        sa.ForeignKeyConstraint(
            ["org_id", "agent_id"],
            ["agents.org_id", "agents.id"],
            name=op.f("tokens_org_id_agent_id_fkey"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "ticket_id"],
            ["tickets.org_id", "tickets.id"],
            name=op.f("tokens_org_id_ticket_id_fkey"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("tokens_pkey")),
    )
    op.create_index("tokens_hash_key", "tokens", ["hash"], unique=True)
    op.create_index(
        "tokens_ticket_id_idx",
        "tokens",
        ["org_id", "ticket_id"],
        unique=False,
        postgresql_where=sa.text("ticket_id IS NOT NULL"),
    )
    op.create_table(
        "events",
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "message_id"],
            ["messages.org_id", "messages.id"],
            name=op.f("events_org_id_message_id_fkey"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "ticket_id"],
            ["tickets.org_id", "tickets.id"],
            name=op.f("events_org_id_ticket_id_fkey"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("events_pkey")),
    )
    op.create_index("events_ticket_id_idx", "events", ["org_id", "ticket_id", "at", "id"], unique=False)
    op.create_table(
        "files",
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("inline", sa.Boolean(), nullable=False),
        sa.Column("content_id", sa.String(), nullable=True),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "message_id"],
            ["messages.org_id", "messages.id"],
            name=op.f("files_org_id_message_id_fkey"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("files_pkey")),
    )
    op.create_index("files_message_id_idx", "files", ["org_id", "message_id"], unique=False)
    op.create_index("files_sha256_idx", "files", ["org_id", "sha256"], unique=False)
    op.create_table(
        "written_letters",
        sa.Column("mailbox_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("letter", sa.String(), nullable=False),
        sa.Column("header_id", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "mailbox_id"],
            ["mailboxes.org_id", "mailboxes.id"],
            name=op.f("written_letters_org_id_mailbox_id_fkey"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "message_id"],
            ["messages.org_id", "messages.id"],
            name=op.f("written_letters_org_id_message_id_fkey"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("written_letters_pkey")),
    )
    op.create_table(
        "outbox",
        sa.Column("written_id", sa.BigInteger(), nullable=False),
        sa.Column("mailbox_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("letter", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("held_for", sa.String(), nullable=True),
        sa.Column("tries", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_try", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.String(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'held', 'sending', 'sent', 'delivered', 'failed', 'bounced', 'cancelled')",
            name=op.f("outbox_state_check"),
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "mailbox_id"],
            ["mailboxes.org_id", "mailboxes.id"],
            name=op.f("outbox_org_id_mailbox_id_fkey"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "ticket_id"],
            ["tickets.org_id", "tickets.id"],
            name=op.f("outbox_org_id_ticket_id_fkey"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "written_id"],
            ["written_letters.org_id", "written_letters.id"],
            name=op.f("outbox_org_id_written_id_fkey"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("outbox_pkey")),
    )
    op.create_index(
        "outbox_acknowledged_at_idx",
        "outbox",
        ["org_id", "created_at"],
        unique=False,
        postgresql_where=sa.text("letter = 'received'"),
    )
    op.create_index(
        "outbox_acknowledged_idx",
        "outbox",
        ["org_id", "mailbox_id", "recipient", "created_at"],
        unique=False,
        postgresql_where=sa.text("letter = 'received'"),
    )
    op.create_index(
        "outbox_due_idx",
        "outbox",
        ["next_try", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'sending')"),
    )
    op.create_index("outbox_held_idx", "outbox", ["held_for"], unique=False, postgresql_where=sa.text("state = 'held'"))
    op.create_index("outbox_state_idx", "outbox", ["org_id", "state", "id"], unique=False)
    op.create_index(
        "outbox_ticket_id_idx",
        "outbox",
        ["org_id", "ticket_id"],
        unique=False,
        postgresql_where=sa.text("ticket_id IS NOT NULL"),
    )
    op.create_index("outbox_written_id_idx", "outbox", ["org_id", "written_id"], unique=False)
    op.create_table(
        "unfollowed_events",
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tries", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.String(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["org_id", "event_id"],
            ["events.org_id", "events.id"],
            name=op.f("unfollowed_events_org_id_event_id_fkey"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("org_id", "event_id", name=op.f("unfollowed_events_pkey")),
    )
    op.create_index("unfollowed_events_event_id_idx", "unfollowed_events", ["event_id"], unique=False)
    # Raw mail is compressed when it moves to the blob store; on the way in, speed counts.
    op.execute("ALTER TABLE kept_mail ALTER COLUMN raw SET STORAGE EXTERNAL")
    op.execute("ALTER TABLE written_letters ALTER COLUMN raw SET STORAGE EXTERNAL")
