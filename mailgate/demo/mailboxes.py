"""The customers' mailboxes: a Maildir each, with what they got and what they sent, read as conversations."""

from __future__ import annotations

import hashlib
import mailbox
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from urllib.parse import quote, unquote

from mailgate import parse
from mailgate.errors import Refused
from mailgate.mail import Letter

_SENT = "Sent"
_LONGEST_NAME = 200


@dataclass(frozen=True)
class Held:
    """A letter that lies in a mailbox."""

    key: str
    is_sent: bool  # written by the mailbox's owner
    is_seen: bool
    at: datetime
    letter: Letter

    @property
    def ids(self) -> tuple[str, ...]:
        """The Message-IDs that tell which conversation it belongs to."""
        letter = self.letter
        return (letter.message_id or self.key, *letter.in_reply_to, *letter.references)


@dataclass(frozen=True)
class Conversation:
    """Letters that answer each other, oldest first."""

    letters: tuple[Held, ...]

    @cached_property
    def id(self) -> str:
        return hashlib.sha256(self.first.ids[0].encode()).hexdigest()[:16]

    @property
    def first(self) -> Held:
        return self.letters[0]

    @property
    def last(self) -> Held:
        return self.letters[-1]

    @property
    def last_received(self) -> Held | None:
        """What an answer answers."""
        return next((held for held in reversed(self.letters) if not held.is_sent), None)

    @property
    def unseen(self) -> int:
        return sum(not held.is_seen for held in self.letters)


class Mailboxes:
    """All mailboxes below one folder. Several threads and processes may use them at once, as Maildirs allow."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def deliver(self, address: str, raw: bytes, at: datetime) -> None:
        """Put a letter into somebody's mailbox; theirs is made if need be."""
        self._add(self._open(address, create=True), raw, at, seen=False)

    def keep_sent(self, address: str, raw: bytes, at: datetime) -> None:
        """Keep a copy of what the owner of a mailbox sent."""
        self._add(self._open(address, create=True).add_folder(_SENT), raw, at, seen=True)

    def addresses(self) -> list[str]:
        """Everybody who has a mailbox."""
        return sorted(unquote(path.name) for path in self._folder.iterdir() if "@" in path.name)

    def accepts(self, address: str) -> bool:
        """Whether there could be a mailbox under this address."""
        return "@" in address and len(_name(address)) <= _LONGEST_NAME

    def has(self, address: str) -> bool:
        """Whether there is one."""
        return self.accepts(address) and self._path(address).is_dir()

    def letters(self, address: str) -> list[Held]:
        """All letters of a mailbox, oldest first."""
        box = self._open(address, create=False)
        held = list(_held(box, is_sent=False))
        if _SENT in box.list_folders():
            held += _held(box.get_folder(_SENT), is_sent=True)
        return sorted(held, key=lambda letter: letter.at)

    def conversations(self, address: str) -> list[Conversation]:
        """The letters of a mailbox by conversation, the liveliest first."""
        threads: list[list[Held]] = []
        thread_of: dict[str, list[Held]] = {}
        for held in self.letters(address):
            known = next((thread_of[each] for each in held.ids if each in thread_of), None)
            if known is None:
                threads.append(known := [])
            known.append(held)
            thread_of.update(dict.fromkeys(held.ids, known))
        found = [Conversation(tuple(thread)) for thread in threads]
        return sorted(found, key=lambda conversation: conversation.last.at, reverse=True)

    def letter(self, address: str, key: str) -> tuple[Held, bytes] | None:
        """One letter and its bytes."""
        box = self._open(address, create=False)
        folders = [(box, False), *([(box.get_folder(_SENT), True)] if _SENT in box.list_folders() else [])]
        for folder, is_sent in folders:
            for held in _held(folder, is_sent=is_sent):
                if held.key == key:
                    return held, folder.get_bytes(key)
        return None

    def mark_seen(self, address: str, letters: tuple[Held, ...]) -> None:
        """The owner has looked at these."""
        box = self._open(address, create=False)
        for held in letters:
            if not held.is_seen:
                with suppress(KeyError, FileNotFoundError):  # another page was faster
                    message = box.get_message(held.key)
                    message.set_subdir("cur")
                    message.add_flag("S")
                    box[held.key] = message

    def _add(self, box: mailbox.Maildir, raw: bytes, at: datetime, *, seen: bool) -> None:
        message = mailbox.MaildirMessage(raw)
        message.set_date(at.timestamp())
        if seen:
            message.set_subdir("cur")
            message.add_flag("S")
        box.add(message)

    def _open(self, address: str, *, create: bool) -> mailbox.Maildir:
        return mailbox.Maildir(self._path(address), factory=None, create=create)

    def _path(self, address: str) -> Path:
        return self._folder / _name(address)


def _name(address: str) -> str:
    return quote(address.lower(), safe="@+")


def _held(box: mailbox.Maildir, *, is_sent: bool) -> Iterator[Held]:
    for key, message in box.items():
        at = datetime.fromtimestamp(message.get_date(), UTC)
        yield Held(key, is_sent, is_sent or "S" in message.get_flags(), at, read_letter(box.get_bytes(key)))


@lru_cache(maxsize=500)
def read_letter(raw: bytes) -> Letter:
    """The letter in these bytes; something readable in any case."""
    try:
        return parse.read(raw)
    except Refused as refusal:
        return Letter(sender=None, subject="This letter cannot be shown", text=str(refusal))
