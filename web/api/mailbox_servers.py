"""Where a mailbox's mail is fetched and by what relay its letters leave. Passwords go in and never come out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Literal

from pydantic import Field

from mailgate import clock
from mailgate.errors import BadInput
from mailgate.office import imap, relays
from mailgate.office.mailboxes import known_mailbox
from mailgate.store.imap import ImapAccount
from mailgate.store.relays import RelayAccount
from web.access import desk
from web.api.operations import Answer, Body, operation
from web.api.shapes import Moment
from web.db import seal
from web.forms import Line

_URL = "Without a password in it."
_CALLED = {"imap": "url", "relay": "url", "secret": "password"}  # what the office calls otherwise
_SEALED = "Sealed at once, and never told again."
Folder = Annotated[Line, Field(max_length=200)]
Security = Literal["tls", "starttls", "none"]


class Fetching(Body):
    """Where a mailbox's mail lies."""

    url: Annotated[Line, Field(max_length=500, description=f"imaps://[user@]host[:port], or imap://… {_URL}")]
    password: Annotated[str, Field(max_length=1000, description=_SEALED)]
    folders: Annotated[list[Folder], Field(min_length=1, max_length=50)] = Field(default_factory=lambda: ["INBOX"])
    junk: Annotated[list[Folder], Field(max_length=50, description="Their mail is spam.")] = Field(default_factory=list)
    after: Annotated[Line, Field(max_length=210, description=f"One of {', '.join(imap.AFTER)}.")] = "seen"


class Sending(Body):
    """A relay for one mailbox's letters."""

    url: Annotated[Line, Field(max_length=500, description=f"smtps://[user@]host[:port], or smtp://… {_URL}")]
    password: Annotated[str | None, Field(max_length=1000, description=_SEALED)] = None


class Server(Answer):
    """A server a mailbox signs in to, and how that goes."""

    host: str
    port: int
    security: Security
    username: str | None
    complaint: str | None
    failing_since: Moment | None


class FetchingShown(Server):
    """Where a mailbox's mail is fetched."""

    folders: list[str]
    junk: list[str]
    after: str
    fetched_at: Annotated[Moment | None, Field(description="When that went well the last time.")]


@operation("PUT", "/mailboxes/<key:mailbox_id>/imap", body=Fetching, answer=FetchingShown)
def fetch_mailbox(mailbox_id: int, body: Fetching) -> FetchingShown:
    """Have a mailbox fetched from now on, or otherwise than so far."""
    with _told_by_field(), desk() as session:
        mailbox = known_mailbox(session, mailbox_id)
        wishes = imap.Wishes(tuple(body.folders), tuple(body.junk), body.after)
        where = imap.read_imap_url(body.url)
        return _fetching(imap.connect(session, mailbox, where, wishes, body.password, seal(), clock.now()))


@operation("GET", "/mailboxes/<key:mailbox_id>/imap", answer=FetchingShown)
def show_fetching(mailbox_id: int) -> FetchingShown:
    """How a mailbox is fetched."""
    with desk() as session:
        return _fetching(imap.known_account(session, known_mailbox(session, mailbox_id)))


@operation("DELETE", "/mailboxes/<key:mailbox_id>/imap", answer=FetchingShown)
def stop_fetching_mailbox(mailbox_id: int) -> FetchingShown:
    """Fetch it no more; the answer is how it was. What was kept stays."""
    with desk() as session:
        return _fetching(imap.disconnect(session, known_mailbox(session, mailbox_id)))


@operation("PUT", "/mailboxes/<key:mailbox_id>/relay", body=Sending, answer=Server)
def give_mailbox_relay(mailbox_id: int, body: Sending) -> Server:
    """Have a mailbox's letters leave by a relay of its own; those that waited for one leave at once."""
    with _told_by_field(), desk() as session:
        mailbox = known_mailbox(session, mailbox_id)
        way = relays.read_way(body.url, has_secret=body.password is not None)
        return _server(relays.give_relay(session, mailbox, way, body.password, seal(), clock.now()))


@operation("GET", "/mailboxes/<key:mailbox_id>/relay", answer=Server)
def show_mailbox_relay(mailbox_id: int) -> Server:
    """The relay of a mailbox's own."""
    with desk() as session:
        return _server(relays.known_relay(session, known_mailbox(session, mailbox_id)))


@operation("DELETE", "/mailboxes/<key:mailbox_id>/relay", answer=Server)
def take_mailbox_relay(mailbox_id: int) -> Server:
    """Have its letters leave as those of all others; the answer is the relay it had."""
    with desk() as session:
        return _server(relays.take_relay(session, known_mailbox(session, mailbox_id)))


@contextmanager
def _told_by_field() -> Iterator[None]:
    """What is wrong is told of the field it was sent in."""
    try:
        yield
    except BadInput as error:
        error.fields = {_CALLED.get(name, name): words for name, words in error.fields.items()}
        raise


def _server(account: ImapAccount | RelayAccount) -> Server:
    return Server.model_validate(account, from_attributes=True)


def _fetching(account: ImapAccount) -> FetchingShown:
    after = f"move:{account.move_to}" if account.move_to is not None else account.after
    own = _server(account).model_dump()
    return FetchingShown(**own, folders=account.folders, junk=account.junk, after=after, fetched_at=account.good_at)
