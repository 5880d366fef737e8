"""Letters on accounts that somebody has asked for: whoever asks is told nothing, so a worker writes them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Connection, Index, delete, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session

from mailgate.store.base import TenantRow, points_to, take_ids, tenant


class AccountLetter(TenantRow):
    """A letter to be written to an agent."""

    __tablename__ = "account_letters"
    __table_args__ = (
        Index("account_letters_agent_key", "org_id", "agent_id", "letter", unique=True),
        CheckConstraint("letter IN ('sign_in', 'password')", name="letter"),
        points_to("agents", "agent_id", gone_with=True),
    )

    agent_id: Mapped[int]
    letter: Mapped[str]
    asked_at: Mapped[datetime]


def organisations_asking(connection: Connection) -> list[int]:
    """Where such letters are to be written."""
    return [row[0] for row in connection.execute(text("SELECT account_letters_asked()"))]


def ask(session: Session, agent_id: int, letter: str, at: datetime) -> None:
    """Have a letter written to an agent; asked for twice, it is written once."""
    (row_id,) = take_ids(session, AccountLetter, 1)
    values = {"org_id": tenant(session), "id": row_id, "agent_id": agent_id, "letter": letter, "asked_at": at}
    session.execute(insert(AccountLetter).values(**values).on_conflict_do_nothing())


def take_asked(session: Session) -> list[tuple[int, str]]:
    """Take all that are asked for, to write them in this transaction: (agent, letter)."""
    taken = delete(AccountLetter).returning(AccountLetter.agent_id, AccountLetter.letter)
    return [(row[0], row[1]) for row in session.execute(taken)]
