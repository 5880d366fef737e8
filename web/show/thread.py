"""A ticket's thread: its messages with their files and deliveries, and what happened between them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import ceil

from mailgate import clock
from mailgate.mail import Kind, Span, SpanKind
from mailgate.store.db import Session
from mailgate.store.events import Event
from mailgate.store.kept import trust_reasons
from mailgate.store.listing import Listed
from mailgate.store.messages import Message, StoredFile, files_of
from mailgate.store.outbox import CUSTOMER_WROTE, OutboxCopy, copies_of_messages
from mailgate.store.sides import sides_of
from mailgate.store.tickets import Ticket
from mailgate.tickets.outgoing import has_left
from web.look import Stretch, stretches
from web.show.happenings import Happening, in_thread
from web.show.paper import is_picture, remote_pictures, within
from web.speech import later, say, told

_PLUS_PART = re.compile(r"\+[^@]*(?=@)")
_WHO = {"in": "customer", "out": "agent", "note": "note", "system": "system"}
_TRUST = {
    "pass": later("The domain in the sender's address vouches for this mail."),
    "fail": later("The mail fails the rules of the domain in its sender's address. It may be forged."),
}
_AGAIN = frozenset({"failed", "bounced", "held"})
_SOON = timedelta(seconds=60)  # a letter that has not left by then has trouble, and is not watched any more
_LARGEST_PICTURE = 4 * 2**20  # bytes
_SHOWN_BEFORE = 2  # so many messages before the one that is open stand as lines; older ones behind one line


@dataclass(frozen=True, slots=True)
class People:
    """Who looks (an agent's id, or none), and how others are called, by address."""

    me: int | None
    called: Mapping[str, str]
    aside: Mapping[int, str]  # side conversations: with whom


@dataclass(frozen=True, slots=True)
class Trust:
    """Whether the sender is who the mail says."""

    result: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileShown:
    """A file of a message."""

    name: str
    type: str
    size: int
    url: str
    check: str | None
    finding: str
    picture_url: str | None = None  # where it can be looked at, if it is a picture that is not too large


def shown_file(file: StoredFile, url: str) -> FileShown:
    """A file of a ticket or conversation at this address."""
    return FileShown(file.name, file.type, file.size, f"{url}/files/{file.id}", file.checked, file.finding or "")


def _file(file: StoredFile, message: Message, url: str) -> FileShown:
    """A file of a ticket; a picture is seen before it is opened."""
    shown = shown_file(file, url)
    if not is_picture(file) or file.size > _LARGEST_PICTURE:
        return shown
    return replace(shown, picture_url=f"{url}/messages/{message.id}/pictures/{file.id}")


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a message's copy for one recipient."""

    state: str
    tries: int
    next_try: datetime | None
    answer: str | None
    name: str
    address: str
    retry_url: str | None
    cancel_url: str | None = None


@dataclass(frozen=True, slots=True)
class Leaving:
    """An answer that leaves later, or is held because the customer wrote: what can be done with it."""

    at: datetime
    is_held: bool
    is_overtaken: bool  # the customer has written since: it will be held
    undo_url: str
    send_url: str
    seconds: int  # until it leaves; 0: it should have


@dataclass(frozen=True, slots=True)
class Shown:
    """A message in the thread."""

    id: int
    who: str
    author: str
    is_me: bool
    to: list[str]
    cc: list[str]
    at: datetime
    stretches: tuple[Stretch, ...]
    is_folded: bool
    kind: str
    trust: Trust | None
    language: str | None
    files: list[FileShown]
    html_url: str | None
    remote_pictures: int  # of the formatted text, shown when somebody asks for them
    deliveries: list[Delivery]
    fresh_url: str | None  # where to look again soon, while the letter is on its way
    once: str | None
    side: str | None  # whom it was said to or by aside, where the customer does not see it
    leaving: Leaving | None = None  # of an answer that has not left, and can be taken back
    split_url: str | None = None  # where a ticket of its own can begin
    defects: list[str] = field(default_factory=list)


Entry = Shown | Happening


def thread(
    session: Session,
    ticket: Ticket,
    messages: Sequence[Message],
    events: Sequence[Event],
    people: People,
) -> tuple[list[Entry], list[Entry]]:
    """The thread in two parts: what is folded behind one line, and what is shown. Oldest first."""
    shown = shown_messages(session, ticket, messages, events, people)
    first_open = _first_open(messages)
    shown = [replace(one, is_folded=_is_folded(one, is_old=place < first_open)) for place, one in enumerate(shown)]
    shown = _with_splits(shown, f"/t/{ticket.number}")
    cut = max(0, first_open - _SHOWN_BEFORE)
    cut = cut if cut > 1 else 0  # one line that hides one line helps nobody
    entries: list[Entry] = sorted([*shown, *in_thread(events, people.me)], key=lambda entry: entry.at)
    border = shown[cut].at if shown else None
    earlier = [entry for entry in entries if cut and border and entry.at < border]
    return earlier, entries[len(earlier) :]


def _with_splits(shown: Sequence[Shown], url: str) -> list[Shown]:
    """A ticket can be split at each letter of a customer but the one it begins with."""
    spoken = [one.id for one in shown if one.who in ("customer", "agent") and one.side is None]
    return [
        replace(one, split_url=f"{url}/messages/{one.id}/split")
        if one.who == "customer" and one.id in spoken[1:]
        else one
        for one in shown
    ]


def people_of(session: Session, listed: Listed, messages: Sequence[Message], me: int | None) -> People:
    """Who speaks on a ticket. Most tickets have nobody aside, and nobody is asked about then."""
    has_aside = any(message.side_id is not None for message in messages)
    aside = {side.id: side.address for side in sides_of(session, [listed.ticket.id])} if has_aside else {}
    return People(me, {listed.ticket.requester_address: listed.requester}, aside)


def shown_messages(
    session: Session, ticket: Ticket, messages: Sequence[Message], events: Sequence[Event], people: People
) -> list[Shown]:
    """Messages with their files, and what became of each recipient's copy."""
    url = f"/t/{ticket.number}"
    ids = [message.id for message in messages]
    files, copies = files_of(session, ids), copies_of_messages(session, ids)
    trust = _trust(session, messages)
    return [
        _message(
            message,
            url,
            files[message.id],
            _deliveries(message, copies[message.id], events, url, people),
            people,
            trust.get(message.id),
            _leaving(message, copies[message.id], events, url),
        )
        for message in messages
    ]


def _trust(session: Session, messages: Sequence[Message]) -> dict[int, Trust]:
    """What speaks for or against the senders of those mails of which something is known."""
    judged = [message for message in messages if message.trust in _TRUST]
    reasons = trust_reasons(session, [message.kept_id for message in judged if message.kept_id is not None])
    return {
        message.id: Trust(
            message.trust, (say(_TRUST[message.trust]), *map(told, reasons.get(message.kept_id or 0, ())))
        )
        for message in judged
        if message.trust is not None
    }


def words_of(message: Message) -> tuple[Stretch, ...]:
    """A message's text, with what is quoted or signed to be folded."""
    return stretches(message.text, [Span(start, end, SpanKind(kind)) for start, end, kind in message.spans])


def _names(pairs: Sequence[Sequence[str]], called: Mapping[str, str]) -> list[str]:
    """The people of a message's To or Cc, as they are called; a plus-part, such as our own mark, is left out."""
    return [name or called.get(address.lower()) or _PLUS_PART.sub("", address) for address, name in pairs]


def _first_open(messages: Sequence[Message]) -> int:
    """Where the open part begins: with the customer's last words, or with our answer if they answer one."""
    spoken = [
        place
        for place, message in enumerate(messages)
        if message.direction == "out" or (message.direction == "in" and message.kind == Kind.PERSON)
    ]
    last_in = max((place for place in spoken if messages[place].direction == "in"), default=0)
    before = [place for place in spoken if place < last_in]
    return before[-1] if before and messages[before[-1]].direction == "out" else last_in


def _is_folded(message: Shown, *, is_old: bool) -> bool:
    """Old messages and machines' mails are one line each; what did not arrive stays in view."""
    if any(delivery.state in ("failed", "bounced") for delivery in message.deliveries):
        return False
    return is_old or message.who == "system" or (message.who == "customer" and message.kind != Kind.PERSON)


def _message(
    message: Message,
    url: str,
    files: Sequence[StoredFile],
    deliveries: list[Delivery],
    people: People,
    trust: Trust | None,
    leaving: Leaving | None,
) -> Shown:
    pictures = within(message.html, files)
    return Shown(
        id=message.id,
        who=_WHO[message.direction],
        author=say("Automatic answer") if message.direction == "system" else message.author or say("Unknown sender"),
        is_me=people.me is not None and message.agent_id == people.me,
        to=_names(message.to, people.called),
        cc=_names(message.cc, people.called),
        at=message.at,
        stretches=words_of(message),
        is_folded=False,
        kind=message.kind,
        trust=trust,
        language=None,
        files=[_file(file, message, url) for file in files if file.id not in pictures or file.is_withheld],
        remote_pictures=remote_pictures(message.html),
        html_url=f"{url}/messages/{message.id}/html" if message.html else None,
        deliveries=deliveries,
        fresh_url=f"{url}/messages/{message.id}" if _is_leaving(message, deliveries, leaving) else None,
        once=message.once,
        leaving=leaving,
        side=people.aside.get(message.side_id) if message.side_id is not None else None,
    )


def _leaving(message: Message, copies: Sequence[OutboxCopy], events: Sequence[Event], url: str) -> Leaving | None:
    if message.direction != "out" or message.leaves_at is None or has_left(message, copies):
        return None
    if copies and all(copy.state == "cancelled" for copy in copies):
        return None
    wrote = any(event.kind == "customer_wrote" and event.at > message.at for event in events)
    is_held = any(copy.held_for == CUSTOMER_WROTE for copy in copies)
    seconds = max(0, ceil((message.leaves_at - clock.now()).total_seconds()))
    own = f"{url}/answers/{message.id}"
    return Leaving(message.leaves_at, is_held, wrote and not is_held, f"{own}/undo", f"{own}/departure", seconds)


def _is_leaving(message: Message, deliveries: Sequence[Delivery], leaving: Leaving | None) -> bool:
    """Whether a look in a moment will probably tell more."""
    if leaving is not None and leaving.seconds:
        return leaving.seconds < _SOON.total_seconds()
    is_on_its_way = any(one.state == "sending" or (one.state == "waiting" and not one.tries) for one in deliveries)
    return is_on_its_way and clock.now() - message.at < _SOON


def _deliveries(
    message: Message, copies: Sequence[OutboxCopy], events: Sequence[Event], url: str, people: People
) -> list[Delivery]:
    """What became of each copy. Before the letter is written it is on its way, unless it never could be written."""
    if copies or message.direction != "out":
        return [_delivery(copy, url, message, people) for copy in copies]
    failed = [event for event in events if event.kind == "not_sent" and event.at >= message.at]
    state, answer = ("failed", str(failed[0].data.get("answer", ""))) if failed else ("waiting", None)
    return [
        Delivery(state, 0, None, answer, name or people.called.get(address.lower(), ""), address, None)
        for address, name in (*message.to, *message.cc)
    ]


def _delivery(copy: OutboxCopy, url: str, message: Message, people: People) -> Delivery:
    written = {address.lower(): name for address, name in (*message.to, *message.cc)}
    recipient = copy.recipient.lower()
    is_delayed = copy.state == "waiting" and copy.tries > 0
    is_later = copy.state == "waiting" and not copy.tries and copy.next_try > clock.now()
    return Delivery(
        state="scheduled" if is_later else copy.state,
        tries=copy.tries,
        next_try=copy.next_try if copy.state == "waiting" else None,
        answer=copy.answer,
        name=written.get(recipient) or people.called.get(recipient) or "",
        address=copy.recipient,
        retry_url=f"{url}/deliveries/{copy.id}/retry" if copy.state in _AGAIN or is_delayed or is_later else None,
        cancel_url=f"{url}/deliveries/{copy.id}/cancellation" if copy.state in ("waiting", "held") else None,
    )
