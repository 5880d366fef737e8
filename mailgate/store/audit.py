"""The audit: what was changed in the set-up, by whom, from where; and who signed in. Never changed afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from mailgate.store.base import TenantRow


class AuditEntry(TenantRow):
    """One deed. `what` names the kind of thing it was done to, `name` the thing; `data`: {field: [from, to]}."""

    __tablename__ = "audit"
    __table_args__ = (Index("audit_what_idx", "org_id", "what", "id"), Index("audit_at_idx", "at"))

    at: Mapped[datetime]
    deed: Mapped[str]  # added, changed, removed, signed in …
    what: Mapped[str]
    name: Mapped[str]
    by_name: Mapped[str]
    agent_id: Mapped[int | None]  # who did it; None: a program, or a command
    address: Mapped[str] = mapped_column(server_default="")  # from where
    data: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
