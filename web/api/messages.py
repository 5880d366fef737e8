"""Messages on a ticket: read the thread, answer the customer, leave a note."""

from __future__ import annotations

import base64
from typing import Annotated, Literal

from pydantic import Field

from mailgate import clock
from mailgate.errors import BadInput
from mailgate.file_names import safe_name
from mailgate.mail import Address, File
from mailgate.store.db import Session
from mailgate.store.messages import Message, StoredFile, files_of, last_letter_in, message_by_id, thread_page
from mailgate.store.office import Mailbox, mailbox_by_id
from mailgate.store.outbox import OutboxCopy, copies_of_messages
from mailgate.store.sides import sides_by_ids
from mailgate.store.tickets import Ticket
from mailgate.tickets.answer import BODY_LENGTH, answer, note
from mailgate.tickets.change import change
from mailgate.tickets.outgoing import require_later, take_back
from mailgate.tickets.recipients import judged, reply_all
from mailgate.tickets.side import SUBJECT_LENGTH, forward
from web import cursors
from web.access import agent, desk, who
from web.api import lookups
from web.api.operations import Answer, Body, operation
from web.api.shapes import MOST, Email, From, Moment, Page, PageQuery, Person, Status, Trust
from web.db import ring, tools
from web.forms import Line, Words
from web.uploads import MOST_FILES, to_be_checked

_LARGEST = 90 * 2**20  # bytes of a request; a third of them is what base64 adds to its files
_WITH_ADDRESS = frozenset({"out", "system"})  # what leaves, leaves from the ticket's mailbox


Check = Literal["clean", "infected", "unchecked", "refused"]


class FileShown(Answer):
    """A file that came with a message."""

    id: int
    name: Annotated[str, Field(description="Empty when the mail gave none.")]
    type: str
    size: int
    sha256: str
    inline: bool
    content_id: str | None
    url: str
    checked: Annotated[
        Check | None, Field(description="By ClamAV; an infected one is never handed out. Null where none is set up.")
    ]
    finding: Annotated[str | None, Field(description="What was found in it, or why it was not checked.")]


class Delivery(Answer):
    """What became of a message's copy for one recipient."""

    id: int
    to: str
    state: Literal["waiting", "held", "sending", "sent", "delivered", "failed", "bounced", "cancelled"]
    tries: int
    next_try: Moment | None
    answer: Annotated[str | None, Field(description="The relay's last words.")]
    sent_at: Moment | None


class MessageShown(Answer):
    """Something said on a ticket."""

    id: int
    direction: Literal["in", "out", "note", "system"]
    kind: Annotated[str, Field(description="What sort of mail came in; the letter's name of what left.")]
    channel: str
    at: Moment
    from_: Annotated[Person, Field(alias="from")]
    to: list[Person]
    cc: list[Person]
    subject: str
    text: Annotated[str, Field(description="All that can be read.")]
    reply: Annotated[str, Field(description="Only the new words: no quote, no signature.")]
    html: Annotated[str | None, Field(description="Sanitised.")]
    side: Annotated[str | None, Field(description="Said aside: to or by this third party, unseen by the customer.")]
    message_id: str | None
    leaves_at: Annotated[Moment | None, Field(description="Of an answer that leaves later: not before this.")]
    trust: Annotated[
        Trust | None, Field(description="Of a mail that came in: whether its sender's domain vouches for it.")
    ]
    files: list[FileShown]
    delivery: Annotated[list[Delivery], Field(description="One a recipient, once the letter is written.")]


class TakenBack(Answer):
    """An answer that was taken back."""

    body: str
    cc: list[Person]


class MessagePage(Page[MessageShown]):
    """Some messages."""


class MessageQuery(PageQuery):
    """Which part of a thread."""

    limit: Annotated[int, Field(ge=1, le=MOST)] = MOST


class NewFile(Body):
    """A file to send along."""

    name: Annotated[Line, Field(max_length=300)] = ""
    type: Annotated[Line, Field(max_length=200)] = "application/octet-stream"
    content: Annotated[str, Field(description="Its bytes in base64.")]

    def read(self) -> File:
        try:
            content = base64.b64decode(self.content, validate=True)
        except ValueError:
            raise BadInput(f"The content of {self.name!r} is not base64.", files="hold what is not base64") from None
        return File(safe_name(self.name), self.type, content, check=to_be_checked())


class RecipientShown(Answer):
    """Somebody an answer would go to."""

    address: str
    is_new: Annotated[bool, Field(description="Takes part from then on.")]
    is_outside: Annotated[bool, Field(description="Neither of ours nor of the requester's domain.")]
    is_failing: Annotated[bool, Field(description="Letters to this address come back for good.")]


class Recipients(Answer):
    """Whom an answer with `reply_all` would go to."""

    to: str
    cc: list[RecipientShown]


class NewMessage(Body):
    """An answer to the customer, or with `internal` a note only the team sees."""

    body: Annotated[Words, Field(min_length=1, max_length=BODY_LENGTH)]
    internal: bool = False
    cc: Annotated[
        tuple[Email, ...], Field(max_length=50, description="They take part in the ticket from then on.")
    ] = ()
    files: Annotated[
        tuple[NewFile, ...],
        Field(max_length=MOST_FILES, description="Sent along; what the relay would not take is linked."),
    ] = ()
    format: Annotated[
        Literal["markdown", "text"],
        Field(description="markdown: marks are shown as what they mean; ![…](name) shows a picture of `files`."),
    ] = "markdown"
    reply_all: Annotated[
        bool, Field(description="Also to whom the mail being answered names: GET /tickets/NUMBER/recipients.")
    ] = False
    status: Annotated[Status | None, Field(description="Null: an answer moves new and open to pending.")] = None
    send_at: Annotated[
        From | None, Field(description="When the answer leaves; it is held if the customer writes before. Null: now.")
    ] = None


class NewForward(Body):
    """Words to a third party, and what of the ticket they are shown."""

    to: Email
    body: Annotated[Words, Field(min_length=1, max_length=BODY_LENGTH, description="Markdown.")]
    subject: Annotated[Line, Field(max_length=SUBJECT_LENGTH, description="Of a new side conversation.")] = ""
    passed_on: Annotated[int | None, Field(description="The message they are shown, with its files.")] = None
    files: Annotated[tuple[NewFile, ...], Field(max_length=MOST_FILES)] = ()


@operation("GET", "/tickets/<number:number>/messages", query=MessageQuery, answer=MessagePage)
def list_messages(number: str, query: MessageQuery) -> MessagePage:
    """Read a ticket's messages, oldest first."""
    after = cursors.read_moment(query.cursor)
    with desk() as session:
        ticket = lookups.ticket_numbered(session, number)
        rows = thread_page(session, ticket.id, after=after, limit=query.limit + 1)
        page, following = cursors.cut(rows, query.limit, lambda row: cursors.make(row.at.isoformat(), row.id))
        items = _shown(session, mailbox_by_id(session, ticket.mailbox_id), page)
    return MessagePage(items=items, next=following)


@operation("GET", "/tickets/<number:number>/recipients", answer=Recipients)
def show_recipients(number: str) -> Recipients:
    """Show whom an answer to all would go to, and who of them is new."""
    with desk() as session:
        ticket = lookups.ticket_numbered(session, number)
        named = judged(session, ticket, reply_all(session, ticket, last_letter_in(session, ticket.id)))
    shown = [
        RecipientShown(address=one.address, is_new=one.is_new, is_outside=one.is_outside, is_failing=one.is_failing)
        for one in named
    ]
    return Recipients(to=ticket.requester_address, cc=shown)


@operation(
    "POST", "/tickets/<number:number>/messages", body=NewMessage, answer=MessageShown, status=201, largest=_LARGEST
)
def write_message(number: str, body: NewMessage) -> MessageShown:
    """Answer the customer, by mail, or leave an internal note."""
    if body.internal and body.cc:
        raise BadInput("A note is not sent to anybody.", cc="has no place on an internal note")
    if body.internal and body.send_at:
        raise BadInput("A note is not sent to anybody.", send_at="has no place on an internal note")
    files = [file.read() for file in body.files]
    tools().blobs.put_all(who().org, [file.content for file in files])  # before the rows that name them
    with desk() as session:
        ticket = lookups.ticket_numbered(session, number, lock=True)
        mailbox = mailbox_by_id(session, ticket.mailbox_id)
        message = (
            _note(session, ticket, body, files) if body.internal else _answer(session, ticket, mailbox, body, files)
        )
        session.flush()
        (item,) = _shown(session, mailbox, [message])
    if not body.internal:
        ring("follow_event")
    return item


@operation("POST", "/tickets/<number:number>/messages/<key:message_id>/undo", answer=TakenBack)
def undo_message(number: str, message_id: int) -> TakenBack:
    """Take back an answer that has not left: nobody gets it. Its words are given back."""
    with desk() as session:
        ticket = lookups.ticket_numbered(session, number)
        message = take_back(session, ticket.id, message_id, agent(), clock.now())
        return TakenBack(body=message.text, cc=[Person(address=pair[0], name=pair[1]) for pair in message.cc])


@operation(
    "POST", "/tickets/<number:number>/forward", body=NewForward, answer=MessageShown, status=201, largest=_LARGEST
)
def forward_ticket(number: str, body: NewForward) -> MessageShown:
    """Write to a third party. Their answer comes back into the ticket; the customer sees neither."""
    files = [file.read() for file in body.files]
    tools().blobs.put_all(who().org, [file.content for file in files])  # before the rows that name them
    with desk() as session:
        ticket = lookups.ticket_numbered(session, number, lock=True)
        mailbox = mailbox_by_id(session, ticket.mailbox_id)
        passed_on = message_by_id(session, body.passed_on) if body.passed_on is not None else None
        if body.passed_on is not None and passed_on is None:
            raise BadInput(f"There is no message {body.passed_on}.", passed_on="is not known")
        message = forward(
            session, ticket, mailbox, body.to, body.body, agent(), clock.now(), tools().marks,
            channel="api", subject=body.subject, files=files, passed_on=passed_on,
        )  # fmt: skip
        session.flush()
        (item,) = _shown(session, mailbox, [message])
    ring("follow_event")
    return item


def _note(session: Session, ticket: Ticket, body: NewMessage, files: list[File]) -> Message:
    at = clock.now()
    message = note(session, ticket, body.body, agent(), at, channel="api", files=files)
    change(session, ticket, agent(), at, status=body.status)
    return message


def _answer(session: Session, ticket: Ticket, mailbox: Mailbox, body: NewMessage, files: list[File]) -> Message:
    at = clock.now()
    others = reply_all(session, ticket, last_letter_in(session, ticket.id)) if body.reply_all else []
    cc = [Address(address) for address in dict.fromkeys((*body.cc, *others))]
    return answer(
        session, ticket, mailbox, body.body, agent(), at, tools().marks,
        channel="api", cc=cc, files=files, status=body.status, is_markdown=body.format == "markdown",
        leaves_at=require_later(body.send_at, at) if body.send_at else None,
    )  # fmt: skip


def _shown(session: Session, mailbox: Mailbox, messages: list[Message]) -> list[MessageShown]:
    ids = [message.id for message in messages]
    files, copies = files_of(session, ids), copies_of_messages(session, ids)
    aside = sides_by_ids(session, [message.side_id for message in messages if message.side_id is not None])
    with_whom = {side.id: side.address for side in aside.values()}
    return [
        _message(message, mailbox, files[message.id], copies[message.id], with_whom.get(message.side_id or 0))
        for message in messages
    ]


def _message(
    message: Message, mailbox: Mailbox, files: list[StoredFile], copies: list[OutboxCopy], side: str | None
) -> MessageShown:
    address = mailbox.address if message.direction in _WITH_ADDRESS else message.author_address
    return MessageShown.model_validate(
        {
            "id": message.id,
            "direction": message.direction,
            "kind": message.kind,
            "channel": message.channel,
            "at": message.at,
            "from": Person(address=address, name=message.author),
            "to": [Person(address=pair[0], name=pair[1]) for pair in message.to],
            "cc": [Person(address=pair[0], name=pair[1]) for pair in message.cc],
            "subject": message.subject,
            "text": message.text,
            "reply": message.reply,
            "html": message.html,
            "side": side,
            "message_id": message.message_id,
            "leaves_at": message.leaves_at,
            "trust": message.trust if message.direction == "in" else None,
            "files": [_file(file) for file in files],
            "delivery": [_delivery(copy) for copy in copies],
        }
    )


def _file(file: StoredFile) -> FileShown:
    same = {name: getattr(file, name) for name in FileShown.model_fields if hasattr(file, name)}
    return FileShown.model_validate({**same, "url": f"/api/v1/files/{file.id}"})


def _delivery(copy: OutboxCopy) -> Delivery:
    return Delivery.model_validate(
        {
            "id": copy.id,
            "to": copy.recipient,
            "state": copy.state,
            "tries": copy.tries,
            "next_try": copy.next_try if copy.state in ("waiting", "sending") else None,
            "answer": copy.answer,
            "sent_at": copy.sent_at,
        }
    )
