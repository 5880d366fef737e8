"""A request as its customer sees it: what they and we said to each other, and nothing the team said to itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mailgate.store.messages import Message, StoredFile
from mailgate.store.tickets import Ticket
from web.look import Stretch
from web.show.thread import FileShown, shown_file, words_of
from web.speech import say

_VISIBLE = frozenset({"in", "out", "system"})


def is_visible(message: Message) -> bool:
    """Whether a customer may see it: no note, and nothing said aside."""
    return message.direction in _VISIBLE and message.side_id is None


@dataclass(frozen=True, slots=True)
class Said:
    """One message."""

    id: int
    is_mine: bool
    is_ours: bool
    is_automatic: bool
    author: str
    at: datetime
    stretches: tuple[Stretch, ...]
    files: list[FileShown]
    language: str | None
    once: str | None


@dataclass(frozen=True, slots=True)
class Request:
    """A ticket, as its customer calls it."""

    url: str
    number: str
    subject: str
    status: str
    can_close: bool
    can_reopen: bool


def request_of(ticket: Ticket, url: str) -> Request:
    is_over = ticket.status in ("resolved", "closed")
    return Request(url, ticket.number, ticket.subject, ticket.status, not is_over, is_over)


def said(
    messages: Sequence[Message], files: dict[int, list[StoredFile]], url: str, address: str, organisation: str
) -> list[Said]:
    """The messages somebody may read, oldest first."""
    return [
        Said(
            id=message.id,
            is_mine=message.direction == "in" and message.author_address == address,
            is_ours=message.direction != "in",
            is_automatic=message.direction == "system",
            author=_author(message, organisation),
            at=message.at,
            stretches=words_of(message),
            files=[shown_file(file, url) for file in files[message.id]],
            language=None,
            once=message.once,
        )
        for message in messages
        if is_visible(message)
    ]


def divided(messages: list[Said]) -> tuple[list[Said], list[Said]]:
    """What is folded behind a line, and what is shown at once: our last answer, and whatever was said after it."""
    ours = [place for place, one in enumerate(messages) if one.is_ours and not one.is_automatic]
    cut = ours[-1] if ours and ours[-1] > 1 else 0
    return messages[:cut], messages[cut:]


def _author(message: Message, organisation: str) -> str:
    return organisation if message.direction == "system" else message.author or say("Somebody")
