"""Tickets by the API: opened, listed, searched, walked through, changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mailgate import clock
from mailgate.office.setup import add_category, add_mailbox, add_team
from mailgate.store.agents import Agent
from mailgate.store.base import add
from mailgate.store.people import PersonAddress, people_by_address
from tests.support.mails import mail
from tests.support.world import World
from tests.web.conftest import Site

MARA = "mara@nordlicht.example"


@pytest.fixture
def moving_clock() -> Any:
    """Every question for the time is a second later than the one before."""
    ticks = iter(range(10**6))
    clock.follow(lambda: datetime(2026, 11, 20, 9, tzinfo=UTC) + timedelta(seconds=next(ticks)))
    yield
    clock.follow(None)


def _numbers(answer: Any) -> list[str]:
    return [ticket["number"] for ticket in answer["items"]]


def _subjects(answer: Any) -> list[str]:
    return [ticket["subject"] for ticket in answer["items"]]


def _walk(site: Site, limit: int, **query: Any) -> list[str]:
    seen: list[str] = []
    cursor = None
    while True:
        page = site.get("/tickets", limit=limit, **query, **({"cursor": cursor} if cursor else {}))
        assert len(page["items"]) <= limit
        seen += _numbers(page)
        cursor = page["next"]
        if cursor is None:
            return seen


def test_an_opened_ticket_says_what_was_sent(site: Site, world: World) -> None:
    with world.database.desk(1) as session:
        add_category(session, "Hardware", clock.now())
    ticket = site.open(category="Hardware", priority="high", tags=["Fire", "  two   words ", "fire"])
    assert ticket["status"] == "new"
    assert ticket["requester"] == {"email": "ana@lusitel.example", "name": "Ana Ferreira"}
    assert (ticket["category"], ticket["priority"], ticket["tags"]) == ("Hardware", "high", ["fire", "two words"])
    assert (ticket["mailbox"], ticket["channel"], ticket["unread"]) == ("help@nordlicht.example", "api", True)
    assert datetime.fromisoformat(ticket["created_at"]).utcoffset() == timedelta(0)
    assert site.get(f"/tickets/{ticket['number']}") == ticket
    (message,) = site.get(f"/tickets/{ticket['number']}/messages")["items"]
    assert (message["direction"], message["kind"], message["text"]) == ("in", "person", "Help!")
    assert message["from"] == {"address": "ana@lusitel.example", "name": "Ana Ferreira"}
    opened, changed = site.get(f"/tickets/{ticket['number']}/events")["items"]
    assert (opened["kind"], opened["actor"]) == ("opened", {"kind": "token", "name": "The agent"})
    assert changed["data"] == {"tags": [[], ["fire", "two words"]]}


def test_an_opened_ticket_is_followed_but_not_acknowledged_by_mail(site: Site, world: World) -> None:
    site.open()
    assert world.count("SELECT count(*) FROM unfollowed_events") == 1
    world.work()
    assert world.count("SELECT count(*) FROM unfollowed_events") == 0
    assert world.relay.taken == []


def test_one_address_is_one_person(site: Site, world: World) -> None:
    world.receive(mail())
    site.open()
    site.open(requester={"email": "ANA@lusitel.example"})
    assert world.count("SELECT count(*) FROM people") == 1
    assert len(site.get("/tickets", requester="Ana@Lusitel.example")["items"]) == 3


def test_a_ticket_is_opened_in_the_mailbox_named(site: Site, world: World) -> None:
    with world.database.desk(1) as session:
        add_mailbox(session, "billing@nordlicht.example", clock.now())
        add_mailbox(session, "old@nordlicht.example", clock.now()).active = False
    assert site.open(mailbox="billing@nordlicht.example")["mailbox"] == "billing@nordlicht.example"
    assert site.open()["mailbox"] == "help@nordlicht.example"
    asks = {"subject": "s", "body": "b", "requester": {"email": "a@b.example"}}
    for unknown in ("old@nordlicht.example", "help@another.example"):
        answer = site.send("POST", "/tickets", {**asks, "mailbox": unknown}, status=422)
        assert set(answer["fields"]) == {"mailbox"}


def test_without_a_mailbox_nobody_could_be_answered(site: Site, world: World) -> None:
    with world.owner.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE mailboxes SET active = false")
    asks = {"subject": "s", "body": "b", "requester": {"email": "a@b.example"}}
    assert "mailbox" in site.send("POST", "/tickets", asks, status=409)["message"]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"subject": ""}, "subject"),
    ({"subject": "two\nlines"}, "subject"),
    ({"subject": "Bcc:\r\n x"}, "subject"),
    ({"subject": None}, "subject"),
    ({"subject": 5}, "subject"),
    ({"body": " \n "}, "body"),
    ({"body": "x" * 200_001}, "body"),
    ({"requester": {"email": "nobody"}}, "requester.email"),
    ({"requester": {"email": "a@b.example", "role": "admin"}}, "requester.role"),
    ({"requester": "a@b.example"}, "requester"),
    ({"priority": "huge"}, "priority"),
    ({"category": "Nothing"}, "category"),
    ({"tags": "fire"}, "tags"),
    ({"tags": ["x" * 61]}, "tags.0"),
    ({"org_id": 2}, "org_id"),
    ({"message": "a field of this name must not confuse us"}, "message"),
    ({"self": 1}, "self"),
]


def test_a_ticket_with_a_wrong_field_is_refused_by_name(site: Site) -> None:
    good = {"subject": "s", "body": "b", "requester": {"email": "a@b.example"}}
    for wrong, field in WRONG:
        answer = site.send("POST", "/tickets", {**good, **wrong}, status=422)
        assert set(answer["fields"]) == {field}, answer
        assert answer["error"] == "invalid"
        assert answer["message"]
    assert site.get("/tickets")["items"] == []


def test_nul_does_not_reach_the_database(site: Site) -> None:
    ticket = site.open(body="before\0after")
    assert site.get(f"/tickets/{ticket['number']}/messages")["items"][0]["text"] == "beforeafter"
    assert site.ask("GET", "/api/v1/tickets?q=a%00b").status_code == 422
    assert site.ask("GET", "/api/v1/tickets/a%00b").status_code == 404
    assert site.ask("GET", "/api/v1/tickets?requester=a%00b").status_code == 422


def test_lists_are_newest_first_and_a_walk_sees_each_once(site: Site, moving_clock: None) -> None:
    opened = [site.open(f"No {number}")["number"] for number in range(7)]
    assert _walk(site, 3) == opened[::-1]
    assert _walk(site, 7) == opened[::-1]
    assert _walk(site, 2, sort="created") == opened
    assert _walk(site, 1, sort="-updated") == opened[::-1]


def test_a_walk_sees_each_once_when_all_came_at_once_and_more_come_meanwhile(site: Site) -> None:
    moment = datetime(2026, 11, 20, 9, tzinfo=UTC)
    clock.follow(lambda: moment)
    try:
        opened = {site.open(f"No {number}")["number"] for number in range(5)}
        first = site.get("/tickets", limit=2)
        clock.follow(lambda: moment + timedelta(minutes=1))
        site.open("Later")
        seen, cursor = _numbers(first), first["next"]
        while cursor:
            page = site.get("/tickets", limit=2, cursor=cursor)
            seen, cursor = seen + _numbers(page), page["next"]
    finally:
        clock.follow(None)
    assert len(seen) == 5
    assert set(seen) == opened


def test_sorting_by_priority_walks_from_the_most_urgent(site: Site, moving_clock: None) -> None:
    for priority in ("normal", "urgent", "low", "high", "urgent"):
        site.open(priority, priority=priority)
    assert _walk(site, 2, sort="-priority") == _numbers(site.get("/tickets", sort="-priority"))
    assert _subjects(site.get("/tickets", sort="-priority")) == ["urgent", "urgent", "high", "normal", "low"]
    assert _subjects(site.get("/tickets", sort="priority")) == ["low", "normal", "high", "urgent", "urgent"]


def _office(site: Site, world: World) -> dict[str, str]:
    """Tickets that differ in everything a filter can ask for, by subject."""
    now = clock.now()
    with world.database.desk(1) as session:
        add_team(session, "Billing", now)
        add_category(session, "Invoices", now)
        add_mailbox(session, "billing@nordlicht.example", now)
    numbers = {
        "plain": site.open("plain")["number"],
        "special": site.open(
            "special", priority="urgent", category="Invoices", tags=["vip"], mailbox="billing@nordlicht.example",
            body="The zeppelin has landed", requester={"email": "zoltan@balloon.example", "name": "Zoltan Nagy"},
        )["number"],
    }  # fmt: skip
    site.send("PATCH", f"/tickets/{numbers['special']}", {"team": "Billing", "assignee": MARA, "status": "open"})
    return numbers


FILTERS: list[tuple[dict[str, str], list[str]]] = [
    ({}, ["special", "plain"]),
    ({"status": "open"}, ["special"]),
    ({"status": "new"}, ["plain"]),
    ({"status": "new,open"}, ["special", "plain"]),
    ({"status": "closed"}, []),
    ({"priority": "urgent"}, ["special"]),
    ({"priority": "low,normal"}, ["plain"]),
    ({"category": "Invoices"}, ["special"]),
    ({"team": "Billing"}, ["special"]),
    ({"assignee": MARA}, ["special"]),
    ({"assignee": "none"}, ["plain"]),
    ({"mailbox": "billing@nordlicht.example"}, ["special"]),
    ({"tag": "VIP"}, ["special"]),
    ({"tag": "nobody has this"}, []),
    ({"requester": "Zoltan@balloon.example"}, ["special"]),
    ({"requester": "ana@lusitel.example"}, ["plain"]),
    ({"requester": "nobody@lusitel.example"}, []),
    ({"q": "zeppelin"}, ["special"]),
    ({"q": "zolt"}, ["special"]),
    ({"q": "help"}, ["plain"]),
    ({"q": "nothing like it"}, []),
    ({"q": "zeppelin", "status": "new"}, []),
    ({"from": "2026-01-01"}, ["special", "plain"]),
    ({"from": "2199-01-01"}, []),
    ({"to": "2026-01-01T00:00:00Z"}, []),
    ({"status": "", "priority": "", "q": ""}, ["special", "plain"]),
]


def test_a_filter_shows_what_it_asks_for(site: Site, world: World) -> None:
    _office(site, world)
    for query, subjects in FILTERS:
        assert _subjects(site.get("/tickets", **query)) == subjects, query


def test_a_ticket_is_found_by_its_number(site: Site, world: World) -> None:
    numbers = _office(site, world)
    assert _numbers(site.get("/tickets", q=numbers["plain"].lower())) == [numbers["plain"]]


def test_a_person_is_found_by_any_of_their_addresses(site: Site, world: World) -> None:
    site.open()
    with world.database.desk(1) as session:
        ana = people_by_address(session, ["ana@lusitel.example"])["ana@lusitel.example"]
        add(session, PersonAddress(address="ana@home.example", person_id=ana.id, created_at=clock.now()))
    assert len(site.get("/tickets", requester="ana@home.example")["items"]) == 1


def test_a_day_that_ends_a_span_belongs_to_it(site: Site) -> None:
    clock.follow(lambda: datetime(2026, 3, 5, 23, 30, tzinfo=UTC))
    try:
        site.open()
    finally:
        clock.follow(None)
    assert len(site.get("/tickets", **{"from": "2026-03-05", "to": "2026-03-05"})["items"]) == 1
    assert site.get("/tickets", to="2026-03-04")["items"] == []
    assert site.get("/tickets", to="2026-03-05T23:30:00+00:00")["items"] == []
    # A plus that nobody escaped arrives as a space.
    assert len(site.ask("GET", "/api/v1/tickets?from=2026-03-06T00:30:00+01:00").get_json()["items"]) == 1


WRONG_QUERIES = [
    "status=gone", "limit=0", "limit=201", "limit=many", "sort=password_hash", "sort=id", "colour=red", "from=soon",
    "from=0001-01-01", "category=Nothing", "team=Nothing", "assignee=nobody@x.example", "mailbox=help@another.example",
    "cursor=zzzz", "cursor=W10", "cursor=%00", "cursor=eyJhIjoxfQ", "limit=1&limit=2", "assignee=zoe@another.example",
]  # fmt: skip


def test_a_wrong_query_is_refused_by_name(site: Site) -> None:
    for query in WRONG_QUERIES:
        answer = site.ask("GET", f"/api/v1/tickets?{query}")
        assert answer.status_code == 422, (query, answer.text)
        assert set(answer.get_json()["fields"]) == {query.partition("=")[0]}


def test_a_cursor_of_another_order_is_refused(site: Site) -> None:
    for number in range(2):
        site.open(str(number))
    cursor = site.get("/tickets", limit=1)["next"]
    assert site.ask("GET", f"/api/v1/tickets?sort=priority&cursor={cursor}").status_code == 422
    assert site.ask("GET", f"/api/v1/outbound?cursor={cursor}").status_code == 422


def test_a_change_is_made_and_told_once(site: Site, world: World) -> None:
    number = _office(site, world)["plain"]
    change = {"status": "on_hold", "priority": "low", "team": "Billing", "assignee": MARA, "tags": ["a"]}
    ticket = site.send("PATCH", f"/tickets/{number}", change)
    assert {name: ticket[name] for name in change} == change
    assert site.get(f"/tickets/{number}") == ticket
    event = site.get(f"/tickets/{number}/events")["items"][-1]
    assert (event["kind"], event["actor"]["name"]) == ("changed", "The agent")
    assert event["data"] == {
        "status": ["new", "on_hold"], "priority": ["normal", "low"], "team": [None, "Billing"],
        "assignee": [None, "Mara Koch"], "tags": [[], ["a"]],
    }  # fmt: skip
    events = len(site.get(f"/tickets/{number}/events")["items"])
    site.send("PATCH", f"/tickets/{number}", change)
    site.send("PATCH", f"/tickets/{number}", {})
    assert len(site.get(f"/tickets/{number}/events")["items"]) == events


def test_null_takes_away_and_left_out_stays(site: Site, world: World) -> None:
    number = _office(site, world)["special"]
    ticket = site.send("PATCH", f"/tickets/{number}", {"assignee": None})
    assert (ticket["assignee"], ticket["team"], ticket["category"]) == (None, "Billing", "Invoices")
    ticket = site.send("PATCH", f"/tickets/{number}", {"team": None, "category": None, "tags": []})
    assert (ticket["team"], ticket["category"], ticket["tags"]) == (None, None, [])
    for needed in ("status", "priority", "tags"):
        assert set(site.send("PATCH", f"/tickets/{number}", {needed: None}, status=422)["fields"]) == {needed}


def test_a_move_that_is_not_allowed_is_a_conflict(site: Site) -> None:
    number = site.open()["number"]
    site.send("PATCH", f"/tickets/{number}", {"status": "closed"})
    answer = site.send("PATCH", f"/tickets/{number}", {"status": "pending"}, status=409)
    assert "closed cannot become pending" in answer["message"]
    assert site.get(f"/tickets/{number}")["status"] == "closed"


def test_a_ticket_is_given_only_to_who_works_on_tickets(site: Site, world: World) -> None:
    number = site.open()["number"]
    with world.database.desk(1) as session:
        for name, role, active in (("looks", "viewer", True), ("left", "agent", False)):
            add(session, Agent(email=f"{name}@x.example", name=name, role=role, active=active, created_at=clock.now()))
    for email in ("looks@x.example", "left@x.example", "zoe@another.example", "no@x.example"):
        assert set(site.send("PATCH", f"/tickets/{number}", {"assignee": email}, status=422)["fields"]) == {"assignee"}


def test_a_number_may_hold_slashes(site: Site, world: World) -> None:
    with world.owner.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE organisations SET number_format = '{YYYY}/REQ/{N:4}' WHERE id = 1")
    number = site.open()["number"]
    assert number.count("/") == 2
    for written in (number, number.replace("/", "%2F"), number.lower()):
        assert site.ask("GET", f"/api/v1/tickets/{written}").get_json()["number"] == number
        assert len(site.ask("GET", f"/api/v1/tickets/{written}/messages").get_json()["items"]) == 1
        assert len(site.ask("GET", f"/api/v1/tickets/{written}/events").get_json()["items"]) == 1


def test_no_such_ticket_is_404(site: Site) -> None:
    for rest in ("", "/messages", "/events"):
        answer = site.ask("GET", f"/api/v1/tickets/TKT-1999-000001{rest}")
        assert (answer.status_code, answer.get_json()["error"]) == (404, "not_found")
    assert site.send("PATCH", "/tickets/TKT-1", {}, status=404)["message"] == "There is no ticket TKT-1."


def test_a_ticket_is_merged_into_another_and_only_once(site: Site, world: World) -> None:
    one, other = (world.ticket(world.receive(mail(subject=subject)).ticket_id).number for subject in ("One", "Other"))
    answer = site.send("POST", f"/tickets/{one}/merge", {"into": other.lower()})
    assert (answer["number"], answer["status"]) == (other, "new")
    assert site.get(f"/tickets/{one}")["status"] == "closed"
    assert site.get(f"/tickets/{one}/events")["items"][-1]["kind"] == "merged"
    assert site.get(f"/tickets/{one}")["merged_into"] == other
    assert site.get(f"/tickets/{other}")["merged_into"] is None
    assert site.send("POST", f"/tickets/{one}/merge", {"into": other}, status=409)["error"] == "conflict"
    assert site.send("POST", f"/tickets/{other}/merge", {"into": other}, status=409)["error"] == "conflict"
    assert site.send("POST", f"/tickets/{other}/merge", {"into": "TKT-0"}, status=404)["error"] == "not_found"
    assert site.send("POST", f"/tickets/{other}/merge", {}, status=422)["fields"]
    assert site.send("PATCH", f"/tickets/{one}", {"status": "open"}, status=409)["error"] == "conflict"
