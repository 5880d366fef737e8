"""Set up mailboxes, teams, categories and agents."""

from __future__ import annotations

import re
from datetime import datetime

from mailgate.errors import BadInput
from mailgate.store.agents import ROLES, Agent, TeamMember, agent_by_email
from mailgate.store.base import add
from mailgate.store.db import Session
from mailgate.store.office import (
    Category,
    Mailbox,
    Team,
    category_named,
    mailbox_by_address,
    mailboxes,
    take_address,
    team_named,
)

_ADDRESS = re.compile(
    r"[^\s@<>\"(),:;\\\[\]\x00-\x1f]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9-]{1,63}"
)
_LONGEST_LOCAL_PART = 30  # leaves room for `+t<id>.<mac>` within the 64 characters SMTP allows


def add_mailbox(
    session: Session,
    address: str,
    at: datetime,
    *,
    name: str | None = None,
    team: Team | None = None,
    plus: bool = True,
    catch_all: bool = False,
) -> Mailbox:
    """A mailbox customers can write to from now on."""
    address = checked_address(address)
    local, _, domain = address.rpartition("@")
    if "+" in local:
        raise BadInput("A mailbox has no plus-part of its own: Mailgate puts its marks there.", address="holds a +")
    if plus and len(local) > _LONGEST_LOCAL_PART:
        raise BadInput(
            f"The part before the @ may have {_LONGEST_LOCAL_PART} characters, so that marks fit behind it.",
            address="is too long",
        )
    if mailbox_by_address(session, address) is not None:
        raise BadInput(f"There is a mailbox {address} already.", address="is taken")
    if catch_all and any(other.catch_all and other.domain == domain for other in mailboxes(session)):
        raise BadInput(f"There is a mailbox that takes all mail to {domain} already.", catch_all="is taken")
    shown = name or domain.split(".")[0].capitalize() + " " + local.capitalize()
    mailbox = Mailbox(
        address=address, name=shown, team_id=team and team.id, plus=plus, catch_all=catch_all, created_at=at
    )
    return take_address(session, mailbox)


def add_team(session: Session, name: str, at: datetime) -> Team:
    return team_named(session, name) or add(session, Team(name=name, created_at=at))


def add_category(session: Session, name: str, at: datetime) -> Category:
    return category_named(session, name) or add(session, Category(name=name, created_at=at))


def add_agent(
    session: Session, email: str, role: str, at: datetime, *, name: str | None = None, teams: tuple[Team, ...] = ()
) -> Agent:
    """Somebody who works at the desk. They sign in by a link first and set a password then."""
    email = checked_address(email)
    if role not in ROLES:
        raise BadInput(f"There is no role {role!r}.", role=f"must be one of {', '.join(ROLES)}")
    if agent_by_email(session, email) is not None:
        raise BadInput(f"There is a user {email} already.", email="is taken")
    shown = name or email.partition("@")[0].replace(".", " ").title()
    agent = add(session, Agent(email=email, name=shown, role=role, created_at=at))
    for team in teams:
        add(session, TeamMember(team_id=team.id, agent_id=agent.id))
    return agent


def checked_address(address: str) -> str:
    """A mail address as we keep it: lower case, one @, nothing odd."""
    cleaned = address.strip().lower()
    if not _ADDRESS.fullmatch(cleaned):
        raise BadInput(f"{address!r} is not a mail address such as help@example.org.", address="is not a mail address")
    return cleaned
