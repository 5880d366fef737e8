"""Messages that go to another ticket, with all that leads to them: their ids, their mails, their copies."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mailgate.store.kept import KeptMail
from mailgate.store.messages import Message, ThreadId
from mailgate.store.outbox import OutboxCopy, WrittenLetter


def move_messages(session: Session, messages: Sequence[Message], ticket_id: int) -> None:
    """Put messages of one ticket onto another one, which is written first."""
    session.flush()
    ids = [message.id for message in messages]
    before = {message.ticket_id for message in messages}
    own = [message.message_id for message in messages if message.message_id is not None]
    letters = select(WrittenLetter.id).where(WrittenLetter.message_id.in_(ids))
    there = (ThreadId.message_id.in_(own), ThreadId.ticket_id.in_(before), ThreadId.is_own)
    session.execute(update(ThreadId).where(*there).values(ticket_id=ticket_id))
    session.execute(update(OutboxCopy).where(OutboxCopy.written_id.in_(letters)).values(ticket_id=ticket_id))
    kept = [message.kept_id for message in messages if message.kept_id is not None]
    session.execute(update(KeptMail).where(KeptMail.id.in_(kept)).values(ticket_id=ticket_id))
    session.execute(update(Message).where(Message.id.in_(ids)).values(ticket_id=ticket_id))
