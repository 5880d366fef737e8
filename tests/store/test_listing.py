"""Lists in every order, walked to their end, and the search that begins with the newest messages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select, text

from mailgate import clock
from mailgate.bench.invented.seeding import Wish, fill
from mailgate.store.agents import teams_by_agent
from mailgate.store.db import Database, Session, only_look
from mailgate.store.listing import SORTS, Filters, is_endangered, list_tickets, parted, place_of
from mailgate.store.organisations import own
from mailgate.store.tickets import PRIORITIES, STATUSES, Ticket, tags_of
from tests.support.databases import Databases, Fresh, fresh_database

SLICE = 1024  # messages, as the generated column `words` counts them


@pytest.fixture(scope="module")
def filled(databases: Databases) -> Iterator[Fresh]:
    """A desk with some hundred tickets of all kinds; all tests of this file look at it, and none changes it."""
    with fresh_database(databases) as fresh:
        database = Database(fresh.app_url, pool=1)
        with database.desk(1) as session:
            organisation = own(session)
        for _ in fill(database, fresh.owner_url, organisation, Wish(400, 800, seed=3), clock.now()):
            pass
        _promise(fresh)
        database.close()
        yield fresh


def _promise(fresh: Fresh) -> None:
    """Most of what is at work has a clock; of these half is at risk, and a quarter late."""
    owner = Database(fresh.owner_url, pool=1)
    with owner.engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE tickets SET due_at = CAST(:now AS timestamptz) + (id % 8 - 2) * interval '1 hour',"
                " risk_at = CAST(:now AS timestamptz) + (id % 8 - 4) * interval '1 hour'"
                " WHERE status IN ('new', 'open', 'on_hold') AND id % 4 > 0"
            ),
            {"now": clock.now()},
        )
    owner.close()


@pytest.fixture
def desk(filled: Fresh) -> Iterator[Session]:
    """That desk, only to be looked at."""
    database = Database(filled.app_url, pool=1)
    with database.desk(1) as session:
        only_look(session)
        yield session
    database.close()


def test_what_a_list_holds_can_be_told_of_a_ticket_alone(desk: Session) -> None:
    everything = list(desk.scalars(select(Ticket)))
    tags, teams = tags_of(desk, [ticket.id for ticket in everything]), teams_by_agent(desk)
    some = everything[len(everything) // 2]
    agent = next((agent for agent in sorted(teams) if teams[agent]), 1)
    asked = (
        Filters(),
        Filters(statuses=("new", "open"), is_snoozed=False),
        Filters(statuses=("new", "open"), is_unassigned=True),
        Filters(assignee_id=agent, priorities=("normal", "high")),
        Filters(teams_of=agent),
        Filters(team_id=some.team_id, category_id=some.category_id),
        Filters(is_unread=True, mailbox_id=some.mailbox_id),
        Filters(requester_id=some.requester_id),
        Filters(tags=tuple(tags[some.id][:1])),
        Filters(created_from=some.created_at),
        Filters(created_to=some.created_at),
        Filters(risk="at_risk"),
        Filters(risk="late", assignee_id=agent),
    )
    for filters in asked:
        held = {one.id for one in everything if filters.hold(one, tags[one.id], teams.get(agent, ()))}
        assert held == {row.ticket.id for row in list_tickets(desk, filters, limit=1000)}, filters
    assert Filters(words="refund").hold(some, (), ()) is None  # only a search can tell
    assert Filters(words="refund", assignee_id=-1).hold(some, (), ()) is False


def _walk(session: Session, filters: Filters, sort: str, limit: int) -> list[Ticket]:
    walked: list[Ticket] = []
    while True:
        after = place_of(walked[-1], sort) if walked else None
        page = [row.ticket for row in list_tickets(session, filters, sort=sort, after=after, limit=limit)]
        walked += page
        if len(page) < limit:
            return walked


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize(
    "filters",
    [
        Filters(),
        Filters(statuses=("new", "open", "on_hold")),
        Filters(priorities=("urgent", "low")),
        Filters(statuses=("closed",), priorities=("high",)),
        Filters(statuses=("closed",), assignee_id=1),
        Filters(risk="at_risk"),
    ],
    ids=["all", "at work", "urgent and low", "closed and high", "closed and one agent's", "at risk"],
)
def test_a_walk_in_any_order_sees_each_ticket_once_where_it_belongs(desk: Session, filters: Filters, sort: str) -> None:
    wanted = [
        ticket
        for ticket in desk.scalars(select(Ticket))
        if ticket.status in (filters.statuses or STATUSES)
        and ticket.priority in (filters.priorities or PRIORITIES)
        and filters.assignee_id in (None, ticket.assignee_id)
        and (filters.risk == "" or is_endangered(ticket, filters.risk))
        and ("due" not in sort or ticket.due_at is not None)
    ]
    assert wanted or "due" in sort
    wanted.sort(key=lambda ticket: place_of(ticket, sort), reverse=sort.startswith("-"))
    assert [ticket.id for ticket in _walk(desk, filters, sort, 7)] == [ticket.id for ticket in wanted]


def _found(session: Session, words: str, limit: int = 500) -> list[int]:
    return list(session.scalars(select(func.search_messages(*parted(words), limit))))


@pytest.fixture(scope="module")
def stacked(filled: Fresh) -> None:
    """Many slices of messages on one ticket: each says `often`, and how many came before it; one says `once`."""
    owner = Database(filled.owner_url, pool=1)
    with owner.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO messages (org_id, ticket_id, direction, kind, channel, at, author, subject, text)"
                " SELECT 1, (SELECT min(id) FROM tickets), 'in', 'person', 'mail', now(), '', '', 'often n' || n"
                " || CASE n WHEN 5 THEN ' once' ELSE '' END || CASE n % 1000 WHEN 0 THEN ' seldom' ELSE '' END"
                " FROM generate_series(1, :many) n"
            ),
            {"many": 12 * SLICE},
        )
    owner.close()


@pytest.fixture
def archive(stacked: None, desk: Session) -> Session:
    """That desk with its many messages."""
    return desk


def test_a_common_word_is_found_in_the_newest_messages_and_a_rare_one_everywhere(archive: Session) -> None:
    assert len(_found(archive, "often")) == 500
    assert len(_found(archive, "often", 5000)) == 5000
    assert len(_found(archive, "seldom")) == 12
    assert len(_found(archive, "often once")) == 1
    assert len(_found(archive, "n1 or n12288 or n7000")) == 3


def test_a_word_that_is_begun_is_found_in_the_newest_messages_or_everywhere(archive: Session) -> None:
    # The more there are, the sooner the newest hold enough of them.
    assert len(_found(archive, "oft*")) == 500
    assert len(_found(archive, "n122* OFT*")) == 89  # n12200 to n12288; n122 and n1220 to n1229 are long ago
    # Fewer than fifty among the newest 2,048: everywhere.
    assert len(_found(archive, "seld*")) == 12
    assert len(_found(archive, "onc*")) == 1
    assert len(_found(archive, "often onc*")) == 0  # of the newest 500 that hold the other word
    assert len(_found(archive, "once oft*")) == 1
    assert len(_found(archive, "seldom n12*")) == 1  # n12000, and n1200 is none
    assert _found(archive, "-often onc*") == []
    assert _found(archive, '"onc*"') == []


@pytest.mark.parametrize(
    "words", ["", "***", "'", "#1.0", "often -often", "& | ! :* <->", '"unfinished', "\\* x:y* o'c*", "%zq* (*"]
)
def test_odd_words_find_nothing_and_break_nothing(archive: Session, words: str) -> None:
    assert _found(archive, words) == []


def test_a_search_stays_with_its_own_organisation(archive: Session) -> None:
    archive.execute(text("SELECT set_config('mailgate.org', '2', true)"))
    assert _found(archive, "often") == _found(archive, "oft*") == []
    archive.execute(text("SELECT set_config('mailgate.org', '', true)"))
    assert _found(archive, "often") == _found(archive, "oft*") == []
