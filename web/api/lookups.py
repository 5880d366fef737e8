"""From the names programs use to what they name; a name nobody has is said, with its field."""

from __future__ import annotations

from mailgate.errors import BadInput, NotFound
from mailgate.rights import Right, may
from mailgate.store.agents import Agent, agent_by_email
from mailgate.store.db import Session
from mailgate.store.office import Category, Mailbox, Team, category_named, mailbox_by_address, team_named
from mailgate.store.tickets import Ticket, by_number

_UNKNOWN = "is not known"


def ticket_numbered(session: Session, number: str, *, lock: bool = False) -> Ticket:
    """The ticket with this number; with `lock`, to change it."""
    ticket = by_number(session, number, lock=lock)
    if ticket is None:
        raise no_ticket(number)
    return ticket


def no_ticket(number: str) -> NotFound:
    return NotFound(f"There is no ticket {number}.")


def category(session: Session, name: str) -> Category:
    found = category_named(session, name)
    if found is None:
        raise BadInput(f"There is no category {name!r}.", category=_UNKNOWN)
    return found


def team(session: Session, name: str) -> Team:
    found = team_named(session, name)
    if found is None:
        raise BadInput(f"There is no team {name!r}.", team=_UNKNOWN)
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


def worker(session: Session, email: str) -> Agent:
    """An agent who can be given a ticket."""
    found = assignee(session, email)
    if not found.active or not may(found.role, Right.WORK):
        raise BadInput(f"{email} does not work on tickets.", assignee="is not active, or only looks on")
    return found
