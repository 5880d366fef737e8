"""Whoever sees the tickets of their own teams alone finds nothing else, however they ask."""

from __future__ import annotations

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session, aliased

from mailgate import clock
from mailgate.office.setup import add_agent, add_category, add_team
from mailgate.store.agents import TeamMember
from mailgate.store.base import add
from mailgate.store.beside import beside
from mailgate.store.events import Event
from mailgate.store.kept import KeptMail, count_state
from mailgate.store.listing import Filters, count_tickets, list_tickets, listed
from mailgate.store.messages import Message, StoredFile, file_by_id
from mailgate.store.office import TeamCategory
from mailgate.store.outbox import OutboxCopy
from mailgate.store.sight import limit_to
from mailgate.store.tickets import Ticket, by_ids, by_number
from tests.support.mails import mail
from tests.support.world import World

FILED = mail(
    subject="Contract attached",
    headers=(("MIME-Version", "1.0"), ("Content-Type", 'multipart/mixed; boundary="x"')),
    body="--x\r\n\r\nSee.\r\n--x\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nsecret\r\n--x--",
)
EVERYTHING = (Ticket, Message, Event, StoredFile, OutboxCopy, KeptMail)


def _counts(session: Session) -> list[int]:
    return [session.scalar(select(func.count()).select_from(kind)) or 0 for kind in EVERYTHING]


def test_sight_narrows_every_question(world: World) -> None:
    hidden = world.receive(FILED).ticket_id
    seen = {
        "team": world.receive(mail(subject="Contract of our team")).ticket_id,
        "category": world.receive(mail(subject="Contract of our category")).ticket_id,
        "own": world.receive(mail(subject="Contract of mine")).ticket_id,
    }
    with world.database.desk(1) as session:
        mia = add_agent(session, "mia@nordlicht.example", "agent", clock.now())
        ours, others = add_team(session, "Ours", clock.now()), add_team(session, "Others", clock.now())
        category = add_category(session, "Contracts", clock.now())
        add(session, TeamMember(team_id=ours.id, agent_id=mia.id))
        add(session, TeamCategory(team_id=ours.id, category_id=category.id))
        for ticket_id, values in (
            (hidden, {"team_id": others.id}),
            (seen["team"], {"team_id": ours.id}),
            (seen["category"], {"category_id": category.id, "team_id": others.id}),
            (seen["own"], {"assignee_id": mia.id}),
        ):
            session.execute(update(Ticket).where(Ticket.id == ticket_id).values(**values))
        (file,) = session.scalars(select(StoredFile))
        number = session.scalars(select(Ticket.number).where(Ticket.id == hidden)).one()
        whole = _counts(session)
    with world.database.desk(1) as session:
        limit_to(session, mia.id)
        assert {row.ticket.id for row in list_tickets(session, Filters(), limit=9)} == set(seen.values())
        assert {row.ticket.id for row in list_tickets(session, Filters(), sort="-priority", limit=9)} == {
            *seen.values()
        }
        assert {row.ticket.id for row in list_tickets(session, Filters(words="contract"), limit=9)} == {*seen.values()}
        assert count_tickets(session, [Filters(), Filters(statuses=("new", "open"))], 100) == [3, 3]
        assert by_number(session, number) is None
        assert session.get(Ticket, (1, hidden)) is None
        assert file_by_id(session, file.id) is None
        assert _counts(session) == [3, 6, 6, 0, 3, 3], whole
        mine = by_number(session, listed(session, seen["own"] or 0).ticket.number)
        assert mine is not None
        more, rest = beside(session, mine), by_ids(session, [one for one in seen.values() if one != mine.id and one])
        assert {other.number for other in more.earlier} == {other.number for other in rest.values()}
        assert number not in {link.number for link in more.links}
        other = aliased(Ticket)
        assert session.scalars(select(other.id).where(exists().where(Ticket.id == hidden))).all() == []
        assert count_state(session, ("done",)) == 3
        session.execute(update(Ticket).values(subject="changed"))
        # Whoever gives a ticket away still sees the answer to having done so.
        mine.assignee_id = None
        assert listed(session, mine.id).ticket.assignee_id is None
        assert by_number(session, mine.number) is None
    with world.database.desk(1) as session:
        assert _counts(session) == whole
        assert [ticket.subject for ticket in session.scalars(select(Ticket).where(Ticket.id == hidden))] == [
            "Contract attached"
        ]
