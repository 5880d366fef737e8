"""Record what happened to a ticket, and by whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mailgate.store.base import write, write_plain
from mailgate.store.db import Session
from mailgate.store.events import Event, Unfollowed
from mailgate.store.messages import Message
from mailgate.store.news import bring
from mailgate.store.organisations import rules_wait_for
from mailgate.store.tickets import Ticket

# Events that something has to be worked out for; those that move clocks, only on tickets that have some.
FOLLOWED = frozenset(
    {
        "opened",
        "answered",
        "forwarded",
        "link_asked",
        "escalated",
        "escalated_by_hand",
        "notified",
        "letter_asked",
        "survey_asked",
    }
)
_TRIGGERS = {
    "opened": "created",
    "customer_wrote": "message",
    "answered": "message",
    "answered_directly": "message",
    "noted": "message",
    "woke": "woke",
    "rated": "rated",
    "at_risk": "at_risk",
    "breached": "breached",
}
_CHANGES = {
    "status": "status",
    "priority": "priority",
    "assignee": "assigned",
    "team": "assigned",
    "category": "changed",
    "tags": "changed",
}
_MOMENTS = frozenset({"customer_wrote", "merged"})  # from which on rules wait, or no longer
_ELSEWHERE = frozenset({"merged", "unmerged", "took_in", "let_go"})
TIMED = frozenset(
    {
        "customer_wrote",
        "answered_directly",
        "answer_withdrawn",
        "answer_left",
        "changed",
        "brought_back",
        "merged",
        "took_in",
        "bounced",
        "not_sent",
    }
)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: a customer, an agent, a token (an application), Mailgate itself, or a rule.

    `rules`: the rules whose doing it is, first to last: none of them acts on it again.
    """

    kind: str
    name: str
    agent_id: int | None = None
    address: str | None = None
    rules: tuple[int, ...] = ()


MAILGATE = Actor("mailgate", "Mailgate")


def record(
    session: Session,
    ticket: Ticket,
    kind: str,
    by: Actor,
    at: datetime,
    *,
    message: Message | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Write one event, and put it on the list if something follows from it."""
    event_id = record_on(session, ticket.id, kind, by, at, message=message, data=data)
    is_timed = ticket.is_timed and (kind in TIMED or "status" in (data or {}))
    if kind not in FOLLOWED and (
        is_timed or _concerns_somebody(ticket, kind, by, data or {}) or _rules_wait_for(session, kind, by, data or {})
    ):
        write_plain(session, Unfollowed, event_id=event_id)


def record_on(
    session: Session,
    ticket_id: int,
    kind: str,
    by: Actor,
    at: datetime,
    *,
    message: Message | None = None,
    data: dict[str, Any] | None = None,
) -> int:
    """The same for a ticket of which no more than its id is at hand; the event's id."""
    event_id = write(
        session,
        Event,
        ticket_id=ticket_id,
        message_id=message.id if message else None,
        kind=kind,
        at=at,
        actor=by.kind,
        actor_name=by.name,
        agent_id=by.agent_id,
        data={**(data or {}), "rules": list(by.rules)} if by.rules else data or {},
    )
    if kind in FOLLOWED:
        write_plain(session, Unfollowed, event_id=event_id)
    bring(session, kind, ticket_id)
    return event_id


def _concerns_somebody(ticket: Ticket, kind: str, by: Actor, data: dict[str, Any]) -> bool:
    """Whether a letter may follow: to the customer, or to the agents it concerns."""
    match kind:
        case "customer_wrote":
            return ticket.assignee_id is not None and not data.keys() & {"machine", "imported"}
        case "changed":
            is_given = "assignee" in data and data["assignee"][1] is not None
            return is_given or ("status" in data and by.kind != "customer")
        case "noted":
            return "mentioned" in data
        case _:
            return False


def triggers_of(kind: str, data: Mapping[str, Any]) -> frozenset[str]:
    """What rules may wait for in an event; nothing in what was imported or goes on in another ticket."""
    if kind in _ELSEWHERE or "imported" in data:
        return frozenset()
    found = {_TRIGGERS[kind]} if kind in _TRIGGERS else set()
    found |= {trigger for name, trigger in _CHANGES.items() if is_change(data.get(name))}
    found |= {"woke"} if data.get("woke") else set()
    return frozenset(found | ({"called"} if called_by(data) else set()))


def called_by(data: Mapping[str, Any]) -> str | None:
    """The rule that a step of a policy wants asked, by its name."""
    return dict(data.get("does") or {}).get("rule")


def is_change(value: Any) -> bool:
    """Whether a value of an event tells of something before and after."""
    return isinstance(value, list) and len(value) == 2 and value[0] != value[1]  # noqa: PLR2004 - before and after


def _rules_wait_for(session: Session, kind: str, by: Actor, data: Mapping[str, Any]) -> bool:
    if not (waited := rules_wait_for(session)):
        return False
    found = triggers_of(kind, data)
    if "time" in waited and (kind in _MOMENTS or found & {"status", "assigned"}):
        return True
    return not (found if not by.rules else {f"{trigger}+" for trigger in found}).isdisjoint(waited)
