"""A ticket's page: what is known about it and its customer, its thread, and where to write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta, timezone
from http import HTTPStatus
from typing import Any, NamedTuple

from flask import Response, make_response, request

from mailgate import clock
from mailgate.errors import NotFound
from mailgate.office.promises import policies
from mailgate.rights import Right, may
from mailgate.store.beside import Beside, Kind, Office, beside, office_of
from mailgate.store.companies import Known
from mailgate.store.db import Session
from mailgate.store.events import Event, history_of
from mailgate.store.listing import Listed
from mailgate.store.messages import Message, message_by_id, thread_of
from mailgate.store.people import failing
from mailgate.store.tickets import PRIORITIES, Ticket
from mailgate.store.timing import Happened
from mailgate.tickets.escalate import TIERS, standing_escalation
from mailgate.tickets.link import BY_HAND
from mailgate.tickets.moves import allowed_from
from mailgate.tickets.promised import Promise, promises_by
from mailgate.tickets.recipients import all_named, judge
from mailgate.tokens import secret
from web.access import who, zone_of
from web.show import words
from web.show.canned import offered
from web.show.fields import Option
from web.show.happenings import happenings
from web.show.later import laters
from web.show.preview import Preview
from web.show.rating import rating_words
from web.show.shell import desk_page, fragment
from web.show.thread import People, Shown, people_of, shown_messages, thread
from web.show.ticket_fields import Wrong, fields_shown
from web.show.trees import in_tree
from web.speech import later, say

_LINK_WORDS = {
    "claims": later("Says it belongs to"),
    "claims_by": later("Named by a stranger in"),
    "follows": later("Follows"),
    "follows_by": later("Followed by"),
    "same-mail": later("Same mail as"),
    "same-mail_by": later("Same mail as"),
    "related": later("Has to do with"),
    "related_by": later("Has to do with"),
    "perhaps": later("Perhaps the same as"),
    "perhaps_by": later("Perhaps the same as"),
}
_HISTORY = 12
LARGEST = 64 * 2**20  # bytes of all files of one answer; what a relay would not take is linked


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody typed into a form that was refused, and why."""

    kind: str
    body: str
    once: str
    errors: dict[str, str]
    cc: str | None = None
    send_at: str = ""
    preview: Preview | None = None
    to: str = ""
    subject: str = ""
    kept: Sequence[Kept] = ()


class Kept(NamedTuple):
    """A file of an answer that was taken back: it goes with the next one unless somebody leaves it out."""

    id: int
    name: str


class Way(NamedTuple):
    """One way to send an answer: the status it leaves behind ("": as it is), and the words on its button."""

    status: str
    word: str
    icon: str


@dataclass(frozen=True, slots=True)
class Thread:
    """What is known of a ticket where its answer is written."""

    messages: Sequence[Message]
    people: People
    more: Beside
    office: Office

    def last_in_front(self) -> Message | None:
        """The customer's latest letter, which an answer answers."""
        letters = (one for one in reversed(self.messages) if one.direction == "in" and one.side_id is None)
        return next(letters, None)


def ticket_page(
    session: Session, listed: Listed, refused: Written | None = None, wrong: Wrong | None = None
) -> Response:
    """A ticket: as a page, or as the pane the inbox opens. What was refused stands in it, with the reason."""
    values = ticket_values(session, listed, refused, wrong)
    if request.headers.get("HX-Request-Type") == "partial":
        response = make_response(fragment(session, "ticket_pane.html", **values))
    else:
        response = make_response(desk_page(session, "ticket.html", **values))
    response.headers["Vary"] = "HX-Request-Type"
    if values["errors"]:
        response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    return response


def ticket_values(
    session: Session, listed: Listed, refused: Written | None = None, wrong: Wrong | None = None
) -> dict[str, Any]:
    """Everything `ticket_pane.html` asks for."""
    ticket, me, works = listed.ticket, who().agent_id, who().may(Right.WORK)
    url = f"/t/{ticket.number}"
    events, messages = history_of(session, ticket.id), thread_of(session, ticket.id)
    people = people_of(session, listed, messages, me)
    earlier, entries = thread(session, ticket, messages, events, people)
    more, office = beside(session, ticket), office_of(session, with_replies=True) if works else None
    claims = next((link.number for link in more.links if link.kind == "claims"), None)
    return {
        "ticket": {
            "id": ticket.id,
            "number": ticket.number,
            "url": url,
            "subject": ticket.subject,
            "status": ticket.status,
            "priority": ticket.priority,
            "opened_at": ticket.created_at,
            "door": ticket.channel,
            "assignee": listed.assignee_name,
            "assignee_id": str(ticket.assignee_id) if ticket.assignee_id else None,
            "can_take": works and me is not None and ticket.assignee_id != me,
            "can_resolve": works and "resolved" in allowed_from(ticket.status),
            "can_route": works and ticket.assignee_id is None and ticket.status not in ("resolved", "closed"),
            "can_escalate": works and ticket.status not in ("resolved", "closed") and ticket.merged_into_id is None,
            "escalation": _escalation(ticket, events),
            "is_unread": works and ticket.is_unread,
            "facts": _facts(listed, more),
            "promises": _promises(session, ticket, events),
            "team_id": str(ticket.team_id or ""),
            "category_id": str(ticket.category_id or ""),
            "snoozed_until": ticket.snoozed_until,
            "merged_into": {"number": listed.merged_into, "url": f"/t/{listed.merged_into}"}
            if listed.merged_into
            else None,
            "took_in": [{"number": number, "url": f"/t/{number}"} for number in more.took_in],
            "tags": more.tags,
            "fields": fields_shown(more.fields, wrong),
            "links": [
                {
                    "text": say(_LINK_WORDS.get(kind, later("Linked with"))),
                    "number": number,
                    "url": f"/t/{number}",
                    "is_ours": kind.removesuffix("_by") == BY_HAND,
                }
                for kind, number in more.links
            ],
            "claims": {"number": claims, "url": f"/t/{claims}"} if claims else None,
            "history": happenings(events, me)[::-1][:_HISTORY],
        },
        "customer": _customer(listed, more, messages),
        "earlier": earlier,
        "entries": entries,
        "choices": _choices(ticket, more, office) if office else None,
        "composer": _composer(session, listed, Thread(messages, people, more, office), refused)
        if office and not listed.merged_into
        else None,
        "laters": laters(zone_of(session)) if works and ticket.status not in ("resolved", "closed") else None,
        "errors": refused.errors if refused else {f"field-{wrong.key}": wrong.why} if wrong else None,
    }


def message_values(session: Session, listed: Listed, message_id: int) -> Shown:
    """One message of a ticket, as its thread shows it."""
    ticket, said = listed.ticket, message_by_id(session, message_id)
    if said is None or said.ticket_id != ticket.id:
        raise NotFound("There is no such message on this ticket.")
    events = history_of(session, ticket.id)
    people = people_of(session, listed, [said], who().agent_id)
    return shown_messages(session, ticket, [said], events, people)[0]


def _facts(listed: Listed, more: Beside) -> list[tuple[str, str]]:
    said = rating_words(more.rating)
    facts = (
        (say("Mailbox"), listed.mailbox),
        (say("Team"), listed.team),
        (say("Category"), listed.category),
        (say("Rated"), said),
    )
    return [(name, value) for name, value in facts if value]


def _escalation(ticket: Ticket, events: Sequence[Event]) -> dict[str, Any] | None:
    """How far it is escalated, and by whom and why where it was done by hand."""
    if not ticket.escalation:
        return None
    last = standing_escalation(events)
    by, reason = (last.actor_name, last.data["reason"]) if last is not None else ("", "")
    return {"level": ticket.escalation, "by": by, "reason": reason}


def _promises(session: Session, ticket: Ticket, events: Sequence[Event]) -> list[Promise]:
    """What is promised for it, by its history as it stands; nothing is asked where nothing is promised."""
    if not ticket.is_timed:
        return []
    now = clock.now()
    history = [Happened(one.id, one.ticket_id, one.message_id, one.kind, one.at, one.actor, one.data) for one in events]
    return promises_by(session, ticket, history, policies(session, now), now)


def _customer(listed: Listed, more: Beside, messages: Sequence[Message]) -> dict[str, Any]:
    ticket = listed.ticket
    others = [address for address in more.addresses if address != ticket.requester_address]
    return {
        "name": listed.requester or ticket.requester_address,
        "address": ticket.requester_address,
        "url": f"/customers/{ticket.requester_id}",
        "known": _known(more.customer),
        "facts": [
            *_clock_of(messages),
            *([say("Also writes from %(names)s", names=", ".join(others))] if others else []),
        ],
        "tickets": [
            {"number": other.number, "url": f"/t/{other.number}", "subject": other.subject, "at": other.at}
            for other in more.earlier
        ],
    }


def _clock_of(messages: Sequence[Message]) -> list[str]:
    """What time it is where the customer's last mail was written, if it said so."""
    offset = next((one.utc_offset for one in reversed(messages) if one.direction == "in" and one.side_id is None), None)
    if offset is None:
        return []
    now = clock.now().astimezone(timezone(timedelta(minutes=offset)))
    return [
        say("%(time)s there now, by the clock of their last mail (%(zone)s)", time=f"{now:%H:%M}", zone=f"{now:%Z}")
    ]


def _known(known: Known) -> list[tuple[str, str]]:
    """What is known of the customer and their company, by its name."""
    said = [(say("Company"), known.company), (say("Region"), known.region), (say("Telephone"), known.phone)]
    properties = {**known.of_company, **known.properties}
    return [(name, value) for name, value in (*said, *sorted(properties.items())) if value]


def _senders(treatment: str) -> list[Option]:
    """What can become of the requester's mail; what holds now stands first."""
    options = [Option("", say("As it comes")), *(Option(value, say(word)) for value, word in words.TREATMENTS.items())]
    return sorted(options, key=lambda option: option.value != treatment)


def _choices(ticket: Ticket, more: Beside, office: Office) -> dict[str, list[Option]]:
    workers = [agent for agent in office.agents if agent.active and may(agent.role, Right.WORK)]
    of_teams = [Option(str(team_id), name) for team_id, name in office.teams]
    of_agents = [Option(str(agent.id), agent.name) for agent in workers]
    next_tier = min(ticket.tier + 1, TIERS[-1])
    return {
        "tiers": [
            Option("", say("The next one")),
            *(Option(str(one), say("Tier %(number)s", number=one)) for one in TIERS[next_tier - 1 :]),
        ],
        "to_teams": [Option("", say("As it is")), *of_teams],
        "to_agents": [Option("", say("Whoever fits")), *of_agents],
        "statuses": [Option(name, say(words.STATUSES[name])) for name in (ticket.status, *allowed_from(ticket.status))],
        "assignees": [Option("", say("Nobody")), *of_agents],
        "senders": _senders(more.treatment) if who().may(Right.MAIL) else [],
        "priorities": [Option(name, say(words.PRIORITIES[name])) for name in PRIORITIES],
        "teams": [Option("", say("None")), *of_teams],
        "categories": [Option("", say("None")), *_choosable(office.categories, ticket)],
    }


def _choosable(categories: Sequence[Kind], ticket: Ticket) -> list[Option]:
    """Categories as the tree they are; those put aside only where the ticket has one."""
    return [
        Option(str(one.row.id), f"{'– ' * one.depth}{one.row.name}")
        for one in in_tree(categories)
        if one.row.active or one.row.id == ticket.category_id
    ]


def _composer(session: Session, listed: Listed, known: Thread, refused: Written | None) -> dict[str, Any]:
    ticket, more, office = listed.ticket, known.more, known.office
    url = f"/t/{ticket.number}"
    last_in = known.last_in_front()
    boxes = [one.address for one in office.mailboxes]
    cc = all_named(ticket, last_in, more.participants, boxes)
    asked = {ticket.requester_address, *more.participants}
    dead = more.failing if asked >= set(cc) else failing(session, [*asked, *cc])
    ours = [*boxes, *(agent.email for agent in office.agents)]
    return {
        "answers_url": f"{url}/answers",
        "notes_url": f"{url}/notes",
        "to": listed.requester or ticket.requester_address,
        "to_address": ticket.requester_address,
        "cc": judge(ticket, cc, more.participants, ours, dead),
        "recipients_url": f"{url}/recipients",
        "max_size": LARGEST,
        "forwards_url": f"{url}/forwards",
        "forward_to": refused.to if refused else "",
        "forward_subject": (refused.subject if refused else "") or f"Fwd: {ticket.subject}",
        "asked": list(known.people.aside.values()),
        "passed_on": last_in.id if last_in is not None else None,
        "replies": offered(office.replies, ticket.language),
        "canned_url": f"{url}/answers/canned",
        "fill_url": f"{url}/replies",
        "preview_url": f"{url}/answers/preview",
        "preview": refused.preview if refused else None,
        "cc_text": refused.cc if refused and refused.cc is not None else ", ".join(cc),
        "draft_key": f"{who().agent_id}:{ticket.number}",
        "once": refused.once if refused else secret(),
        "seen": max((message.id for message in known.messages), default=0),
        "kind": refused.kind if refused else "answer",
        "body": refused.body if refused else "",
        "errors": refused.errors if refused else None,
        "send_at": refused.send_at if refused else "",
        "kept": refused.kept if refused else (),
        "failing_since": dead.get(ticket.requester_address),
        "works_url": f"{url}/addresses/cleared",
        "ways": _ways(ticket.status),
    }


def _ways(status: str) -> list[Way]:
    """How an answer can leave a ticket; the first is the usual one."""
    if status in ("resolved", "closed"):
        return [Way("", say("Send"), "send"), Way("open", say("Send and open again"), "inbox")]
    return [
        Way("pending", say("Send and set to waiting"), "pause"),
        Way("resolved", say("Send and resolve"), "check"),
        Way("open", say("Send and keep open"), "inbox"),
    ]
