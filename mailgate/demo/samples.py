"""The sample mails: files as a mail program would write them, filled in with what is known only when they leave."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from mailgate import parse
from mailgate.demo.mailboxes import Held
from mailgate.demo.office import DOMAIN
from mailgate.mail import Address

CUSTOMER = "ana@lusitel.example"  # whose mailbox the newcomer is shown into

_FOLDER = Path(__file__).with_name("mails")
_ENVELOPE = re.compile(rb"\A(?:(?:Return-Path|Delivered-To):.*\n)+")
_NUMBER = re.compile(r"\[#([^\]]+)\]")

# Autoescape would put &lt; into plain text; the few html places escape by filter.
_environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)  # noqa: S701


@dataclass(frozen=True)
class Sample:
    """A mail ready to leave, with the envelope it travels in."""

    sender: str  # "" is the null sender
    recipients: tuple[str, ...]
    author: Address
    message_id: str
    raw: bytes


@dataclass(frozen=True)
class Answered:
    """What a sample may say about the letter it answers."""

    message_id: str
    references: str
    reply_to: str
    return_path: str
    sender: str
    subject: str
    number: str
    date: datetime
    text: str

    @property
    def quote(self) -> str:
        return quoted(self.text)


def sample(name: str, at: datetime, letter: Answered | None = None) -> Sample:
    """The mail of this name. Where Return-Path and Delivered-To stand in it, they say what its envelope is."""
    # Some are in old charsets; surrogates carry their bytes through untouched.
    template = _environment.from_string((_FOLDER / f"{name}.eml").read_bytes().decode("utf-8", "surrogateescape"))
    filled = template.render(date=format_datetime(at), days_ahead=lambda days: at + timedelta(days=days), letter=letter)
    raw = filled.encode("utf-8", "surrogateescape").replace(b"\n", b"\r\n")
    read = parse.read(raw)
    author = read.sender or Address("")
    known = read.delivered_to or [person.address for person in (*read.to, *read.cc)]
    return Sample(
        sender=author.address if read.return_path is None else read.return_path,
        recipients=tuple(address for address in known if address.endswith(f"@{DOMAIN}")),
        author=author,
        message_id=read.message_id or "",
        raw=_ENVELOPE.sub(b"", raw),
    )


def answered(held: Held) -> Answered:
    """What there is to know about a letter somebody answers."""
    letter = held.letter
    sender = letter.sender or Address("")
    number = _NUMBER.search(letter.subject)
    return Answered(
        message_id=letter.message_id or "",
        references=" ".join(f"<{known}>" for known in letter.references if known != letter.message_id),
        reply_to=(letter.reply_to or (sender,))[0].address,
        return_path=letter.return_path or "",
        sender=f"{sender.name} <{sender.address}>",
        subject=letter.subject,
        number=number[1] if number else "",
        date=held.at.astimezone(),
        text=letter.text.rstrip(),
    )


def quoted(text: str) -> str:
    """Somebody else's words, as mail programs mark them."""
    return "\n".join(f"> {line}".rstrip() for line in text.rstrip().splitlines())


@lru_cache(maxsize=1)
def cast() -> dict[str, str]:
    """The names of everybody who writes, by address."""
    authors = (parse.read(path.read_bytes()).sender for path in sorted(_FOLDER.glob("*.eml")))
    return {author.address: author.name for author in authors if author is not None}
