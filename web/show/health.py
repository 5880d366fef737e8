"""What waits, in words: whether it is well, worth a look, or wrong."""

from __future__ import annotations

from typing import NamedTuple

from mailgate.store.health import Backlog

SLOW, STUCK = 60, 300  # seconds that something waits


class Finding(NamedTuple):
    """One line: `state` is good, warn or bad; `url`: where to look."""

    part: str
    state: str
    words: str
    url: str = ""


def of_backlog(found: Backlog, shelf_alarm: int) -> list[Finding]:
    """What an organisation's queues say."""
    failed, shelved = found.failed, sum(found.shelf.values())
    causes = ", ".join(f"{cause} {count}" for cause, count in sorted(found.shelf.items()))
    return [
        _queue("Reading", found.to_read, found.read_age, "mail"),
        _queue("Following", found.to_follow, found.follow_age, "event"),
        _queue("Leaving", found.to_send, found.send_age, "letter", "/admin/outbox?state=waiting"),
        Finding(
            "Letters", "warn" if failed else "good",
            f"{failed} failed or came back in seven days." if failed else "None failed in seven days.",
            "/admin/outbox?state=failed" if failed else "",
        ),
        Finding(
            "Shelf", "warn" if shelf_alarm and shelved >= shelf_alarm else "good",
            f"{shelved} {'mail lies' if shelved == 1 else 'mails lie'} there{f': {causes}' if causes else ''}.",
            "/admin/shelf",
        ),
    ]  # fmt: skip


def _queue(part: str, count: int, age: float, noun: str, url: str = "") -> Finding:
    if not count:
        return Finding(part, "good", f"No {noun} waits.")
    state = "bad" if age > STUCK else "warn" if age > SLOW else "good"
    nouns, wait = (noun, "waits") if count == 1 else (noun if noun == "mail" else f"{noun}s", "wait")
    return Finding(part, state, f"{count} {nouns} {wait}, the oldest for {age:.0f} s.", url)
