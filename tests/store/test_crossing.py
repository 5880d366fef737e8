"""The functions that look across tenants answer no more than their names say."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

import mailgate.store
from mailgate import clock
from mailgate.errors import BadInput
from mailgate.office.links import make_api_token, sign_in_link
from mailgate.office.setup import add_agent, add_mailbox
from mailgate.store.agents import find_agent, find_token
from mailgate.store.claims import work_waiting
from mailgate.store.counts import count_everything
from mailgate.store.db import Database
from mailgate.store.door import DoorDatabase
from mailgate.store.founding import found
from mailgate.store.imap import wanted
from mailgate.store.kept import claim_mail
from mailgate.store.leases import take_lease
from mailgate.store.organisations import sole
from mailgate.store.routing import organisations_to_route
from mailgate.store.tickets import find_requests
from mailgate.tokens import hashed
from tests.support.desks import file_tickets, give_out, staff
from tests.support.fetching import connect_mailbox, how_it_goes
from tests.support.mails import mail
from tests.support.world import DESK, World

SQL = (Path(mailgate.store.__file__).parent / "sql" / "crossing.sql").read_text()
FUNCTIONS = re.findall(r"CREATE OR REPLACE FUNCTION (\w+)", SQL)


def test_every_crossing_function_pins_its_search_path_and_runs_as_owner() -> None:
    bodies = SQL.split("CREATE OR REPLACE FUNCTION ")[1:]
    assert len(bodies) == len(FUNCTIONS)
    for body in bodies:
        assert "SECURITY DEFINER SET search_path = pg_catalog, public" in body, body[:60]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_only_the_app_role_may_call_a_crossing_function(owner: Database, function: str) -> None:
    question = text("SELECT coalesce(array_to_string(proacl, ' '), '=X') FROM pg_proc WHERE proname = :name")
    with owner.engine.begin() as connection:
        rights = connection.execute(question, {"name": function}).scalar_one()
    assert "mailgate_app=X" in rights
    assert not re.search(r"(^| )=X", rights), "PUBLIC may call it"


def test_a_mailbox_is_found_by_address_whoever_asks(database: Database, owner: Database, door: DoorDatabase) -> None:
    with owner.desk(0) as session:
        other = found(session, "Another desk").id
    with database.desk(other) as session:
        add_mailbox(session, "help@other.example", clock.now())
    here = door.find_mailbox("Help+t1.abc@OTHER.example")
    assert here is not None
    assert (here.org_id, here.address) == (other, "help@other.example")
    assert door.find_mailbox("nobody@other.example") is None


def test_a_catch_all_takes_what_no_other_mailbox_takes(database: Database, door: DoorDatabase) -> None:
    with database.desk(1) as session:
        add_mailbox(session, "all@house.example", clock.now(), catch_all=True)
        add_mailbox(session, "help@house.example", clock.now())
    with database.desk(1) as session, pytest.raises(BadInput, match="already"):
        add_mailbox(session, "more@house.example", clock.now(), catch_all=True)
    for address, taker in (
        ("whoever@house.example", "all"), ("help@house.example", "help"), ("help+x@house.example", "help"),
        ("WHO+ever@House.example", "all"),
    ):  # fmt: skip
        taken = door.find_mailbox(address)
        assert taken is not None
        assert taken.address == f"{taker}@house.example"
    assert door.find_mailbox("whoever@sub.house.example") is None


def test_agents_and_tokens_are_found_across_tenants(database: Database) -> None:
    now = clock.now()
    with database.desk(1) as session:
        agent = add_agent(session, "mara@nordlicht.example", "agent", now)
        link = sign_in_link(session, agent, now, "https://desk.example")
        made = make_api_token(session, "shop", "agent", now)
        token_id, agent_id, secret = made.token.id, agent.id, made.secret
    with database.crossing() as connection:
        assert find_agent(connection, "MARA@nordlicht.example") == (1, agent_id)
        assert find_token(connection, "api", hashed(secret)) == (1, token_id)
        assert find_token(connection, "sign-in", hashed(secret)) is None
        assert find_token(connection, "sign-in", hashed(link.rpartition("/")[2])) is not None


def test_claimed_mail_is_nobody_elses_until_the_claim_ends(world: World) -> None:
    world.deliver(mail())
    now = clock.now()
    with world.database.crossing() as connection:
        (claim,) = claim_mail(connection, "one", 10, now, now + timedelta(minutes=2))
        assert claim.tries == 1
        assert claim_mail(connection, "two", 10, now, now + timedelta(minutes=2)) == []
        assert not work_waiting(connection, now).mail
        later = now + timedelta(minutes=3)
        assert work_waiting(connection, later).mail
        (again,) = claim_mail(connection, "two", 10, later, later + timedelta(minutes=2))
    assert (again.id, again.tries) == (claim.id, 2)


def test_one_holder_has_the_lease_until_it_runs_out(database: Database) -> None:
    now = clock.now()
    until = now + timedelta(seconds=10)
    with database.crossing() as connection:
        assert take_lease(connection, "clock", "one", now, until) == 1
        assert take_lease(connection, "clock", "two", now, until) is None
        assert take_lease(connection, "clock", "one", now, until) == 1
        late = now + timedelta(seconds=11)
        assert take_lease(connection, "clock", "two", late, late + timedelta(seconds=10)) == 2


def test_requests_are_found_by_their_requesters_own_address(world: World) -> None:
    with world.owner.desk(0) as session:
        other = found(session, "Another desk").id
    with world.database.desk(other) as session:
        add_mailbox(session, "help@other.example", clock.now())
    kept = world.receive(mail())
    world.deliver(mail(to="help@other.example"), to="help@other.example")
    world.receive(mail(sender="eve@elsewhere.example"), sender="eve@elsewhere.example")
    number = world.ticket(kept.ticket_id).number
    with world.database.crossing() as connection:
        everything = find_requests(connection, "Ana@Lusitel.example")
        assert {request.org_id for request in everything} == {1, other}
        assert len(find_requests(connection, "ana@lusitel.example", limit=1)) == 1
        assert (1, kept.ticket_id) in find_requests(connection, "ana@lusitel.example", number.lower())
        assert find_requests(connection, "eve@elsewhere.example", number[:-1] + "9") == []
        assert find_requests(connection, "ana@lusitel.example' OR true --") == []


def test_an_organisation_is_named_only_where_it_is_the_only_one(database: Database, owner: Database) -> None:
    with database.crossing() as connection:
        assert sole(connection) == 1
    with owner.desk(0) as session:
        found(session, "Another desk")
    with database.crossing() as connection:
        assert sole(connection) is None


def test_accounts_are_wanted_unless_switched_off_or_of_a_restored_copy(world: World) -> None:
    connect_mailbox(world, 143, "secret")
    with world.database.crossing() as connection:
        (found,) = wanted(connection)
        (age,) = [count for count in count_everything(connection, clock.now()) if count.what == "fetch"]
    assert (found.org_id, found.id) == (1, how_it_goes(world).account.id)
    assert (age.which, round(age.number / 60)) == (DESK, 0)
    for change, count in (
        ("UPDATE organisations SET is_holding = true", 0),
        ("UPDATE organisations SET is_holding = false", 1),
        ("UPDATE mailboxes SET active = false", 0),
    ):
        with world.owner.engine.begin() as owner:
            owner.execute(text(change))
        with world.database.crossing() as connection:
            assert len(wanted(connection)) == count, change


def test_only_organisations_where_a_ticket_wants_an_agent_are_looked_at(world: World) -> None:
    with world.owner.desk(0) as session:
        other = found(session, "Another desk").id
    with world.database.crossing() as connection:
        assert organisations_to_route(connection, clock.now()) == []
    with world.database.desk(1) as session:
        staff(session, "Service", ["Ann"])
        give_out(session, "Service")
    file_tickets(world.database, "Service", 1)
    with world.database.crossing() as connection:
        assert organisations_to_route(connection, clock.now()) == [1] != [other]
