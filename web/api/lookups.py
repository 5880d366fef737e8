"""From the names programs use to what they name; a name nobody has is said, with its field."""

from __future__ import annotations

from mailgate.errors import BadInput, NotFound
from mailgate.office.fields import LONGEST_KEY
from mailgate.rights import Right, may
from mailgate.store.agents import Agent, agent_by_email, agents
from mailgate.store.db import Session
from mailgate.store.fields import own_field_with_key
from mailgate.store.office import (
    Category,
    Mailbox,
    Team,
    categories,
    category_named,
    mailbox_by_address,
    mailboxes,
    team_named,
    teams,
)
from mailgate.store.tickets import Ticket, by_number
from mailgate.tickets.fields import kept_as

_UNKNOWN = "is not known"


def ticket_numbered(session: Session, number: str, *, lock: bool = False) -> Ticket:
    """The ticket with this number; with `lock`, to change it."""
    ticket = by_number(session, number, lock=lock)
    if ticket is None:
        raise no_ticket(number)
    return ticket


def no_ticket(number: str) -> NotFound:
    return NotFound(f"There is no ticket {number}.")


def category(session: Session, name: str, *, field: str = "category") -> Category:
    found = category_named(session, name)
    if found is None:
        raise BadInput(f"There is no category {name!r}.", **{field: _UNKNOWN})
    return found


def team(session: Session, name: str, *, field: str = "team") -> Team:
    found = team_named(session, name)
    if found is None:
        raise BadInput(f"There is no team {name!r}.", **{field: _UNKNOWN})
    return found


def mailbox(session: Session, address: str) -> Mailbox:
    found = mailbox_by_address(session, address)
    if found is None:
        raise BadInput(f"There is no mailbox {address}.", mailbox=_UNKNOWN)
    return found


def assignee(session: Session, email: str) -> Agent:
    """An agent, active or not."""
    found = agent_by_email(session, email)
    if found is None:
        raise BadInput(f"There is no agent {email}.", assignee=_UNKNOWN)
    return found


def field_value(session: Session, key: str, value: str) -> tuple[int, str]:
    """A field of one's own, and a value as it is kept there."""
    found = own_field_with_key(session, key[:LONGEST_KEY])
    if found is None:
        raise BadInput(f"Tickets have no field {key!r} here.", **{f"field.{key}"[:100]: _UNKNOWN})
    return found.id, kept_as(found, value) or ""


def worker(session: Session, email: str) -> Agent:
    """An agent who can be given a ticket."""
    found = assignee(session, email)
    if not found.active or not may(found.role, Right.WORK):
        raise BadInput(f"{email} does not work on tickets.", assignee="is not active, or only looks on")
    return found


def team_ids(session: Session, names: list[str]) -> tuple[int, ...]:
    return _ids({team.name: team.id for team in teams(session)}, names, "teams")


def agent_ids(session: Session, emails: list[str]) -> tuple[int, ...]:
    return _ids({agent.email: agent.id for agent in agents(session)}, [each.lower() for each in emails], "members")


def mailbox_ids(session: Session, addresses: list[str]) -> tuple[int, ...]:
    known = {mailbox.address: mailbox.id for mailbox in mailboxes(session)}
    return _ids(known, [each.lower() for each in addresses], "mailboxes")


def category_ids(session: Session, names: list[str]) -> tuple[int, ...]:
    return _ids({one.name: one.id for one in categories(session)}, names, "categories")


def _ids(known: dict[str, int], wanted: list[str], field: str) -> tuple[int, ...]:
    missing = [name for name in wanted if name not in known]
    if missing:
        raise BadInput(f"There is no {missing[0]!r} among the {field}.", **{field: "are not all known"})
    return tuple(dict.fromkeys(known[name] for name in wanted))
