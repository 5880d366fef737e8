"""Set up the sample office: whose desk this is, who works there, and where mail arrives."""

from __future__ import annotations

from datetime import datetime

from mailgate.office.setup import add_agent, add_category, add_mailbox, add_team
from mailgate.store.agents import agent_by_email
from mailgate.store.db import Session
from mailgate.store.office import mailbox_by_address
from mailgate.store.organisations import own

DOMAIN = "nordlicht.example"
HOST = f"mara@{DOMAIN}"  # whose inbox the newcomer is shown into

_NAMED_BY_MIGRATION, _NAME = "Support", "Nordlicht Support"
_TEAMS = ("Support", "Billing", "Hotels and offices")
_CATEGORIES = ("Access", "Invoices", "Orders and delivery", "Lamps and hubs", "Portal and API")
_MAILBOXES = (("support", "Nordlicht Support", "Support"), ("billing", "Nordlicht Billing", "Billing"))
_AGENTS = (
    ("mara", "Mara Koch", "admin", ("Support", "Hotels and offices")),
    ("ben", "Ben Adler", "agent", ("Support",)),
    ("ines", "Inès Caron", "agent", ("Billing",)),
    ("tomas", "Tomás Rivera", "agent", ("Support", "Hotels and offices")),
)


def prepare(session: Session, at: datetime) -> None:
    """Everything that must stand before the first mail. What stands already, also changed by hand, stays as it is."""
    organisation = own(session)
    if organisation.name == _NAMED_BY_MIGRATION:
        organisation.name = _NAME
    teams = {name: add_team(session, name, at) for name in _TEAMS}
    for name in _CATEGORIES:
        add_category(session, name, at)
    session.flush()
    for local, name, team in _MAILBOXES:
        address = f"{local}@{DOMAIN}"
        if mailbox_by_address(session, address) is None:
            add_mailbox(session, address, at, name=name, team=teams[team])
    for local, name, role, places in _AGENTS:
        email = f"{local}@{DOMAIN}"
        if agent_by_email(session, email) is None:
            add_agent(session, email, role, at, name=name, teams=tuple(teams[place] for place in places))
