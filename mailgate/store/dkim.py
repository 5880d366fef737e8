"""Keys that sign what leaves: one a domain, sealed, with the record that publishes it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from mailgate.store.base import TenantRow


class DkimKey(TenantRow):
    """A domain's key. Its mailboxes' letters are signed with it."""

    __tablename__ = "dkim_keys"
    __table_args__ = (UniqueConstraint("org_id", "domain"),)

    domain: Mapped[str]
    selector: Mapped[str]
    record: Mapped[str]  # what stands in the DNS at SELECTOR._domainkey.DOMAIN
    secret: Mapped[bytes] = mapped_column(LargeBinary)  # sealed: the private key, PEM
    created_at: Mapped[datetime]

    @property
    def name(self) -> str:
        """Where its record stands."""
        return f"{self.selector}._domainkey.{self.domain}"


def dkim_key(session: Session, domain: str) -> DkimKey | None:
    return session.scalar(select(DkimKey).where(DkimKey.domain == domain))


def dkim_keys(session: Session) -> list[DkimKey]:
    return list(session.scalars(select(DkimKey).order_by(DkimKey.domain)))
