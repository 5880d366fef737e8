"""Mail nobody asked for: the block and allow lists, the mark of a spam filter, a folder for junk."""

from __future__ import annotations

from dataclasses import dataclass

from mailgate.mail import Cause, Try
from mailgate.steps.batch import Batch, hold, settle
from mailgate.store.kept import KeptMail
from mailgate.store.senders import SenderRule, patterns_of
from mailgate.thread.arrival import Arrival
from mailgate.thread.decide import Decision

_DEEDS = {"allow": "lets in", "hold": "holds back", "discard": "discards"}


@dataclass(frozen=True, slots=True)
class Unwanted:
    """Why a mail is filed on no ticket. `cause`: what it is held for; None: nothing comes of it at all."""

    cause: Cause | None
    reason: str
    trail: tuple[Try, ...]


def senders_of(arrival: Arrival) -> tuple[str, ...]:
    """Who may be meant by a rule on senders: whoever says they wrote it, and whoever the envelope names."""
    return tuple(dict.fromkeys(each for each in (arrival.sender, arrival.envelope.sender.lower()) if "@" in each))


def why_unwanted(batch: Batch, arrival: Arrival, decision: Decision) -> Unwanted | None:
    """Blocked is blocked; allowed beats spam, unless the sender is forged; agents who prove who they are send none."""
    blocked = _block(batch, arrival)
    if blocked is not None:
        word = Try("block list", blocked.pattern, f"{blocked.by} blocked it")
        reason = f"The block list {_DEEDS[blocked.treatment]} mail from {blocked.pattern}: {blocked.by} put it there."
        return Unwanted(Cause.BLOCKED if blocked.treatment == "hold" else None, reason, (word,))
    mark = _mark(arrival)
    if mark is None or decision.agent is not None:
        return None
    if is_let_in(batch, arrival):
        return None
    trail = [Try("spam filter", arrival.sender or "nobody", mark)]
    if (allowed := _narrowest(batch, arrival.sender)) is not None:
        why = "lets it in, but the mail fails its sender's own authentication rules"
        trail.append(Try("allow list", allowed.pattern, why))
    return Unwanted(Cause.SPAM, mark, tuple(trail))


def is_let_in(batch: Batch, arrival: Arrival) -> bool:
    """Whether somebody put the sender on the allow list; a forged mail in their name is nobody's."""
    rule = _narrowest(batch, arrival.sender)
    return rule is not None and rule.treatment == "allow" and arrival.verdict.is_answerable


def set_aside(row: KeptMail, unwanted: Unwanted, decision: Decision) -> None:
    """Give an unwanted mail its outcome; the shelf knows which ticket it says it belongs to."""
    trail = [*decision.trail, *unwanted.trail]
    if unwanted.cause is None:
        settle(row, "discarded", [unwanted.reason], trail=trail)
        return
    ticket_id = decision.ticket.id if decision.ticket is not None else None
    hold(row, unwanted.cause, unwanted.reason, ticket_id=ticket_id, trail=trail)


def _block(batch: Batch, arrival: Arrival) -> SenderRule | None:
    """The rule that blocks it. A narrower rule beats a wider one: one person of a blocked company can be let in."""
    rules = [rule for sender in senders_of(arrival) if (rule := _narrowest(batch, sender)) is not None]
    return next((rule for rule in rules if rule.treatment != "allow"), None)


def _narrowest(batch: Batch, sender: str) -> SenderRule | None:
    return next((batch.senders[pattern] for pattern in patterns_of(sender) if pattern in batch.senders), None)


def _mark(arrival: Arrival) -> str | None:
    if arrival.spam is not None:
        return arrival.spam
    if arrival.envelope.is_junk:
        folder = f" {arrival.envelope.folder}" if arrival.envelope.folder else ""
        return f"It lay in the folder{folder} where its host puts spam."
    return None
