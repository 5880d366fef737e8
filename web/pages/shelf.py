"""The shelf: mail that was kept but found no ticket. Look at it, and say what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from flask import Blueprint, Response, request
from pydantic import Field

from mailgate import clock
from mailgate.errors import BadInput, Conflict, NotFound
from mailgate.mail import Cause
from mailgate.office import shelf
from mailgate.store.db import Session
from mailgate.store.kept import SHELVED, KeptMail, count_state, kept_by_id, list_kept, put_back, raw_of, shelved
from web.access import agent, desk, who
from web.answers import see_other, whole_mail
from web.db import ring, tools
from web.forms import Form, Line
from web.show.fields import Option
from web.show.lists import ENTRIES, Asked, State, asked
from web.show.shell import desk_page
from web.show.views import MOST_COUNTED
from web.show.words import TREATMENTS
from web.speech import later, say, told

pages = Blueprint("shelf", __name__, url_prefix="/admin/shelf")

_URL = "/admin/shelf"
_CAUSES = {
    Cause.FORGED_SENDER: later("Forged sender"),
    Cause.UNAUTHENTICATED_AGENT: later("Unproved agent"),
    Cause.VERIFICATION: later("Sign-up mail"),
    Cause.LOOP: later("Loop"),
    Cause.SPAM: later("Spam"),
    Cause.BLOCKED: later("Blocked sender"),
    Cause.OVER_LIMITS: later("Over limits"),
    Cause.HOSTILE: later("Hostile"),
}
_UNREADABLE = "quarantined"
_PARTS = {
    "": later("All"),
    **{cause.value: words for cause, words in _CAUSES.items()},
    _UNREADABLE: later("Not readable"),
}


class SenderForm(Form):
    """Whose mail, and what becomes of it: an address or domain, and one of the treatments, in one value."""

    sender: Annotated[Line, Field(pattern=r"^(allow|hold|discard) \S+$", max_length=300)]


class Filing(Form):
    """Where a mail goes: onto the ticket with this number."""

    number: Annotated[Line, Field(min_length=1, max_length=140)]


@dataclass(frozen=True, slots=True)
class Shelved:
    """One kept mail."""

    id: int
    is_readable: bool
    cause: str
    reason: str
    error: str | None
    sender: str
    choices: list[Option]
    subject: str
    received_at: datetime
    size: int
    tries: int
    url: str


@pages.get("")
def show() -> str:
    """Show what is on the shelf, newest first."""
    return _page()


def _page(wrong: dict[int, str] | None = None) -> str:
    """`wrong`: what is wrong with what was asked for, by the mail it was asked of."""
    question = asked(_URL, _PARTS)
    with desk() as session:
        states, causes = _narrowed(question.state)
        found = list_kept(session, states=states, causes=causes, before=question.before, limit=ENTRIES + 1)
        return desk_page(
            session,
            "shelf.html",
            current="shelf",
            parts=_parts(session, question),
            mails=[_shelved(kept) for kept in found[:ENTRIES]],
            older_url=question.older([kept.id for kept in found]),
            keep_days=tools().settings.keep_shelf,
            alarm=_alarm(session),
            again_all=question.state if found else "",
            wrong=wrong or {},
        )


@pages.get("/<key:kept_id>/raw")
def download(kept_id: int) -> Response:
    """Download a mail as it came in, byte for byte."""
    with desk() as session:
        rows = raw_of(session, [kept_id])
    return whole_mail(who().org, rows, kept_id)


@pages.post("/<key:kept_id>/replay")
def replay(kept_id: int) -> Response:
    """Have a mail read again."""
    with desk() as session:
        if kept_by_id(session, kept_id) is None:
            raise NotFound(f"There is no kept mail {kept_id}.")
        if not put_back(session, [kept_id]):
            raise Conflict("Only mail that is held or quarantined can be read again.")
    ring("read_mail")
    return see_other(_URL)


@pages.post("/replay")
def replay_all() -> Response:
    """Have all mail of one cause read again."""
    states, causes = _narrowed(asked(_URL, _PARTS).state)
    with desk() as session:
        put_back(session, shelved(session, states=states, causes=causes))
    ring("read_mail")
    return see_other(_URL)


@pages.post("/<key:kept_id>/filing")
def file(kept_id: int) -> Response | tuple[str, int]:
    """Put a mail on the ticket named, or on a new one."""
    try:
        number = Filing.read(request).number if request.form.get("number") else None
        with desk() as session:
            shelf.file_it(session, kept_id, number, agent().name)
    except BadInput as error:
        return _page({kept_id: str(error)}), HTTPStatus.UNPROCESSABLE_ENTITY
    ring("read_mail")
    return see_other(_URL)


@pages.post("/<key:kept_id>/discarding")
def discard(kept_id: int) -> Response:
    """Take a mail off the shelf for good."""
    with desk() as session:
        shelf.discard(session, kept_id, agent().name)
    return see_other(_URL)


@pages.post("/<key:kept_id>/sender")
def treat_sender(kept_id: int) -> Response | tuple[str, int]:
    """Let a mail's sender in and read it again, or block them."""
    try:
        treatment, pattern = SenderForm.read(request).sender.split()
        with desk() as session:
            shelf.treat_sender(session, kept_id, pattern, treatment, agent().name, clock.now())
    except BadInput as error:
        return _page({kept_id: str(error)}), HTTPStatus.UNPROCESSABLE_ENTITY
    ring("read_mail")
    return see_other(_URL)


def _narrowed(part: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The states and causes a part of the shelf stands for."""
    if part == _UNREADABLE:
        return (_UNREADABLE,), ()
    return SHELVED, (part,) if part else ()


def _parts(session: Session, question: Asked) -> list[State]:
    """Every part that holds something, and the one that is shown."""

    def count(part: str) -> int:
        states, causes = _narrowed(part)
        return count_state(session, states, MOST_COUNTED, causes=causes)

    return [part for part in question.states(_PARTS, count) if part.count or part.is_current or part.name == say("All")]


def _alarm(session: Session) -> str:
    """A word when more lies here than anybody can be looking at."""
    most = tools().settings.shelf_alarm
    if not most or count_state(session, SHELVED, most) < most:
        return ""
    return say(
        "%(most)s mails or more lie here. Mail may be held that should not be: look at what they have in common.",
        most=most,
    )


def _choices(sender: str) -> list[Option]:
    """What can be said of a mail's sender, and of everybody at their domain."""
    local, _, domain = sender.rpartition("@")
    patterns = [sender, domain] if local and "." in domain else []
    return [
        Option(f"{treatment} {pattern}", f"{say(words)}: {pattern}")
        for treatment, words in TREATMENTS.items()
        for pattern in patterns
        if not set(pattern) & set(" \t")
    ]


def _shelved(kept: KeptMail) -> Shelved:
    return Shelved(
        id=kept.id,
        is_readable=kept.state != _UNREADABLE,
        cause=say(_CAUSES[Cause(kept.cause)] if kept.cause else _PARTS[_UNREADABLE]),
        reason=" ".join(told(reason) for reason in kept.reasons) or say("Nobody wrote down why."),
        error=kept.last_error,
        sender=kept.author or kept.sender,
        choices=_choices(kept.author or kept.sender),
        subject=kept.subject or "",
        received_at=kept.received_at,
        size=kept.size,
        tries=kept.tries,
        url=f"{_URL}/{kept.id}",
    )
