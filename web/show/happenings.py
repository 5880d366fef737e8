"""What happened to a ticket, in a few words and for whoever looks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mailgate.store.events import Event
from mailgate.tickets.in_words import promised
from web.look import day_and_month
from web.show import words
from web.speech import later, say, spoken, told

_SYMBOLS = {
    "bounced": "warning",
    "file_withheld": "warning",
    "not_sent": "warning",
    "not_sent_yet": "warning",
    "complained": "warning",
    "answer_held": "pause",
    "breached": "warning",
    "escalated": "warning",
    "escalated_by_hand": "warning",
    "not_acknowledged": "machine",
    "customer_not_told": "machine",
    "link_asked": "link",
    "linked": "link",
    "split": "link",
    "split_off": "link",
    "not_routed": "person",
    "snoozed": "clock",
    "woke": "clock",
}
_SAID = {
    "opened": "{who} opened the ticket",
    "customer_wrote": "{who} wrote",
    "answered": "{who} answered",
    "answered_directly": "{who} answered the customer directly",
    "forwarded": "{who} asked {recipient} aside",
    "side_answered": "{who} answered aside",
    "noted": "{who} left a note",
    "acknowledged": "The automatic answer was written",
    "not_acknowledged": "No automatic answer: {reasons}",
    "customer_told": "A letter went to the customer",
    "customer_not_told": "No letter to the customer: {reasons}",
    "letter_asked": "{who} asked for a letter to the customer",
    "link_asked": "{who} asked for the private link",
    "bounced": "The letter to {recipient} came back",
    "not_sent": "The letter to {recipient} could not be sent",
    "not_sent_yet": "The letter to {recipient} has not left for four hours",
    "answer_withdrawn": "{who} took an answer back before it left",
    "answer_left": "The answer left, which was to leave later",
    "answer_held": "The answer is held back: the customer wrote meanwhile",
    "sent_again": "{who} had the letter to {recipient} sent",
    "cancelled": "{who} stopped the letter to {recipient}",
    "delayed": "The letter to {recipient} is late",
    "complained": "{recipient} complained about our letter",
    "merged": "{who} merged it into {into}",
    "took_in": "{who} merged {ticket} into it",
    "file_withheld": "Withheld: {reasons}",
    "mail_discarded": "A mail held beside the ticket was discarded",
    "sender_allowed": "{who} let this sender in",
    "sender_blocked": "{who} blocked this sender",
    "sender_forgotten": "{who} took this sender off the block and allow lists",
    "linked": "{other} has to do with it",
    "breached": "{promise} is late",
    "escalated": "{when}: escalated by the policy {policy}",
    "escalated_by_hand": "{who} escalated it to level {level}: {reason}",
    "brought_back": "{who} brought it back from its escalation",
    "unlinked": "{who} took the link with {related} away",
    "unmerged": "{who} took it apart again from {into}",
    "let_go": "{who} took {ticket} out of it again",
    "split": "{who} moved messages to {new}, a ticket of their own",
    "split_off": "{who} made it of messages of {from}",
    "snoozed": "{who} put it out of sight until {until}",
    "woke": "{who} brought it back into sight",
    "not_routed": "Nobody could be given it yet: {reasons}",
}
_IN_THREAD = {
    "changed",
    "not_acknowledged",
    "customer_not_told",
    "link_asked",
    "bounced",
    "not_sent",
    "not_sent_yet",
    "answer_withdrawn",
    "answer_held",
    "cancelled",
    "delayed",
    "complained",
    "merged",
    "took_in",
    "file_withheld",
    "sender_allowed",
    "sender_blocked",
    "sender_forgotten",
    "linked",
    "breached",
    "escalated",
    "escalated_by_hand",
    "brought_back",
    "unmerged",
    "let_go",
    "snoozed",
    "split",
    "split_off",
    "woke",
    "not_routed",
}  # the others are messages there


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened. In a thread it has no `who`: that tells it from a message."""

    text: str
    at: datetime
    symbol: str
    who: None = None


def happenings(events: Iterable[Event], me: int | None) -> list[Happening]:
    """Everything that happened, in order."""
    return [Happening(_text(event, me), event.at, _SYMBOLS.get(event.kind, "change")) for event in events]


def in_thread(events: Iterable[Event], me: int | None) -> list[Happening]:
    """What a thread shows between its messages; the move an answer makes is told by the answer."""
    return happenings((event for event in events if event.kind in _IN_THREAD), me)


def _text(event: Event, me: int | None) -> str:
    who = _who(event, me)
    if event.kind == "changed":
        changes = [
            _change(event, name, *pair) for name, pair in event.data.items() if name != "reasons" and _is_pair(pair)
        ]
        changes += [
            say("set the %(field)s to %(value)s", field=name, value=after or say("none"))
            for name, (_, after) in event.data.get("fields", {}).items()
        ]
        why = told(_why(event))
        return f"{who} {', '.join(changes) or say('changed the ticket')}{f' ({why})' if why else ''}"
    reasons = " ".join(told(reason) for reason in event.data.get("reasons", ()))
    sentence = say(_SAID.get(event.kind, f"{{who}}: {event.kind.replace('_', ' ')}"))
    values = {
        "recipient": event.data.get("recipient") or say("somebody"),
        "into": event.data.get("into"),
        "ticket": event.data.get("ticket"),
        **{name: told(value) for name, value in promised(event.data).items()},
        "other": event.data.get("related")
        or next((number for name, number in event.data.items() if name.endswith("_by")), say("Another ticket")),
        "related": event.data.get("related"),
        "new": event.data.get("new"),
        "from": event.data.get("from"),
        "until": _moment(event.data.get("until")),
        "level": (event.data.get("level") or [0, 0])[1],
        "reason": event.data.get("reason"),
    }
    return sentence.format(who=who, reasons=reasons, **values).rstrip(".")


def _who(event: Event, me: int | None) -> str:
    """Who did it. “You” goes with the same verb as a name in English; elsewhere a sentence keeps the name."""
    if me is not None and event.agent_id == me and spoken() == "en":
        return "You"
    return told(event.actor_name or later("Somebody"))


def _why(event: Event) -> str:
    """The first of its reasons, without the name it begins with: the change has that."""
    first = str(next(iter(event.data.get("reasons", ())), ""))
    assignee = (event.data.get("assignee") or [None, None])[1]
    return first.removeprefix(f"{assignee}: ").rstrip(".")


def _change(event: Event, field: str, before: Any, after: Any) -> str:
    match field:
        case "status":
            return say("set the status to %(status)s", status=say(words.STATUSES.get(after, after)))
        case "priority":
            return say(
                "set the priority to %(priority)s", priority=say(words.PRIORITIES.get(after, str(after).title()))
            )
        case "assignee" if after is None:
            return say("took the ticket from %(name)s", name=before)
        case "assignee" if after == event.actor_name:
            return say("took the ticket")
        case "assignee":
            return say("assigned %(name)s", name=after)
        case "tags":
            return say("set the tags to %(tags)s", tags=", ".join(after) or say("none"))
        case _:
            return say("set the %(field)s to %(value)s", field=told(field), value=after or say("none"))


def _moment(written: object) -> str:
    """A moment as it was chosen, in the zone it was chosen in."""
    if not isinstance(written, str):
        return say("later")
    moment = datetime.fromisoformat(written)
    return f"{day_and_month(moment)} {moment:%H:%M}"


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2  # noqa: PLR2004 - before and after
