"""Relays of single mailboxes: where their letters leave, as whom, and how it goes. All others use the common one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, LargeBinary, UniqueConstraint, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from mailgate.store.base import TenantRow, points_to
from mailgate.store.imap import EXPIRY_WARNING
from mailgate.store.office import Mailbox


class RelayAccount(TenantRow):
    """How a mailbox's letters leave. A change makes its `changed_at` later, which every process notices."""

    __tablename__ = "relay_accounts"
    __table_args__ = (
        UniqueConstraint("org_id", "mailbox_id"),
        CheckConstraint("kind IN ('smtp', 'graph')", name="kind"),
        CheckConstraint("security IN ('tls', 'starttls', 'none')", name="security"),
        points_to("mailboxes", "mailbox_id", gone_with=True),
    )

    mailbox_id: Mapped[int]
    kind: Mapped[str]  # smtp, or Microsoft's Graph
    host: Mapped[str]
    port: Mapped[int]
    security: Mapped[str]
    username: Mapped[str | None]  # None: it takes our letters without a sign-in
    oauth: Mapped[dict[str, Any] | None]  # whom to ask for tokens, and as whom; None: a password
    secret: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)  # sealed: password, or refresh token
    expires_at: Mapped[datetime | None]  # when the secret ends, where that is known
    changed_at: Mapped[datetime]
    failing_since: Mapped[datetime | None]
    complaint: Mapped[str | None]  # what is wrong at present


def relay_of(session: Session, mailbox_id: int, *, lock: bool = False) -> RelayAccount | None:
    question = select(RelayAccount).where(RelayAccount.mailbox_id == mailbox_id)
    return session.scalar(question.with_for_update() if lock else question)


def relays_of(session: Session, mailbox_ids: Iterable[int]) -> dict[int, RelayAccount]:
    """The relays of their own that some mailboxes have."""
    question = select(RelayAccount).where(RelayAccount.mailbox_id.in_(set(mailbox_ids)))
    return {account.mailbox_id: account for account in session.scalars(question)}


def every_relay(session: Session) -> dict[str, RelayAccount]:
    """All of a tenant's, by the address of their mailbox."""
    question = (
        select(Mailbox.address, RelayAccount)
        .join(RelayAccount, RelayAccount.mailbox_id == Mailbox.id)
        .where(Mailbox.active)
        .order_by(Mailbox.address)
    )
    return dict(session.execute(question).tuples().all())


def words(address: str, account: RelayAccount, now: datetime) -> str | None:
    """What somebody should know and do; None while all is well."""
    if account.complaint is not None:
        since = account.failing_since or account.changed_at
        return f"{address} cannot send since {since:%Y-%m-%d %H:%M} UTC: {account.complaint}"
    if account.expires_at is not None and account.expires_at - now < EXPIRY_WARNING:
        return f"{address}: its relay's password or sign-in ends on {account.expires_at:%Y-%m-%d}"
    return None


def sealed_secrets(session: Session) -> list[RelayAccount]:
    """Those with a secret, locked, so that it can be sealed anew."""
    question = select(RelayAccount).where(RelayAccount.secret.is_not(None)).order_by(RelayAccount.id)
    return list(session.scalars(question.with_for_update()))


def secret_of(session: Session, account_id: int) -> bytes | None:
    """The sealed secret, for us alone until the transaction ends: some providers replace a token when it is used."""
    question = select(RelayAccount.secret).where(RelayAccount.id == account_id).with_for_update()
    return session.scalars(question).one()


def replace_secret(session: Session, account_id: int, sealed: bytes, expires_at: datetime | None) -> None:
    """The provider has given us another token. Not a change of the account."""
    values = {"secret": sealed, "expires_at": expires_at}
    session.execute(update(RelayAccount).where(RelayAccount.id == account_id).values(**values))


def goes(session: Session, account_id: int, at: datetime, complaint: str | None) -> None:
    """How it goes now: None is well."""
    since = func.coalesce(RelayAccount.failing_since, at) if complaint else None
    values = {"failing_since": since, "complaint": complaint and complaint[:500]}
    session.execute(update(RelayAccount).where(RelayAccount.id == account_id).values(**values))
