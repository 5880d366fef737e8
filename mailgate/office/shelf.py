"""What people decide about mail on the shelf: onto a ticket, a request of its own, or nothing."""

from __future__ import annotations

from datetime import datetime

from mailgate.errors import BadInput, Conflict, NotFound
from mailgate.mail import Ruling
from mailgate.office.senders import checked_pattern, treat
from mailgate.store import kept
from mailgate.store.db import Session
from mailgate.store.kept import SHELVED, KeptMail, kept_by_id, put_back
from mailgate.store.senders import patterns_of
from mailgate.store.tickets import by_number


def file_it(session: Session, kept_id: int, number: str | None, by: str) -> KeptMail:
    """Put a held mail on this ticket, or (None) on a new one. A worker carries it out, as it files all mail."""
    mail = _on_the_shelf(session, kept_id)
    if mail.state == "quarantined":
        raise Conflict("It could not be read, so it can be on no ticket yet. Download it, or have it read again.")
    ticket = by_number(session, number) if number is not None else None
    if number is not None and ticket is None:
        raise BadInput(f"There is no ticket {number}.", ticket="is not known")
    put_back(session, [mail.id], Ruling(by, ticket.id if ticket is not None else None))
    return mail


def treat_sender(session: Session, kept_id: int, pattern: str, treatment: str, by: str, at: datetime) -> KeptMail:
    """Let a held mail's sender in, and have the mail read again; or block them, and discard it where that is said."""
    mail = _on_the_shelf(session, kept_id)
    if checked_pattern(pattern) not in patterns_of(mail.author or mail.sender):
        raise BadInput(f"This mail is not from {pattern}.", pattern="is not its sender, nor their domain")
    treat(session, pattern, treatment, by, at)
    if treatment == "allow":
        put_back(session, [mail.id])
    if treatment == "discard":
        kept.discard(session, [mail.id], by, f"{by} blocked {pattern} and discarded it.")
    return mail


def discard(session: Session, kept_id: int, by: str) -> KeptMail:
    """Nothing comes of a mail. Its bytes stay as long as those of any other."""
    mail = _on_the_shelf(session, kept_id)
    kept.discard(session, [mail.id], by, f"{by} discarded it.")
    return mail


def _on_the_shelf(session: Session, kept_id: int) -> KeptMail:
    mail = kept_by_id(session, kept_id)
    if mail is None:
        raise NotFound(f"There is no kept mail {kept_id}.")
    if mail.state not in SHELVED:
        raise Conflict("Only mail that is held or quarantined lies on the shelf.")
    return mail
