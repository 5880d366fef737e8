"""Set up the sample office: whose desk this is, who works there, and where mail arrives."""

from __future__ import annotations

from datetime import datetime

from mailgate.office.promises import PolicyGiven, add_policy
from mailgate.office.replies import Words, save
from mailgate.office.setup import add_agent, add_category, add_mailbox, add_team
from mailgate.store.agents import agent_by_email
from mailgate.store.db import Session
from mailgate.store.office import mailbox_by_address
from mailgate.store.organisations import own
from mailgate.store.promises import policy_rows
from mailgate.store.replies import reply_named

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
_PROMISE = PolicyGiven(
    "Answers on the same day",
    {
        "urgent": {"first_response": 60, "resolution": 8 * 60},
        "high": {"first_response": 2 * 60, "resolution": 24 * 60},
        "normal": {"first_response": 4 * 60, "resolution": 3 * 24 * 60},
    },
)
_REPLIES = (
    Words("Thanks for writing", "Hello {{ first_name }},\n\nthank you for writing. We look into it now.", "thanks"),
    Words(
        "Lamp does not pair",
        "Hello {{ first_name }},\n\nplease hold the lamp's button for ten seconds, until it blinks twice. Then look for"
        " it in the app again.\n\nIf it does not show, tell us the number on its foot.",
        "pair",
        "Lamps and hubs",
    ),
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
    if not policy_rows(session):
        add_policy(session, _PROMISE, at)
    for reply in _REPLIES:
        if reply_named(session, reply.name) is None:
            save(session, reply, _AGENTS[0][1], at)
