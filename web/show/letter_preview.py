"""A letter as its reader will see it, made of words that may not be saved yet; and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from mailgate.compose.about import needed, sample, variables
from mailgate.compose.letters import TO_AGENTS, write
from mailgate.compose.mistakes import Mistake
from mailgate.compose.sandbox import check
from mailgate.compose.wording import BLOCKS
from mailgate.errors import BadInput
from mailgate.mail import Draft, Task, Wording
from mailgate.office.letters import Place, letters
from mailgate.store.db import Session
from mailgate.store.messages import last_letter_in
from mailgate.store.office import Mailbox, mailbox_by_id, mailboxes
from mailgate.store.tickets import Ticket, by_number
from mailgate.tickets.tasks import token
from web.access import who
from web.db import tools
from web.speech import later

# What the frame of a preview may do: show styles, and be reached by the page around it.
POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-same-origin"
)
_MISSING = later('it must name "%(name)s", which is what this letter is for')
LOOKS = {"mail": later("Mail"), "phone": later("Phone"), "dark": later("Dark"), "text": later("Plain text")}
_DARK = re.compile(r"@media \(prefers-color-scheme: dark\)")
_SCHEMES = re.compile(r'content="light dark"')
_EXCERPT = 500


@dataclass(frozen=True, slots=True)
class Preview:
    """What a preview shows."""

    sender: str
    to: str
    subject: str
    text: str
    html: str
    look: str
    mistakes: list[Mistake]
    trouble: str | None


def mistakes_in(place: Place, wording: Wording) -> list[Mistake]:
    """What is wrong with the words of a letter or a block."""
    known = {variable.name for variable in variables(place.name)}
    fields = {"subject": wording.subject, "text": wording.text, "html": wording.html}
    return [*check({name: source for name, source in fields.items() if source}, known), *_left_out(place, wording)]


def _left_out(place: Place, wording: Wording) -> Iterator[Mistake]:
    """An answer without the agent's words, a sign-in letter without its link: neither may be saved."""
    for name in needed(place.name):
        for field, source in (("text", wording.text), ("html", wording.html)):
            if source and not re.search(rf"\{{\{{-?\s*{name}\b", source):
                yield Mistake(field, 1, _MISSING % {"name": name})


def require_sound(place: Place, wording: Wording) -> None:
    """Refuse words that no letter can be made of."""
    if found := mistakes_in(place, wording):
        raise BadInput(found[0].sentence, **{each.field: each.sentence for each in reversed(found)})


def preview(session: Session, place: Place, wording: Wording | None, number: str, look: str) -> Preview:
    """`number` names a real ticket; without one it is an invented one."""
    mistakes = mistakes_in(place, wording) if wording is not None else []
    task = dressed(session, place, wording, number)
    draft = write(task, stand_ins={each.name: f"[{each.name}?]" for each in mistakes if each.name})
    return Preview(
        sender=f"{task.sender.name} <{task.sender.address}>", to=task.to[0].address, subject=draft.subject,
        text=draft.text, html=_in(look, draft.html), look=look, mistakes=mistakes,
        trouble=draft.trouble,
    )  # fmt: skip


def sample_of(session: Session, place: Place, wording: Wording, number: str, to: str) -> tuple[Mailbox, Draft]:
    """A letter to whoever tries it, and the mailbox it comes from. It names no ticket in its subject."""
    mailbox = _mailbox(session, place, _ticket(session, number))
    task = dressed(session, place, wording, number)
    message_id = tools().marks.check_id(mailbox.domain)
    task = replace(task, to=(type(task.sender)(to),), token=None, message_id=message_id, automatic="auto-generated")
    return mailbox, write(task)


def dressed(session: Session, place: Place, wording: Wording | None, number: str) -> Task:
    """The task of a letter with these words, and with whatever else this office has made of its letters."""
    ticket = _ticket(session, number)
    mailbox = _mailbox(session, place, ticket)
    letter = "received" if place.name in BLOCKS else place.name
    task = sample(letter, place.language, desk=mailbox.name, mailbox=mailbox.address, **_known(session, ticket))
    if ticket is not None:
        is_theirs = letter in {each.__name__ for each in TO_AGENTS}
        address = "agent@example.org" if is_theirs else ticket.requester_address
        task = replace(task, to=(type(task.sender)(address),), token=task.token and token(ticket))
    chosen = letters(session).chosen(replace(place, name=letter), is_on=True)
    blocks = dict(chosen.blocks)
    if place.name in BLOCKS:
        if wording is not None:
            blocks[place.name] = wording.text
        return replace(task, own=chosen.wording, own_blocks=blocks)
    return replace(task, own=wording, own_blocks=blocks)


def _mailbox(session: Session, place: Place, ticket: Ticket | None) -> Mailbox:
    """Where it is for all of them, that of the ticket: its letters come from there."""
    mailbox_id = place.mailbox_id or (ticket.mailbox_id if ticket is not None else None)
    if mailbox_id is not None:
        return mailbox_by_id(session, mailbox_id)
    found = next((mailbox for mailbox in mailboxes(session) if mailbox.active), None)
    if found is None:
        raise BadInput("There is no mailbox yet that a letter could come from. Add one with `mailgate mailbox add`.")
    return found


def _ticket(session: Session, number: str) -> Ticket | None:
    number = number.strip()
    ticket = by_number(session, number) if number else None
    if number and ticket is None:
        raise BadInput(f"There is no ticket {number[:100]}.", number="is not known")
    return ticket


def _known(session: Session, ticket: Ticket | None) -> dict[str, str]:
    """What a real ticket can tell; the rest is invented."""
    if ticket is None:
        return {}
    base = tools().settings.public_url
    last = last_letter_in(session, ticket.id)
    return {
        "number": ticket.number,
        "subject": ticket.subject,
        "customer": last.author if last is not None else ticket.requester_address,
        "words": last.text[:_EXCERPT] if last is not None else "",
        "status": ticket.status,
        "by": who().name,
        "agent": who().name,
        "status_url": f"{base}/status?number={ticket.number}",
        "ticket_url": f"{base}/t/{ticket.number}",
    }


def _in(look: str, html: str) -> str:
    """A browser tells a letter whether it is dark outside; a preview says so itself."""
    is_dark = look == "dark"
    html = _DARK.sub("@media all" if is_dark else "@media not all", html)
    return _SCHEMES.sub('content="dark"' if is_dark else 'content="light"', html)
