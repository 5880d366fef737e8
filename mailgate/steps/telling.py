"""Who is to be told of an event: the customer, if the office wants it and nothing speaks against it, and agents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mailgate.compose.about import ABOUT
from mailgate.mail import Task
from mailgate.office.links import conversation_link
from mailgate.rights import Right, may
from mailgate.sla.calendar import opens_next
from mailgate.steps.dress import is_on
from mailgate.steps.following import Following
from mailgate.steps.notices import fact_of, to_tell
from mailgate.store.agents import Agent, agents_by_ids, is_away
from mailgate.store.events import Event, last_event
from mailgate.store.outbox import notices_since
from mailgate.store.people import failing, person_by_id, wants_no_surveys
from mailgate.store.sight import who_see
from mailgate.store.tickets import Ticket
from mailgate.store.wishes import NOTES, USUAL, who_want_new_tickets, wishes_of
from mailgate.tickets.clocks import policies_of
from mailgate.tickets.history import MAILGATE, record
from mailgate.tickets.notices import (
    Assigned,
    Closing,
    CustomerAnswered,
    Desk,
    Mentioned,
    NewTicket,
    Notified,
    Reminder,
    StatusChanged,
    Survey,
    ToAgent,
    ToCustomer,
    to_agent,
    to_customer,
)
from mailgate.tickets.tasks import language_of

_STATUS_LETTERS = ("status_changed", "resolved", "reopened", "waiting", "closing", "closed")
_DONE = frozenset({"resolved", "closed"})
_DAY, _HOUR = timedelta(hours=24), timedelta(hours=1)
_NOTES_AN_HOUR = 20  # to one agent about one ticket; who is told more often than that is told nothing


@dataclass(frozen=True, slots=True)
class Telling:
    """A letter to be written because of an event; `to_customer`: it stands on the ticket, too."""

    task: Task
    to_customer: bool = False


def tellings(batch: Following, event: Event) -> Iterator[Telling]:
    """Every letter an event calls for beside answers and acknowledgements."""
    ticket = batch.tickets[event.ticket_id]
    if ticket.merged_into_id is not None:
        return
    match event.kind:
        case "letter_asked" | "survey_asked":
            yield from (_asked_for if event.kind == "letter_asked" else _survey)(batch, ticket, event)
        case "escalated" | "escalated_by_hand" | "notified":
            yield from _to_agents(batch, ticket, event, to_tell(batch.session, ticket, event))
        case "changed":
            yield from _of_new_status(batch, ticket, event)
            yield from _to_agents(batch, ticket, event, _given_to(batch, ticket, event))
        case "opened" if batch.organisation.tells_new_tickets and "imported" not in event.data:
            yield from _to_agents(batch, ticket, event, _wants_new(batch, ticket))
        case "customer_wrote" if ticket.assignee_id is not None and not event.data.keys() & {"machine", "imported"}:
            yield from _to_agents(batch, ticket, event, _by_id(batch, [ticket.assignee_id]))
        case "noted":
            yield from _to_agents(batch, ticket, event, _by_id(batch, map(int, event.data.get("mentioned", {}))))


def _of_new_status(batch: Following, ticket: Ticket, event: Event) -> Iterator[Telling]:
    """A ticket stands elsewhere now. Where it has moved on meanwhile, the next event tells."""
    before, after = event.data.get("status", (None, None))
    if after is None or event.actor == "customer" or ticket.status != after:
        return
    special = after if after in _DONE else "reopened" if before in _DONE else "status_changed"
    letter = next((name for name in (special, "status_changed") if _is_on(batch, ticket, name)), None)
    if letter is not None:
        yield from _to_customer(batch, ticket, letter, StatusChanged(letter))


def _asked_for(batch: Following, ticket: Ticket, event: Event) -> Iterator[Telling]:
    """Somebody has asked for this very letter: it goes unless an admin has switched it off."""
    letter, closes = str(event.data["letter"]), event.data.get("closes")
    if not _is_on(batch, ticket, letter, usually=True):
        _say_why_not(batch, ticket, letter, [f"The letter “{ABOUT[letter].title}” is switched off."])
        return
    zone = ZoneInfo(batch.organisation.time_zone)
    fact = Closing(datetime.fromisoformat(closes).astimezone(zone)) if closes else StatusChanged(letter)
    yield from _to_customer(batch, ticket, letter, fact)


def _survey(batch: Following, ticket: Ticket, _: Event) -> Iterator[Telling]:
    """Ask whether we were of help. Both links open one page, which asks: who only follows them says nothing."""
    if not _is_on(batch, ticket, "survey", usually=True):
        _say_why_not(batch, ticket, "survey", [f"The letter “{ABOUT['survey'].title}” is switched off."])
        return
    if wants_no_surveys(batch.session, ticket.requester_address):
        _say_why_not(batch, ticket, "survey", [f"{ticket.requester_address} wants to be asked no more."])
        return
    yield from _to_customer(batch, ticket, "survey", None)


def _to_customer(batch: Following, ticket: Ticket, letter: str, fact: ToCustomer | None) -> Iterator[Telling]:
    """One letter to the requester. Without a fact it is the survey, whose links begin with theirs."""
    if reasons := list(_why_not(batch, ticket)):
        _say_why_not(batch, ticket, letter, reasons)
        return
    link = conversation_link(batch.session, ticket, batch.now, batch.shop.public_url)
    fact = fact or Survey(f"{link}/rating?say=happy", f"{link}/rating?say=unhappy")
    yield Telling(to_customer(_desk(batch, ticket), ticket, fact, batch.now, status_url=link), to_customer=True)


def _why_not(batch: Following, ticket: Ticket) -> Iterator[str]:
    """Everything that speaks against an automatic letter to whoever asked."""
    address = ticket.requester_address
    if address in {mailbox.address for mailbox in batch.mailboxes.values()}:
        yield f"{address} is our own address."
    if (since := failing(batch.session, {address}).get(address)) is not None:
        yield f"Letters to {address} come back since {since:%Y-%m-%d}."
    opened = last_event(batch.session, ticket.id, "opened")
    if opened is not None and "imported" not in opened.data:
        yield from map(str, opened.data.get("unanswerable", ()))
    cap = batch.shop.ack_per_sender
    batch.session.flush()  # what this batch has written counts
    if cap and notices_since(batch.session, ticket.id, _STATUS_LETTERS, address, batch.now - _DAY) >= cap:
        yield f"{address} was sent {cap} automatic letters on this ticket within a day."


def _say_why_not(batch: Following, ticket: Ticket, letter: str, reasons: list[str]) -> None:
    data = {"letter": ABOUT[letter].title, "reasons": reasons}
    record(batch.session, ticket, "customer_not_told", MAILGATE, batch.now, data=data)


def acknowledging(batch: Following, ticket: Ticket, at: datetime) -> tuple[str, datetime | None] | None:
    """With which letter a request of this moment is acknowledged, and when somebody is back; None: with none."""
    is_usual, opens = _is_on(batch, ticket, "received"), _opens(batch, ticket, at)
    if opens is not None and _is_on(batch, ticket, "outside_hours", usually=is_usual):
        return "outside_hours", opens
    return ("received", None) if is_usual else None


def _opens(batch: Following, ticket: Ticket, at: datetime) -> datetime | None:
    """When the desk opens next, by the calendar of the policy that is meant for the ticket; None: it is open."""
    if not batch.organisation.is_timed:
        return None
    policy = policies_of(batch.session, [ticket], batch.promised)[ticket.id]
    return opens_next(policy.calendar, at) if policy is not None else None


def _given_to(batch: Following, ticket: Ticket, event: Event) -> list[Agent]:
    """Whom a ticket was given to, unless somebody else has it by now. The history knows names."""
    given = event.data.get("assignee", (None, None))[1]
    found = _by_id(batch, [ticket.assignee_id]) if given is not None and ticket.assignee_id is not None else []
    return [agent for agent in found if agent.name == given]


def _wants_new(batch: Following, ticket: Ticket) -> list[Agent]:
    """Whoever wants to hear of new tickets and may see this one as theirs; whom it was given to is told that."""
    if batch.new_tickets_for is None:
        batch.new_tickets_for = who_want_new_tickets(batch.session)
    return [
        agent
        for agent, team_ids in batch.new_tickets_for
        if (ticket.team_id is None or ticket.team_id in team_ids) and agent.id != ticket.assignee_id
    ]


def _by_id(batch: Following, ids: Iterable[int]) -> list[Agent]:
    return agents_by_ids(batch.session, ids)


def _to_agents(batch: Following, ticket: Ticket, event: Event, agents: Iterable[Agent]) -> Iterator[Telling]:
    """Tell those who want to know; nobody is told what they did themselves, what they see before them, or while away.

    Whom a policy names is told in any case: that is what it promises.
    """
    is_demanded = event.kind.startswith("escalated")
    concerned = [agent for agent in agents if agent.id != event.agent_id and agent.active]
    concerned = [agent for agent in concerned if is_demanded or not is_away(agent, batch.now)]
    concerned = who_see(batch.session, concerned, ticket)
    if concerned and not is_demanded and batch.shop.wire is not None:
        there = batch.shop.wire.agents_at(batch.organisation.id, ticket.id, batch.now)
        concerned = [agent for agent in concerned if agent.id not in there]
    if not concerned:
        return
    fact, wishes = _fact(batch, ticket, event), wishes_of(batch.session, [agent.id for agent in concerned])
    requester = person_by_id(batch.session, ticket.requester_id)
    customer = (requester.name if requester is not None else "") or ticket.requester_address
    desk = _desk(batch, ticket)
    for agent in concerned:
        task = to_agent(desk, ticket, agent, fact, batch.now, customer=customer)
        wanted = wishes[agent.id].notes if agent.id in wishes else USUAL
        is_wanted = task.letter not in NOTES or (task.letter in wanted and may(agent.role, Right.WORK))
        if is_wanted and _is_on(batch, ticket, task.letter) and not _is_told_often(batch, ticket, agent):
            yield Telling(task)


def _is_told_often(batch: Following, ticket: Ticket, agent: Agent) -> bool:
    batch.session.flush()  # what this batch has written counts
    return notices_since(batch.session, ticket.id, NOTES, agent.email, batch.now - _HOUR) >= _NOTES_AN_HOUR


def _fact(batch: Following, ticket: Ticket, event: Event) -> ToAgent:
    match event.kind:
        case "opened":
            return NewTicket(batch.messages[event.message_id or 0])
        case "changed":
            return Assigned(event.actor_name)
        case "customer_wrote":
            return CustomerAnswered(batch.messages[event.message_id or 0])
        case "noted":
            return Mentioned(batch.messages[event.message_id or 0])
        case "notified":
            return Reminder() if event.data["does"]["notify"] == ["snoozer"] else Notified(event.actor_name)
        case _:
            return fact_of(ticket, event, batch.organisation.time_zone)


def _desk(batch: Following, ticket: Ticket) -> Desk:
    return Desk(batch.organisation, batch.mailboxes[ticket.mailbox_id], batch.shop.marks, batch.shop.public_url)


def _is_on(batch: Following, ticket: Ticket, letter: str, *, usually: bool | None = None) -> bool:
    language = language_of(batch.organisation, batch.mailboxes[ticket.mailbox_id], ticket)
    return is_on(batch.letters, letter, language, ticket.mailbox_id, ticket.category_id, usually=usually)
