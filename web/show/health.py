"""What waits, in words: whether it is well, worth a look, or wrong."""

from __future__ import annotations

from typing import NamedTuple

from mailgate.store.health import Backlog
from web.speech import later, say, say_count

SLOW, STUCK = 60, 300  # seconds that something waits


class Finding(NamedTuple):
    """One line: `state` is good, warn or bad; `url`: where to look."""

    part: str
    state: str
    words: str
    url: str = ""


class _Nouns(NamedTuple):
    """What waits, in words."""

    none: str
    one: str
    several: str


_MAILS = _Nouns(later("No mail waits."), later("%(num)s mail waits."), later("%(num)s mails wait."))
_EVENTS = _Nouns(later("No event waits."), later("%(num)s event waits."), later("%(num)s events wait."))
_LETTERS = _Nouns(later("No letter waits."), later("%(num)s letter waits."), later("%(num)s letters wait."))


def of_backlog(found: Backlog, shelf_alarm: int) -> list[Finding]:
    """What an organisation's queues say."""
    failed, shelved = found.failed, sum(found.shelf.values())
    causes = ", ".join(f"{cause} {count}" for cause, count in sorted(found.shelf.items()))
    told_causes = f" {causes}." if causes else ""
    return [
        _queue(say("Reading"), found.to_read, found.read_age, _MAILS),
        _queue(say("Following"), found.to_follow, found.follow_age, _EVENTS),
        _queue(say("Leaving"), found.to_send, found.send_age, _LETTERS, "/admin/outbox?state=waiting"),
        Finding(
            say("Letters"), "warn" if failed else "good",
            say("%(failed)s failed or came back in seven days.", failed=failed)
            if failed
            else say("None failed in seven days."),
            "/admin/outbox?state=failed" if failed else "",
        ),
        Finding(
            say("Shelf"), "warn" if shelf_alarm and shelved >= shelf_alarm else "good",
            say_count("%(num)s mail lies there.", "%(num)s mails lie there.", shelved) + told_causes,
            "/admin/shelf",
        ),
    ]  # fmt: skip


def _queue(part: str, count: int, age: float, nouns: _Nouns, url: str = "") -> Finding:
    if not count:
        return Finding(part, "good", say(nouns.none))
    state = "bad" if age > STUCK else "warn" if age > SLOW else "good"
    waiting = say_count(nouns.one, nouns.several, count)
    return Finding(
        part, state, f"{waiting} {say('The oldest has waited for %(seconds)s s.', seconds=f'{age:.0f}')}", url
    )
