"""Why a ticket or a kept mail is where it is: what was looked at, what came of it, and what followed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from flask import Blueprint

from mailgate import clock
from mailgate.errors import NotFound
from mailgate.office.promises import policies
from mailgate.store.kept import kept_by_id
from mailgate.store.tickets import by_number
from mailgate.tickets.explain import Looked, MailTold, explain_mail, explain_ticket
from web.access import desk
from web.show.shell import desk_page
from web.speech import say
from web.speech import told as spoken

pages = Blueprint("why", __name__)


class About(NamedTuple):
    """What is explained, and where one came from."""

    name: str
    back_url: str
    subject: str


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was looked at."""

    name: str
    value: str
    result: str
    state: str


@dataclass(frozen=True, slots=True)
class MailShown:
    """One mail, explained."""

    title: str
    at: datetime
    outcome: str
    ticket: dict[str, str] | None
    steps: list[Step]
    facts: list[tuple[str, str]]


@pages.get("/t/<number:number>/why")
def ticket(number: str) -> str:
    """Explain a ticket."""
    with desk() as session:
        found = by_number(session, number)
        if found is None:
            raise NotFound(f"There is no ticket {number}.")
        now = clock.now()
        told = explain_ticket(session, found, policies(session, now), now)
        return desk_page(
            session,
            "why.html",
            about=About(found.number, f"/t/{found.number}", found.subject),
            mails=[_mail(mail) for mail in told.mails],
            history=told.history,
            promises=told.promises,
            rules=told.rules,
        )


@pages.get("/admin/shelf/<key:kept_id>/why")
def mail(kept_id: int) -> str:
    """Explain a kept mail."""
    with desk() as session:
        kept = kept_by_id(session, kept_id)
        if kept is None:
            raise NotFound(f"There is no kept mail {kept_id}.")
        told = explain_mail(session, kept)
        return desk_page(
            session,
            "why.html",
            about=About(say("this mail"), "/admin/shelf", told.subject),
            mails=[_mail(mail, is_linked=True) for mail in told.mails],
            history=told.history,
            promises=(),
            rules=(),
        )


def _mail(told: MailTold, *, is_linked: bool = False) -> MailShown:
    url = f"/t/{told.ticket}"
    return MailShown(
        title=spoken(told.title),
        at=told.at,
        outcome=spoken(told.outcome),
        ticket={"number": say("Look at %(ticket)s", ticket=told.ticket), "url": url}
        if told.ticket and is_linked
        else None,
        steps=[_step(looked) for looked in told.looked],
        facts=[
            *([(say("Why"), " ".join(map(spoken, told.reasons)))] if told.reasons else []),
            (say("Arrival"), spoken(told.came)),
            *((spoken(name), spoken(value)) for name, value in told.facts),
        ],
    )


def _step(looked: Looked) -> Step:
    signal = looked.signal[:1].upper() + looked.signal[1:]
    return Step(spoken(signal), looked.value, spoken(looked.result), looked.state)
