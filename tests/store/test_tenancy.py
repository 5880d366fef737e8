"""Tenants cannot see each other, and forgetting the tenant shows nothing rather than everything."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from mailgate import clock
from mailgate.errors import BadInput, BadSettings
from mailgate.mail import Address
from mailgate.office.setup import add_mailbox
from mailgate.people.meet import meet
from mailgate.store import guards
from mailgate.store.db import Database, require_tenant_role
from mailgate.store.founding import found
from mailgate.store.tables import metadata
from tests.support.mails import mail
from tests.support.world import World

TENANT_TABLES = sorted(name for name in metadata.tables if name not in guards.WITHOUT_TENANT)


@pytest.fixture
def other(owner: Database) -> int:
    with owner.desk(0) as session:
        return found(session, "Another desk").id


@pytest.mark.parametrize("table", TENANT_TABLES)
def test_without_a_tenant_a_table_shows_nothing(world: World, table: str) -> None:
    world.receive(mail())
    with world.database.crossing() as connection:
        assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0


@pytest.mark.parametrize("table", TENANT_TABLES)
def test_every_table_is_under_row_level_security(owner: Database, table: str) -> None:
    question = text("SELECT relrowsecurity FROM pg_class WHERE oid = to_regclass(:table)")
    with owner.engine.begin() as connection:
        assert connection.execute(question, {"table": table}).scalar_one() is True


def test_one_tenant_sees_nothing_of_another(world: World, other: int) -> None:
    world.receive(mail())
    with world.database.desk(other) as session:
        for table in TENANT_TABLES:
            own_rows = {"organisations": 1, "rules": 2, "rule_versions": 2}.get(table, 0)  # what it is founded with
            assert session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == own_rows, table


def test_one_tenant_cannot_write_rows_of_another(database: Database, other: int) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"), database.desk(1) as session:
        session.execute(
            text("INSERT INTO teams (org_id, name, created_at) VALUES (:org, 'Spies', :now)"),
            {"org": other, "now": clock.now()},
        )


def test_a_foreign_key_cannot_cross_tenants(database: Database, other: int) -> None:
    with database.desk(1) as session:
        person = meet(session, {}, Address("ana@lusitel.example"), clock.now())
        number = person.id
    with pytest.raises(IntegrityError), database.desk(other) as session:
        values = {"org": other, "person": number, "now": clock.now()}
        session.execute(
            text(
                "INSERT INTO addresses (org_id, address, person_id, created_at)"
                " VALUES (:org, 'x@y.example', :person, :now)"
            ),
            values,
        )


def test_the_tenant_ends_with_the_transaction(database: Database) -> None:
    with database.desk(1) as session:
        assert session.execute(text("SELECT current_org()")).scalar_one() == 1
    with database.crossing() as connection:
        assert connection.execute(text("SELECT current_org()")).scalar_one() is None


def test_an_address_belongs_to_one_tenant_only(database: Database, other: int) -> None:
    with database.desk(1) as session:
        add_mailbox(session, "desk@shared.example", clock.now())
    refused = pytest.raises(BadInput, match="of another organisation")  # which the database said
    with refused, database.desk(other) as session:
        add_mailbox(session, "desk@shared.example", clock.now())


@pytest.mark.parametrize("statement", ["UPDATE events SET kind = 'x'", "DELETE FROM events", "TRUNCATE events CASCADE"])
def test_history_cannot_be_rewritten_by_the_app(world: World, statement: str) -> None:
    world.receive(mail())
    with pytest.raises(ProgrammingError, match="permission denied"), world.database.desk(1) as session:
        session.execute(text(statement))


@pytest.mark.parametrize("statement", ["UPDATE events SET kind = 'x'", "DELETE FROM events", "TRUNCATE events CASCADE"])
def test_history_cannot_be_rewritten_even_by_the_owner(world: World, statement: str) -> None:
    world.receive(mail())
    with pytest.raises(DBAPIError, match="never changed"), world.owner.engine.begin() as connection:
        connection.execute(text(statement))


def test_the_owners_credential_is_refused_for_daily_work(database: Database, owner: Database) -> None:
    require_tenant_role(database)
    with pytest.raises(BadSettings, match="MAILGATE_DATABASE_URL"):
        require_tenant_role(owner)
