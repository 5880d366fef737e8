"""Mailboxes that are fetched by IMAP: how to sign in, how far each folder has been read, and how it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    CheckConstraint,
    Connection,
    LargeBinary,
    Select,
    UniqueConstraint,
    delete,
    func,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from mailgate.store.base import TenantRow, add, points_to
from mailgate.store.door import Cursor
from mailgate.store.office import Mailbox

OVERDUE = timedelta(minutes=15)  # a mailbox that was not fetched for so long is an alarm
EXPIRY_WARNING = timedelta(days=14)


class ImapAccount(TenantRow):
    """How a mailbox is fetched. A change makes its `changed_at` later, which every process notices."""

    __tablename__ = "imap_accounts"
    __table_args__ = (
        UniqueConstraint("org_id", "mailbox_id"),
        CheckConstraint("security IN ('tls', 'starttls', 'none')", name="security"),
        CheckConstraint("after IN ('nothing', 'seen', 'move', 'delete')", name="after"),
        CheckConstraint("(after = 'move') = (move_to IS NOT NULL)", name="move_to"),
        points_to("mailboxes", "mailbox_id", gone_with=True),
    )

    mailbox_id: Mapped[int]
    host: Mapped[str]
    port: Mapped[int]
    security: Mapped[str]
    username: Mapped[str]
    oauth: Mapped[dict[str, Any] | None]  # whom to ask for tokens, and as whom; None: a password
    secret: Mapped[bytes] = mapped_column(
        LargeBinary, nullable=False, deferred=True
    )  # sealed: the password, or the refresh token
    folders: Mapped[list[Any]]  # names, the one that is watched first
    junk: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))  # those of the folders that hold spam
    after: Mapped[str]  # what is done with a mail that was kept
    move_to: Mapped[str | None]
    since: Mapped[datetime | None]  # mail that came before is none of our business
    expires_at: Mapped[datetime | None]  # when the secret ends, where that is known
    changed_at: Mapped[datetime]
    good_at: Mapped[datetime | None]  # the last time all folders were looked through
    failing_since: Mapped[datetime | None]
    complaint: Mapped[str | None]  # what is wrong at present


class ImapFolder(TenantRow):
    """How far a folder has been read. Written in the transaction that keeps the mails."""

    __tablename__ = "imap_folders"
    __table_args__ = (
        UniqueConstraint("org_id", "account_id", "name"),
        points_to("imap_accounts", "account_id", gone_with=True),
    )

    account_id: Mapped[int]
    name: Mapped[str]
    uidvalidity: Mapped[int]
    uid: Mapped[int]  # the last that was dealt with
    tidy: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))  # UIDs kept, and still to be flagged or moved
    left_behind: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))  # [[uid, why]] that could not be taken


class Wanted(NamedTuple):
    """An account somebody should fetch."""

    org_id: int
    id: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Health:
    """How it goes with one account."""

    address: str
    account: ImapAccount
    left: int

    def words(self, now: datetime) -> str | None:
        """What somebody should know and do; None while all is well."""
        account = self.account
        since = account.good_at or account.changed_at
        told = f": {account.complaint}" if account.complaint else ""
        if now - since > OVERDUE:
            return f"{self.address} has not been fetched since {since:%Y-%m-%d %H:%M} UTC{told}"
        if account.expires_at is not None and account.expires_at - now < EXPIRY_WARNING:
            return f"{self.address}: its password or sign-in ends on {account.expires_at:%Y-%m-%d}"
        if self.left:
            return f"{self.address}: {self.left} could not be taken and lie at {account.host} still"
        return f"{self.address}{told}" if told else None

    def is_overdue(self, now: datetime) -> bool:
        return now - (self.account.good_at or self.account.changed_at) > OVERDUE


def wanted(connection: Connection) -> list[Wanted]:
    """Every account to fetch, over all tenants; none of a copy that was restored."""
    rows = connection.execute(text("SELECT org_id, id, changed_at FROM imap_wanted()"))
    return [Wanted(*row) for row in rows]


def account_by_id(session: Session, account_id: int) -> ImapAccount | None:
    return session.scalar(select(ImapAccount).where(ImapAccount.id == account_id))


def account_of(session: Session, mailbox_id: int, *, lock: bool = False) -> ImapAccount | None:
    question = select(ImapAccount).where(ImapAccount.mailbox_id == mailbox_id)
    return session.scalar(question.with_for_update() if lock else question)


def secret_of(session: Session, account_id: int) -> bytes:
    """The sealed secret."""
    return session.scalars(select(ImapAccount.secret).where(ImapAccount.id == account_id)).one()


def replace_secret(session: Session, account_id: int, sealed: bytes, expires_at: datetime | None) -> None:
    """The provider has given us another token. Not a change of the account."""
    session.execute(
        update(ImapAccount).where(ImapAccount.id == account_id).values(secret=sealed, expires_at=expires_at)
    )


def every_secret(session: Session) -> list[ImapAccount]:
    """All accounts of a tenant, locked, so that their secrets can be sealed anew."""
    return list(session.scalars(select(ImapAccount).order_by(ImapAccount.id).with_for_update()))


def cursor_of(session: Session, account_id: int, folder: str) -> Cursor | None:
    row = session.scalar(select(ImapFolder).where(ImapFolder.account_id == account_id, ImapFolder.name == folder))
    return Cursor(row.uidvalidity, row.uid, tuple(row.tidy)) if row else None


def start_folder(session: Session, account_id: int, folder: str, uidvalidity: int) -> Cursor:
    """Begin a folder, or begin it anew because its server has numbered all its mails anew."""
    row = _locked(session, account_id, folder)
    if row is None:
        row = add(session, ImapFolder(account_id=account_id, name=folder, uidvalidity=uidvalidity, uid=0))
    row.uidvalidity, row.uid, row.tidy, row.left_behind = uidvalidity, 0, [], []
    return Cursor(uidvalidity)


def forget_folders(session: Session, account_id: int) -> None:
    """How far folders were read says nothing about another server's."""
    session.execute(delete(ImapFolder).where(ImapFolder.account_id == account_id))


def forget_left(session: Session, account_id: int) -> None:
    """Whoever connects a mailbox anew has seen what could not be taken."""
    session.execute(update(ImapFolder).where(ImapFolder.account_id == account_id).values(left_behind=[]))


def tidied(session: Session, account_id: int, folder: str, uidvalidity: int, uids: Sequence[int]) -> None:
    """These mails have been flagged, moved or deleted."""
    row = _locked(session, account_id, folder)
    if row is not None and row.uidvalidity == uidvalidity:
        row.tidy = [uid for uid in row.tidy if uid not in set(uids)]


def went_well(session: Session, account_id: int, at: datetime, complaint: str | None) -> None:
    """All folders were looked through; `complaint` is what could not be done all the same."""
    values = {"good_at": at, "failing_since": None, "complaint": complaint}
    session.execute(update(ImapAccount).where(ImapAccount.id == account_id).values(**values))


def went_wrong(session: Session, account_id: int, at: datetime, complaint: str) -> None:
    values = {"failing_since": func.coalesce(ImapAccount.failing_since, at), "complaint": complaint[:500]}
    session.execute(update(ImapAccount).where(ImapAccount.id == account_id).values(**values))


def health(session: Session) -> list[Health]:
    """How it goes with each account of this tenant."""
    left = (
        select(func.coalesce(func.sum(func.jsonb_array_length(ImapFolder.left_behind)), 0))
        .where(ImapFolder.org_id == ImapAccount.org_id, ImapFolder.account_id == ImapAccount.id)
        .scalar_subquery()
    )
    question = (
        select(Mailbox.address, ImapAccount, left)
        .join(Mailbox, (Mailbox.org_id == ImapAccount.org_id) & (Mailbox.id == ImapAccount.mailbox_id))
        .where(Mailbox.active)
        .order_by(Mailbox.address)
    )
    return [Health(*row) for row in session.execute(question)]


def alarms(now: datetime) -> Select[int]:
    """How many mailboxes have not been fetched for too long, or soon cannot be."""
    since = func.coalesce(ImapAccount.good_at, ImapAccount.changed_at)
    return (
        select(func.count())
        .select_from(ImapAccount)
        .join(Mailbox, (Mailbox.org_id == ImapAccount.org_id) & (Mailbox.id == ImapAccount.mailbox_id))
        .where(Mailbox.active, (since < now - OVERDUE) | (ImapAccount.expires_at < now + EXPIRY_WARNING))
    )


def _locked(session: Session, account_id: int, folder: str) -> ImapFolder | None:
    question = select(ImapFolder).where(ImapFolder.account_id == account_id, ImapFolder.name == folder)
    return session.scalar(question.with_for_update())
