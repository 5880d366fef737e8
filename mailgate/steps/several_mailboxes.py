"""One mail, several mailboxes: a ticket for each where that is meant, one for all where the others are copies."""

from __future__ import annotations

from dataclasses import dataclass

from mailgate.mail import Kind
from mailgate.steps.batch import Batch
from mailgate.store.kept import KeptMail
from mailgate.thread.arrival import Arrival
from mailgate.thread.decide import Decision


@dataclass(frozen=True, slots=True)
class Twins:
    """Earlier deliveries of the same mail: to this mailbox, and those to others that are on tickets."""

    here: KeptMail | None
    elsewhere: tuple[KeptMail, ...]

    @property
    def opened(self) -> tuple[int, ...]:
        """The tickets the same mail opened in other mailboxes."""
        return tuple(
            twin.ticket_id for twin in self.elsewhere if twin.ticket_id is not None and twin.outcome == "opened"
        )

    def copy_of(self, decision: Decision, arrival: Arrival) -> KeptMail | None:
        """The delivery this one only repeats.

        What belongs to a ticket stands on it once. What a list sent round is one request, however many mailboxes of
        ours are on the list. Whoever names two mailboxes in To, Cc or Bcc, means both.
        """
        for twin in self.elsewhere:
            if decision.ticket is not None and twin.ticket_id == decision.ticket.id:
                return twin
            if decision.ticket is None and arrival.letter.kind == Kind.LIST:
                return twin
        return None


def twins_of(batch: Batch, row: KeptMail, arrival: Arrival) -> Twins:
    """The earlier deliveries; from now on this one is an earlier delivery, too."""
    before = batch.read_before.setdefault(arrival.same, [])
    here = next((kept for kept in before if kept.mailbox_id == row.mailbox_id), None)
    elsewhere = tuple(kept for kept in before if kept.mailbox_id != row.mailbox_id and kept.ticket_id is not None)
    if here is None:
        before.append(row)
    return Twins(here, elsewhere)
