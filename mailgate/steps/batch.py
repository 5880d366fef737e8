"""What filing a batch of one organisation's letters needs to know, and how a letter gets its outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mailgate.mail import Cause, Try
from mailgate.steps.workshop import Workshop
from mailgate.store.db import Session
from mailgate.store.kept import KeptMail
from mailgate.store.office import Mailbox
from mailgate.store.organisations import Organisation
from mailgate.store.people import Person
from mailgate.store.senders import SenderRule
from mailgate.store.tickets import Recent
from mailgate.thread.evidence import Evidence


@dataclass
class Batch:
    """One batch, in one transaction. What is filed changes what later letters of the same batch find."""

    session: Session
    shop: Workshop
    organisation: Organisation
    mailboxes: dict[int, Mailbox]
    evidence: Evidence
    people: dict[str, Person]
    read_before: dict[bytes, list[KeptMail]]  # by content: earlier deliveries, to whichever mailbox
    recent: dict[int, list[Recent]]  # by person: what they asked for in the last days, newest first
    lately: Counter[int]  # by person: how many requests they made in the last hour, as far as there is a limit
    senders: dict[str, SenderRule]  # the block and allow lists, as far as they speak of this batch's senders
    numbers: list[str]
    now: datetime
    to_follow: int = 0

    def when(self, row: KeptMail) -> datetime:
        """When what a mail says was said: just now, unless it was imported."""
        return row.dated or self.now


def settle(
    row: KeptMail,
    outcome: str,
    reasons: Sequence[str],
    *,
    ticket_id: int | None = None,
    trail: Sequence[Try] = (),
) -> None:
    """Give a mail its outcome, once."""
    row.outcome, row.state, row.ticket_id = outcome, "done", ticket_id
    row.reasons = [reason for reason in reasons if reason]
    row.trail = [[step.signal, step.value[:300], step.result] for step in trail]


def hold(row: KeptMail, cause: Cause, reason: str, *, ticket_id: int | None = None, trail: Sequence[Try] = ()) -> None:
    """Lay a mail on the shelf, where a person decides."""
    settle(row, "held", [reason], ticket_id=ticket_id, trail=trail)
    row.state, row.cause = "held", cause.value
