"""Tell what becomes of each mail: a line when it has been read, and one for its answer, or for why there is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from queue import SimpleQueue

from mailgate import log
from mailgate.errors import Temporary
from mailgate.store.db import Database, Session
from mailgate.store.events import Event, newest_events
from mailgate.store.kept import KeptMail, list_kept
from mailgate.store.tickets import Ticket, by_ids

_GLANCE = 0.25  # seconds
_IN_SIGHT = 200  # so many of the newest are looked at

_log = log.get("demo")


class Watch:
    """Looks again and again, and remembers what it has told."""

    def __init__(self, database: Database, org: int) -> None:
        self._database = database
        self._org = org
        self._told: set[tuple[str, int]] = set()
        self._heard: SimpleQueue[str] = SimpleQueue()
        self._look()  # what had happened before is no news

    def hear(self, line: str) -> None:
        """Somebody else has something to tell, too: it is told after whatever led to it."""
        self._heard.put(line)

    def until(self, pause: Callable[[float], bool]) -> None:
        """Tell what happens until `pause` says that it is time to stop."""
        while not pause(_GLANCE):
            heard = [self._heard.get() for _ in range(self._heard.qsize())]
            try:
                seen = self._look()
            except Temporary:  # the database comes back, and what happened meanwhile is told then
                seen = []
            for line in [*seen, *heard]:
                _log.info("%s", line)

    def _look(self) -> list[str]:
        with self._database.desk(self._org) as session:
            read = list_kept(session, states=("done", "held", "quarantined"), before=None, limit=_IN_SIGHT)
            silences = [event for event in newest_events(session, _IN_SIGHT) if event.kind == "not_acknowledged"]
            known = {*(("mail", kept.id) for kept in read), *(("event", event.id) for event in silences)}
            fresh = known - self._told
            self._told = known
            read = [kept for kept in reversed(read) if ("mail", kept.id) in fresh]
            silences = [event for event in reversed(silences) if ("event", event.id) in fresh]
            return _lines(session, read, silences)


def _lines(session: Session, read: Sequence[KeptMail], silences: Sequence[Event]) -> list[str]:
    wanted = {kept.ticket_id for kept in read if kept.ticket_id} | {event.ticket_id for event in silences}
    tickets = by_ids(session, wanted)
    return [_outcome(kept, tickets) for kept in read] + [_silence(event, tickets) for event in silences]


def _outcome(kept: KeptMail, tickets: dict[int, Ticket]) -> str:
    ticket = tickets.get(kept.ticket_id or 0)
    where = f" {ticket.number}" if ticket else ""
    why = f" ({kept.reasons[0]})" if kept.reasons and kept.state != "done" else ""
    return (
        f'{kept.sender or "<>"} → {kept.recipient} "{kept.subject or ""}" kept as {kept.id}: {kept.outcome}{where}{why}'
    )


def _silence(event: Event, tickets: dict[int, Ticket]) -> str:
    reasons = ", ".join(map(str, event.data.get("reasons", [])))
    return f"{tickets[event.ticket_id].number} gets no automatic answer: {reasons}"
