"""The office invented tickets come to: its teams, agents, categories and a mailbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import NamedTuple

from mailgate.bench.invented.words import ENGLISH, TONGUES
from mailgate.office.setup import add_agent, add_category, add_mailbox, add_team
from mailgate.store.agents import agent_by_email
from mailgate.store.db import Session
from mailgate.store.office import mailboxes
from mailgate.store.organisations import Organisation

_AGENTS = 12
_TEAMS = ("First line", "Second line", "Billing", "Warehouse")


class Desk(NamedTuple):
    """Somebody, or something, of the office: its id and what it is called."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Office:
    """What tickets are given to and filed under."""

    mailboxes: Sequence[Desk]  # by their addresses
    teams: Sequence[Desk]
    agents: Sequence[Desk]
    categories: dict[str, int]


def furnish(session: Session, organisation: Organisation, now: datetime) -> Office:
    """Teams, agents, categories and a mailbox, where they are not there from an earlier run."""
    chance = Random(organisation.id)  # noqa: S311 - nothing here is secret
    teams = [add_team(session, name, now) for name in _TEAMS]
    categories = [add_category(session, name, now) for name in dict(ENGLISH.subjects)]
    agents = []
    for number in range(_AGENTS):
        tongue = TONGUES[number % len(TONGUES)]
        name = f"{chance.choice(tongue.given)} {chance.choice(tongue.family)}"
        email = f"agent{number + 1}.org{organisation.id}@desk.example"  # addresses are one tenant's alone
        agent = agent_by_email(session, email)
        agents.append(agent or add_agent(session, email, "agent", now, name=name, teams=(teams[number % len(teams)],)))
    boxes = mailboxes(session) or [add_mailbox(session, f"support.org{organisation.id}@desk.example", now)]
    session.flush()
    return Office(
        mailboxes=[Desk(box.id, box.address) for box in boxes],
        teams=[Desk(team.id, team.name) for team in teams],
        agents=[Desk(agent.id, agent.name) for agent in agents],
        categories={category.name: category.id for category in categories},
    )
