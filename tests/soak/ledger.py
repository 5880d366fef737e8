"""The ledger at the end: every acknowledged mail exactly once, each answered once, and memory that did not grow."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from statistics import median

from sqlalchemy import text

from tests.soak.gateway import Up
from tests.soak.stream import Sent
from tests.support.relay import Taken

UNFINISHED = (
    "SELECT (SELECT count(*) FROM kept_mail WHERE state = 'waiting') + (SELECT count(*) FROM unfollowed_events)"
    " + (SELECT count(*) FROM outbox WHERE state NOT IN ('sent', 'delivered'))"
)
_FEWEST_SAMPLES = 30
_GROWTH, _MORE = 1.2, 30 * 2**20


def wrong(gateway: Up, acknowledged: Sequence[Sent], letters: Sequence[Taken]) -> list[str]:
    """What is not as it must be, in words; nothing when all is well."""
    kept = gateway.count("SELECT count(*) FROM kept_mail")
    outcomes = gateway.count("SELECT count(*) FROM kept_mail WHERE outcome IS NOT NULL")
    waiting = gateway.count("SELECT count(*) FROM kept_mail WHERE state = 'waiting'")
    found = [f"kept {kept} is not {outcomes} outcomes + {waiting} waiting"] if kept != outcomes + waiting else []
    tickets = _tickets_by_message(gateway)
    for sent in acknowledged:
        where = tickets.get(sent.message_id, [])
        if len(where) != 1:
            found.append(f"{sent.message_id} was acknowledged, and is on {len(where)} tickets")
        elif where != tickets.get(sent.first, where):
            found.append(f"{sent.message_id} is not on the ticket of {sent.first}")
    answers: defaultdict[str, set[str]] = defaultdict(set)
    for letter in letters:
        answers[letter.recipient].add(str(letter.mail["Message-ID"]))
    found += [f"{who} got {len(ids)} answers to one mail" for who, ids in answers.items() if len(ids) > 1]
    return found


def repeated(letters: Sequence[Taken]) -> int:
    """Letters that came again under their Message-ID, as they may after a kill in the middle of sending."""
    return sum(count - 1 for count in Counter(str(letter.mail["Message-ID"]) for letter in letters).values())


def growth(samples: Sequence[int]) -> str | None:
    """How memory grew, if it did: the last third against the first, the start left out."""
    if len(samples) < _FEWEST_SAMPLES:
        return None
    settled = samples[len(samples) // 10 :]
    third = len(settled) // 3
    before, after = median(settled[:third]), median(settled[-third:])
    if after <= before * _GROWTH + _MORE:
        return None
    return f"memory grew from {before / 2**20:.0f} to {after / 2**20:.0f} MB"


def _tickets_by_message(gateway: Up) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    with gateway.owner.engine.begin() as connection:
        rows = connection.execute(text("SELECT message_id, ticket_id FROM messages WHERE direction = 'in'"))
        for message_id, ticket_id in rows:
            found.setdefault(message_id, []).append(ticket_id)
    return found
