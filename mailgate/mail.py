"""The values that rooms hand to each other: frozen, plain, and ignorant of databases and networks."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property


class Kind(StrEnum):
    """What sort of mail this is (docs: INTERFACE `kind`)."""

    PERSON = "person"
    AUTO_REPLY = "auto-reply"
    OUT_OF_OFFICE = "out-of-office"
    BOUNCE = "bounce"
    DELAY = "delay"
    RECEIPT = "receipt"
    COMPLAINT = "complaint"
    LIST = "list"
    LOOP = "loop"


class Cause(StrEnum):
    """Why a mail is held back on the shelf. Each held mail has exactly one."""

    FORGED_SENDER = "forged-sender"  # it fails its sender's own rules, where the sender's name would open a door
    SPAM = "spam"  # our relay's filter or its host's says so
    BLOCKED = "blocked"  # somebody put its sender on the block list
    LOOP = "loop"  # our own mail, a mail in circles, two systems answering each other
    OVER_LIMITS = "over-limits"
    UNAUTHENTICATED_AGENT = "unauthenticated-agent"  # it speaks as an agent, and nothing proves that it is
    HOSTILE = "hostile"  # built to hurt whoever reads it
    VERIFICATION = "verification"  # another service's sign-up code or link, for whoever can read our mailbox


@dataclass(frozen=True, slots=True)
class Address:
    """A mail address with the name shown beside it."""

    address: str
    name: str = ""


class Check(StrEnum):
    """What is known of a file's harm."""

    CLEAN = "clean"
    INFECTED = "infected"  # it is withheld
    UNCHECKED = "unchecked"  # nobody could be asked; it is checked as soon as somebody can
    REFUSED = "refused"  # the scanner does not look into it, as into one too large


@dataclass(frozen=True)
class File:
    """Something attached to a letter. `name` is safe to show and to save; "" when the mail gave none."""

    name: str
    type: str
    content: bytes
    inline: bool = False
    content_id: str | None = None
    check: Check | None = None  # None where files are not checked
    finding: str = ""  # what was found in it, or why it was not checked

    @property
    def size(self) -> int:
        return len(self.content)

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


class SpanKind(StrEnum):
    """What a stretch of a letter's text is."""

    REPLY = "reply"
    QUOTE = "quote"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Span:
    """`text[start:end]` is of this kind; `rule` names the rule that decided so. Spans cover the whole text in order."""

    start: int
    end: int
    kind: SpanKind
    rule: str = ""


@dataclass(frozen=True, slots=True)
class BouncedRecipient:
    """One recipient a delivery report speaks of."""

    address: str
    action: str  # failed, delayed, delivered
    status: str | None = None  # enhanced status code, 5.1.1
    diagnostic: str | None = None


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a delivery report or a complaint says."""

    recipients: tuple[BouncedRecipient, ...]
    original_message_id: str | None = None


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A mail that the writer of a letter passed on, as far as it tells who wrote what."""

    sender: Address | None  # its address is "" where only a name is given
    subject: str = ""
    date: str = ""  # in the words of the forward: every program and language writes it its own way
    text: str = ""  # all of it, with what it quotes
    reply: str = ""  # only its own new words
    message_id: str | None = None  # known of attached mails only
    rule: str = ""  # what showed it


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as we read it. Every string is free of NUL and lone surrogates and fits a text column."""

    sender: Address | None
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    subject: str = ""
    message_id: str | None = None  # without angle brackets, as all message ids here
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()  # oldest first
    date: datetime | None = None
    text: str = ""
    html: str | None = None  # sanitised
    spans: tuple[Span, ...] = ()
    reply: str = ""  # only the new words
    signature: str | None = None
    forwarded: tuple[Forwarded, ...] = ()  # inside the text, then attached
    files: tuple[File, ...] = ()
    kind: Kind = Kind.PERSON
    answerable: bool = True  # as far as the headers tell
    reasons: tuple[str, ...] = ()  # why kind and answerable are what they are
    bounce: Bounce | None = None
    defects: tuple[str, ...] = ()
    delivered_to: tuple[str, ...] = ()  # Delivered-To, X-Original-To, Envelope-To: addresses, lower case
    return_path: str | None = None  # topmost Return-Path without brackets; "" when it is the null sender
    loop_marks: tuple[str, ...] = ()  # values of X-Loop
    received_count: int = 0
    language: str | None = None  # ISO 639-1, when clear
    thread_index: str | None = None  # Outlook's, as it stands
    fingerprint: str = ""  # hex sha256 over From, To, Cc, Subject, Date and body, without trace headers


@dataclass(frozen=True, slots=True)
class Envelope:
    """How a mail reached us: what stood outside the letter."""

    sender: str  # "" is the null sender
    recipient: str  # the address of ours it was sent to, plus-part included
    door: str  # smtp, submission (signed in), lmtp, imap, pipe, import, api, form
    peer: str  # the client's address, or a word for where it came from
    folder: str | None = None  # by IMAP: where it lay
    is_junk: bool = False  # it lay in a folder for spam
    helo: str = ""  # how an SMTP client greeted us


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the sender is who the mail says: pass, fail or none (nothing to check with)."""

    result: str = "none"
    reasons: tuple[str, ...] = ()

    @property
    def is_verified(self) -> bool:
        return self.result == "pass"

    @property
    def is_answerable(self) -> bool:
        """A mail that fails its sender's own rules is forged: its answer would go to somebody who never wrote."""
        return self.result != "fail"


@dataclass(frozen=True, slots=True)
class Ruling:
    """What somebody who looked at a mail on the shelf decided: it goes onto this ticket, or (None) onto a new one."""

    by: str
    ticket_id: int | None = None


@dataclass(frozen=True, slots=True)
class Try:
    """One signal that was looked at while a ticket was sought, and what came of it."""

    signal: str
    value: str
    result: str


@dataclass(frozen=True, slots=True)
class Wording:
    """A letter as an admin wrote it, as templates. `html` is empty where the page is made of the text."""

    subject: str
    text: str
    html: str = ""
    version_id: int | None = None  # where it is kept


@dataclass(frozen=True, slots=True)
class Quoted:
    """Something said before, to be quoted below a letter; `at` in the time zone it is told in."""

    author: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Linked:
    """A file that is too large to travel with a letter, and where it can be fetched instead."""

    name: str
    size: int
    url: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Task:
    """What there is to write: everything a letter (template) needs, as plain values."""

    letter: str  # folder in email_templates/: received, answered, …
    language: str
    message_id: str  # fixed beforehand, without brackets
    sender: Address  # the mailbox's identity; for an answer `name` is 'Agent (Desk)'
    to: tuple[Address, ...]
    reply_to: str
    cc: tuple[Address, ...] = ()
    subject: str | None = None  # the ticket's own subject; None: the letter's own subject line is used
    token: str | None = None  # "[#TKT-2026-000123]", put once into the subject
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    thread_root: str | None = None  # first Message-ID of the thread, for Thread-Index
    thread_index: str | None = None  # of the mail that began the thread, where Outlook wrote it
    body: str = ""  # an agent's own words, plain text
    html: str | None = None  # the same formatted, safe; None: as they are
    quoted: tuple[Quoted, ...] = ()  # newest first
    links: tuple[Linked, ...] = ()  # files that do not travel with it
    variables: dict[str, str] = field(default_factory=dict)  # what the letter may name: number, status_url, …
    stop_url: str | None = None  # where its reader stops letters of its kind, by one click
    automatic: str | None = None  # Auto-Submitted value: auto-replied, auto-generated, None for a person's answer
    files: tuple[File, ...] = ()
    date: datetime | None = None
    own: Wording | None = None  # what an admin wrote in place of the letter that ships
    own_blocks: dict[str, str] = field(default_factory=dict)  # and in place of greeting, signature, footer


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter as it leaves: written once, sent as these bytes."""

    message_id: str
    subject: str
    text: str
    html: str
    raw: bytes
    trouble: str | None = None  # why it is not what the admin wrote
    version_id: int | None = None  # the version that it is
