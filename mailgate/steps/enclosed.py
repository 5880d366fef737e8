"""What goes with agents' words: their signature, what they answer, files, and links to those that are too large."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from mailgate import clock
from mailgate.mail import Check, File, Kind, Linked, Quoted
from mailgate.office.links import file_link
from mailgate.steps.workshop import Workshop
from mailgate.store.agents import Agent, agents_by_ids
from mailgate.store.db import Session
from mailgate.store.messages import Message, StoredFile, files_of, last_letters_in, letter_ids, spoken_before
from mailgate.store.office import Mailbox
from mailgate.store.organisations import Organisation
from mailgate.store.tickets import newest_of
from mailgate.tickets.said import tell_of_withheld
from mailgate.tickets.tasks import Enclosed

_QUOTED = 10  # messages at most


@dataclass(frozen=True, slots=True)
class Known:
    """What a batch of agents' letters is written from, asked for once for all of them."""

    last_in: Mapping[int, Message]  # by ticket: the customer's latest mail
    letter_ids: Mapping[int, Sequence[str]]  # by ticket
    files: Mapping[int, Sequence[StoredFile]]  # by message
    agents: Mapping[int, Agent]


def known_of(session: Session, letters: Sequence[Message]) -> Known:
    """Look it all up; nothing, where there are none."""
    if not letters:
        return Known({}, {}, {}, {})
    tickets = {letter.ticket_id for letter in letters}
    authors = {letter.agent_id for letter in letters if letter.agent_id is not None}
    return Known(
        last_letters_in(session, tickets),
        letter_ids(session, tickets),
        files_of(session, [letter.id for letter in letters]),
        {agent.id: agent for agent in agents_by_ids(session, authors)},
    )


def enclosed_with(
    session: Session, shop: Workshop, organisation: Organisation, mailbox: Mailbox, answer: Message, known: Known
) -> Enclosed:
    """Everything that goes with an answer."""
    quoted = _quoted(session, organisation, mailbox, answer, known.last_in.get(answer.ticket_id))
    return _enclosed(session, shop, organisation, mailbox, answer, quoted, known)


def enclosed_aside(
    session: Session,
    shop: Workshop,
    organisation: Organisation,
    mailbox: Mailbox,
    letter: Message,
    passed_on: Message | None,
    known: Known,
) -> Enclosed:
    """Everything that goes with a letter to a third party: of the ticket only the message that was chosen."""
    shown = [passed_on] if passed_on is not None else []
    zone = ZoneInfo(organisation.time_zone)
    quoted = tuple(Quoted(each.author, each.at.astimezone(zone), each.reply) for each in shown)
    return _enclosed(session, shop, organisation, mailbox, letter, quoted, known)


def _enclosed(
    session: Session,
    shop: Workshop,
    organisation: Organisation,
    mailbox: Mailbox,
    answer: Message,
    quoted: tuple[Quoted, ...],
    known: Known,
) -> Enclosed:
    agent = known.agents.get(answer.agent_id or 0)
    limit = shop.largest_files if mailbox.largest_files is None else mailbox.largest_files
    stored = [
        file for file in _checked(session, shop, organisation, answer, known.files[answer.id]) if not file.is_withheld
    ]
    travels = travelling(stored, limit)
    return Enclosed(
        files=tuple(
            File(file.name, file.type, shop.blobs.get(organisation.id, file.sha256), file.inline, file.content_id)
            for file in stored
            if file.id in travels
        ),
        links=tuple(_linked(session, file, answer.at, shop.public_url) for file in stored if file.id not in travels),
        quoted=quoted,
        signature=agent.signature if agent is not None else "",
    )


def _checked(
    session: Session, shop: Workshop, organisation: Organisation, answer: Message, stored: Sequence[StoredFile]
) -> Sequence[StoredFile]:
    """The files of an answer. Those that nobody has looked into are looked into now: nobody can later."""
    waiting = [file for file in stored if file.checked == Check.UNCHECKED]
    if not waiting or not shop.scanner.is_on:
        return stored
    contents = [File(file.name, file.type, shop.blobs.get(organisation.id, file.sha256)) for file in waiting]
    for file, found in zip(waiting, shop.scanner.check(contents), strict=True):
        file.checked, file.finding = found.check, found.finding or None
        tell_of_withheld(session, answer.ticket_id, [found], clock.now(), answer)
    return stored


def travelling(files: Sequence[StoredFile], limit: int) -> set[int]:
    """Which files go along: pictures within the words first, then the smallest, while there is room."""
    room, chosen = limit, set()
    for file in sorted(files, key=lambda file: (not file.inline, file.size)):
        if file.size <= room:
            room -= file.size
            chosen.add(file.id)
    return chosen


def _linked(session: Session, file: StoredFile, at: datetime, public_url: str) -> Linked:
    url, until = file_link(session, file.id, at, public_url)
    return Linked(file.name or f"file-{file.id}", file.size, url, until)


def _quoted(
    session: Session, organisation: Organisation, mailbox: Mailbox, answer: Message, last_in: Message | None
) -> tuple[Quoted, ...]:
    """What was said before, as the mailbox wants it; whoever was let in later is told nothing older than that."""
    if mailbox.quoting == "off":
        return ()
    recipients = [address.lower() for address, _ in (*answer.to, *answer.cc)]
    since = newest_of(session, answer.ticket_id, recipients) or datetime.min.replace(tzinfo=UTC)
    last = [last_in] if last_in is not None and last_in.kind == Kind.PERSON else []
    before = last if mailbox.quoting == "last" else spoken_before(session, answer, _QUOTED)
    zone = ZoneInfo(organisation.time_zone)
    return tuple(Quoted(each.author, each.at.astimezone(zone), each.reply) for each in before if each.at > since)
