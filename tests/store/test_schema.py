"""Migrations and models never drift, and migrating is safe to repeat and to run twice at once."""

import threading
from datetime import UTC, datetime
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, make_url, select, text
from sqlalchemy.orm import Session

from mailgate.embedded import Servers
from mailgate.office.rules import given_by
from mailgate.office.shipped_rules import SHIPPED
from mailgate.rules.schema import Wait
from mailgate.store import guards
from mailgate.store.db import Database
from mailgate.store.migrate import migrate, newest_version, to_newest, to_version
from mailgate.store.organisations import Organisation
from mailgate.store.rules import RuleRow
from mailgate.store.tables import metadata
from tests.support.databases import Fresh

CATALOGUE = """
    SELECT 'function', p.proname, pg_get_functiondef(p.oid) FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace AND p.prokind = 'f'
    UNION ALL SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'policy', tablename || '.' || policyname, coalesce(qual, '') || coalesce(with_check, '')
    FROM pg_policies WHERE schemaname = 'public'
    UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes
    WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    UNION ALL SELECT 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version'
    UNION ALL SELECT 'column', table_name || '.' || column_name,
        concat_ws(' ', data_type, is_nullable, column_default, identity_generation, generation_expression)
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'
    ORDER BY 1, 2, 3
"""


def test_models_and_migrations_agree(owner: Database) -> None:
    with owner.engine.begin() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True, "target_metadata": metadata}
        )
        assert compare_metadata(context, metadata) == []


def test_what_migrations_build_is_what_the_code_declares(servers: Servers, fresh: Fresh) -> None:
    """Tables, functions, triggers and policies alike: a database made from the models is the same in all of them."""
    name = make_url(fresh.owner_url).database
    admin = create_engine(_psycopg(servers.admin_url), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}_models OWNER mailgate_owner"))
    declared = create_engine(_psycopg(fresh.owner_url).set(database=f"{name}_models"))
    migrated = create_engine(_psycopg(fresh.owner_url))
    try:
        with declared.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE alembic_version (version_num varchar(32) NOT NULL)")
            metadata.create_all(connection)
            guards.install(connection, "mailgate_app")
            wanted = connection.execute(text(CATALOGUE)).all()
        with migrated.begin() as connection:
            assert connection.execute(text(CATALOGUE)).all() == wanted
        assert len(wanted) > 300
    finally:
        declared.dispose()
        migrated.dispose()
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name}_models WITH (FORCE)"))
        admin.dispose()


def test_migrating_twice_at_once_is_safe(fresh: Fresh) -> None:
    failures: list[BaseException] = []

    def run() -> None:
        try:
            migrate(fresh.owner_url, fresh.app_url)
        except BaseException as error:  # noqa: BLE001 - handed to the test
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []


def test_migrations_import_nothing_but_the_store() -> None:
    folder = Path(__file__).parents[2] / "migrations"
    ours = [line for file in folder.rglob("*.py") for line in file.read_text().splitlines() if "mailgate" in line]
    assert [line for line in ours if "import" in line and "mailgate.store" not in line] == []


def test_the_newest_version_is_known_without_a_database() -> None:
    assert newest_version()


def _psycopg(url: str):  # type: ignore[no-untyped-def] # a URL of SQLAlchemy's
    return make_url(url).set(drivername="postgresql+psycopg")


def test_what_was_a_setting_becomes_a_rule_that_does_the_same(servers: Servers, fresh: Fresh) -> None:
    """Of an organisation that asked its customers after two hours, and had a rule of its own, at the version before."""
    name = f"{make_url(fresh.owner_url).database}_before"
    admin = create_engine(_psycopg(servers.admin_url), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} OWNER mailgate_owner"))
    before = create_engine(_psycopg(fresh.owner_url).set(database=name))
    try:
        with before.begin() as connection:
            to_version(connection, "0037")
            connection.execute(
                text(
                    "INSERT INTO organisations (name, created_at, survey_hours, surveyed_until, rule_triggers) VALUES"
                    " ('Asks', '2026-01-01', 2, '2026-02-01T10:00Z', '[\"created\"]'),"
                    " ('Not', '2026-01-01', NULL, NULL, '[]')"
                )
            )
            to_newest(connection, make_url(fresh.app_url).username or "")
        with Session(before) as session:
            rules = list(session.scalars(select(RuleRow).order_by(RuleRow.org_id, RuleRow.place)))
            organisations = list(session.scalars(select(Organisation).order_by(Organisation.id)))
        assert [row.shipped for row in rules] == ["digest", "reminder", "survey", "digest", "reminder"]
        assert [given_by(row).plain() for row in rules[:2]] == [
            {**SHIPPED[k].plain(), "place": p} for k, p in zip(("digest", "reminder"), (10, 20), strict=True)
        ]
        survey = SHIPPED["survey"].model_copy(
            update={"active": True, "place": 30, "wait": Wait(since="resolved", minutes=120)}
        )
        assert given_by(rules[2]) == survey
        assert rules[2].changed_at == datetime(2026, 2, 1, 12, tzinfo=UTC)  # who was asked by then is not looked at
        assert [row.rule_triggers for row in organisations] == [
            ["created", "digest", "time", "woke"],
            ["digest", "woke"],
        ]
    finally:
        before.dispose()
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name}"))
        admin.dispose()
