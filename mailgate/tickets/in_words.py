"""Say in words what happened: sentences for outcomes, events and deliveries, the same on every page and terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mailgate.store.events import Event
from mailgate.store.kept import KeptMail
from mailgate.store.outbox import OutboxCopy

DOORS = {
    "smtp": "by SMTP",
    "submission": "by SMTP, signed in,",
    "lmtp": "by LMTP",
    "imap": "by IMAP",
    "pipe": "through the pipe",
    "import": "by an import",
    "api": "through the API",
    "form": "through the form",
}
KINDS = {
    "person": "a person's mail",
    "auto-reply": "an automatic reply",
    "out-of-office": "an out-of-office reply",
    "bounce": "a report that a letter did not arrive",
    "delay": "a report that a letter is late",
    "receipt": "a receipt",
    "complaint": "a complaint about spam",
    "list": "a mailing list's mail",
    "loop": "a mail that runs in circles",
}
CAUSES = {
    "forged-sender": "Forged sender",
    "spam": "Spam",
    "loop": "Loop",
    "blocked": "Blocked sender",
    "over-limits": "Over limits",
    "unauthenticated-agent": "Agent not authenticated",
    "hostile": "Hostile",
    "verification": "Another service's verification",
}
_OUTCOMES = {
    "opened": "It opened {ticket}.",
    "appended": "It was added to {ticket}.",
    "bounce": "It is a delivery report.",
    "complaint": "It is a complaint about spam.",
    "duplicate": "It had come before: nothing more was done.",
    "held": "It is held back, on the shelf.",
    "quarantined": "It is quarantined, on the shelf.",
    "discarded": "It asks for nothing: it was set aside.",
}
_EVENTS = {
    "opened": "{who} opened the ticket.",
    "acknowledged": "{who} wrote the automatic answer.",
    "not_acknowledged": "No automatic answer was written.",
    "customer_wrote": "{who} wrote again.",
    "answered": "{who} answered.",
    "answered_directly": "{who} answered the customer directly.",
    "forwarded": "{who} asked {recipient} aside.",
    "side_answered": "{who} answered aside.",
    "noted": "{who} left a note.",
    "link_asked": "{who} asked for the private link.",
    "changed": "{who} changed the ticket.",
    "bounced": "The letter to {recipient} came back.",
    "not_sent": "The letter to {recipient} could not be sent.",
    "not_sent_yet": "The letter to {recipient} has not left for four hours.",
    "answer_withdrawn": "{who} took the answer back before it left.",
    "answer_left": "The answer left, which was to leave later.",
    "answer_held": "The answer was held back, because the customer wrote meanwhile.",
    "sent_again": "{who} had the letter to {recipient} sent.",
    "cancelled": "{who} stopped the letter to {recipient}.",
    "delayed": "The letter to {recipient} is late.",
    "complained": "{recipient} complained about our letter.",
    "merged": "{who} merged the ticket into another one.",
    "took_in": "{who} merged another ticket into this one.",
    "file_withheld": "A file is withheld.",
    "mail_discarded": "A mail that was held beside this ticket was discarded.",
    "sender_allowed": "{who} let this sender in: their mail is not held as spam.",
    "sender_blocked": "{who} blocked this sender.",
    "sender_forgotten": "{who} took this sender off the block and allow lists.",
    "linked": "Another ticket has to do with this one.",
    "at_risk": "{promise} is at risk: policy {policy}.",
    "notified": "{who} has somebody look at it.",
    "breached": "{promise} is late: policy {policy}.",
    "escalated": "{when}: policy {policy}.",
    "survey_asked": "The customer is asked whether we were of help.",
    "rated": "{who} said whether we were of help.",
    "escalated_by_hand": "{who} escalated the ticket.",
    "brought_back": "{who} brought the ticket back from its escalation.",
    "unlinked": "{who} took a link away.",
    "unmerged": "{who} took the ticket apart again from the one it was merged into.",
    "let_go": "{who} took another ticket out of this one again.",
    "customer_told": "A letter went to the customer.",
    "customer_not_told": "A letter to the customer was not written.",
    "letter_asked": "{who} asked for a letter to the customer.",
    "webhook_failed": "A webhook could not be called.",
    "ruled": "{who} acted.",
    "not_ruled": "Rules let the ticket be.",
    "split": "{who} made a ticket of its own of what was said from one message on.",
    "split_off": "{who} made this ticket of what was said in another one.",
    "snoozed": "{who} put the ticket out of sight for a while.",
    "woke": "{who} brought the ticket back into sight.",
    "not_routed": "Nobody could be given the ticket yet.",
}
GOALS = {
    "first_response": "The first response",
    "next_response": "The next response",
    "resolution": "The resolution",
    "assignment": "The assignment",
}
_TOLD = {"assignee": "whoever has the ticket", "team": "their team", "admins": "the admins"}
_FIELDS = {
    "claims": "It says it belongs to {}, which its sender takes no part in.",
    "follows": "It follows {}, which had been closed too long to be opened again.",
    "follows_by": "{} follows it: the customer wrote again when it had been closed too long to be opened again.",
    "same-mail": "The same mail opened {} in another mailbox.",
    "same-mail_by": "The same mail opened {} in another mailbox.",
    "perhaps": "The same sender wrote under the same subject not long ago: see {}.",
    "letter": "The letter: {}.",
    "closes": "It is to be closed on {}.",
    "into": "It goes on in {}.",
    "ticket": "{} goes on here.",
    "commented": "They said more about it.",
    "answer": "{}",
    "note": "{}",
    "machine": "It was written by a machine: {}.",
    "until": "Until {}.",
    "related": "It has to do with {}.",
    "from": "It was part of {}.",
    "new": "They went on in {}.",
}
_EACH = {
    "along": "{} came along.",
    "joined": "{} takes part from now on.",
    "mentioned": "It calls {}.",
}
_HIDDEN = {
    "recipient",
    "later",
    "unanswerable",
    "imported",
    "of_message",
    "passed_on",
    "step",
    "goal",
    "minutes",
    "due",
    "promised",
    "policy",
    "team_name",
    "rule",
    "rules",
    "was",
}  # told in the sentence itself, and by the event that follows


def came(kept: KeptMail) -> str:
    """How a mail reached us."""
    door = DOORS.get(kept.door, kept.door)
    sender = f"<{kept.sender}>" if kept.sender else "the null sender <>"
    if kept.peer and kept.peer != kept.door:
        return f"It came in {door} from {kept.peer}, sent by {sender} to <{kept.recipient}>, {kept.size:,} bytes."
    return f"It came in {door}, sent by {sender} to <{kept.recipient}>, {kept.size:,} bytes."


def outcome(kept: KeptMail, ticket: str | None) -> str:
    """What became of a mail."""
    if kept.outcome is None:
        return "It waits to be read."
    return _OUTCOMES.get(kept.outcome, kept.outcome).format(ticket=ticket or "a ticket")


def happened(event: Event) -> str:
    """One event of a ticket."""
    sentence = _EVENTS.get(event.kind, f"{{who}}: {event.kind.replace('_', ' ')}.")
    recipient = str(event.data.get("recipient") or "somebody")
    return sentence.format(who=event.actor_name or "Somebody", recipient=recipient, **promised(event.data))


def promised(data: Mapping[str, Any]) -> dict[str, str]:
    """What an event says of a promise: which, by which policy, and how far before or after it was due."""
    promise = GOALS.get(str(data.get("goal")), "What was promised")
    minutes, what = int(data.get("minutes") or 0), promise[:1].lower() + promise[1:]
    when = f"{promise} is due" if not minutes else f"{span(-minutes)} before {what} is due"
    if minutes > 0:
        when = f"{span(minutes)} after {what} was due"
    return {"promise": promise, "policy": str(data.get("policy") or ""), "when": when}


def span(minutes: int) -> str:
    """Working time in words: `1 h 30 min`."""
    hours, rest = divmod(minutes, 60)
    return " ".join([f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest or not hours))


def details(data: Mapping[str, Any]) -> list[str]:
    """What an event says beyond its sentence: reasons, changes as before and after, a relay's words."""
    told: list[str] = []
    for name, value in data.items():
        if name in _HIDDEN:
            continue
        if name == "does":
            told += _done(value)
            continue
        if name == "fields":
            told += [f"{field}: {_shown(before)} → {_shown(after)}" for field, (before, after) in value.items()]
            continue
        if name == "reasons" and isinstance(value, list):
            told += [str(reason) for reason in value]
        elif name == "woke":
            told.append("It came back into sight.")
        elif name in _EACH:
            told += [_EACH[name].format(one) for one in (value.values() if isinstance(value, dict) else value)]
        elif name in _FIELDS:
            told.append(_FIELDS[name].format(value))
        elif isinstance(value, list) and len(value) == 2:  # noqa: PLR2004 - before and after
            told.append(f"{_label(name)}: {_shown(value[0])} → {_shown(value[1])}")
        else:
            told.append(f"{_label(name)}: {_shown(value)}")
    return told


def _done(does: Mapping[str, Any]) -> list[str]:
    """Whom a step tells; what it changes is told by the change."""
    told = [_TOLD.get(str(who), str(who)) for who in does.get("notify", ())]
    told += ["the customer"] if does.get("tell_customer") else []
    rule = [f"{does['webhook']} is called."] if does.get("webhook") else []
    rule += [f"The rule “{does['rule']}” is asked."] if does.get("rule") else []
    return [f"To be told: {', '.join(told)}."] * bool(told) + rule


def delivery(copy: OutboxCopy) -> str:
    """Where one copy of a letter stands."""
    to = f"The copy for {copy.recipient}"
    said = f" {copy.answer}" if copy.answer else ""
    tries = f"{copy.tries} {'try' if copy.tries == 1 else 'tries'}"
    if copy.state == "waiting":
        return f"{to} waits, next try at {copy.next_try:%Y-%m-%d %H:%M:%S}.{f' After {tries}:{said}' if said else ''}"
    if copy.state == "sending":
        return f"{to} is on its way (try {copy.tries})."
    if copy.state in ("sent", "delivered"):
        return f"{to} was {copy.state} at {copy.sent_at or copy.created_at:%Y-%m-%d %H:%M:%S}. The relay said:{said}"
    words = {
        "held": "is held back",
        "failed": f"failed after {tries}",
        "bounced": "came back",
        "cancelled": "was cancelled",
    }
    return f"{to} {words.get(copy.state, copy.state)}.{said}"


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _shown(value: Any) -> str:
    if value is None or value == []:
        return "none"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
