"""Rules as admins wrote them, every version, every run, and the moments at which a ticket has to be looked at again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Index, UniqueConstraint, delete, func, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from mailgate.store.base import Base, TenantRow, points_to, tenant
from mailgate.store.events import Event
from mailgate.store.organisations import Organisation
from mailgate.store.tickets import Ticket


class RuleRow(TenantRow):
    """A rule. `given`: as its schema has it (rules/schema.py)."""

    __tablename__ = "rules"
    __table_args__ = (
        UniqueConstraint("org_id", "name"),
        Index("rules_place_idx", "org_id", "place"),
        Index("rules_next_at_idx", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    )

    name: Mapped[str]
    place: Mapped[int]
    active: Mapped[bool]
    shipped: Mapped[str | None]  # which of the rules that ship it was at first
    version: Mapped[int]
    given: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]  # what was due before is let be
    next_at: Mapped[datetime | None]  # of a schedule that is on
    walked_to: Mapped[int] = mapped_column(server_default=text("0"))  # and how far it has come since


class RuleVersion(TenantRow):
    """What a rule was, from when on and by whom."""

    __tablename__ = "rule_versions"
    __table_args__ = (
        Index("rule_versions_number_key", "org_id", "rule_id", "number", unique=True),
        points_to("rules", "rule_id", gone_with=True),
    )

    rule_id: Mapped[int]
    number: Mapped[int]
    given: Mapped[dict[str, Any]]
    by_name: Mapped[str]
    created_at: Mapped[datetime]


class RuleRun(TenantRow):
    """A rule acted on a ticket: what it saw and did. `once`: what may make it act no second time."""

    __tablename__ = "rule_runs"
    __table_args__ = (
        Index("rule_runs_ticket_idx", "org_id", "ticket_id", "at"),
        Index("rule_runs_rule_idx", "org_id", "rule_id", "id"),
        Index(
            "rule_runs_once_key",
            "org_id",
            "ticket_id",
            "rule_id",
            "once",
            unique=True,
            postgresql_where=text("once IS NOT NULL"),
        ),
        points_to("rules", "rule_id", gone_with=True),
        points_to("tickets", "ticket_id", gone_with=True),
    )

    rule_id: Mapped[int]
    rule_name: Mapped[str]  # as it was then
    version: Mapped[int]
    ticket_id: Mapped[int]
    event_id: Mapped[int | None]
    once: Mapped[str | None]
    at: Mapped[datetime]
    saw: Mapped[dict[str, Any]]
    did: Mapped[list[Any]]


class RuleTimer(Base):
    """When a ticket has to be looked at because of a rule that waits for time to pass."""

    __tablename__ = "rule_timers"
    __table_args__ = (
        Index("rule_timers_due_at_idx", "due_at"),
        points_to("tickets", "ticket_id", gone_with=True),
    )

    org_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    due_at: Mapped[datetime]


def rule_rows(session: Session, *, only_active: bool = False) -> list[RuleRow]:
    """In the order they are asked."""
    question = select(RuleRow).order_by(RuleRow.place, RuleRow.id)
    return list(session.scalars(question.where(RuleRow.active) if only_active else question))


def rules_since(session: Session, when: str) -> datetime | None:
    """Since when there are rules that wait for this, as they are now."""
    waits = (RuleRow.active, RuleRow.given["when"].astext == when)
    return session.scalar(select(func.min(RuleRow.changed_at)).where(*waits))


def rule_row(session: Session, rule_id: int, *, lock: bool = False) -> RuleRow | None:
    question = select(RuleRow).where(RuleRow.id == rule_id)
    if lock:
        question = question.with_for_update().execution_options(populate_existing=True)
    return session.scalar(question)


def next_rule_place(session: Session) -> int:
    return (session.scalar(select(func.max(RuleRow.place))) or 0) + 10


def versions_of_rule(session: Session, rule_id: int) -> list[RuleVersion]:
    """Newest first."""
    question = select(RuleVersion).where(RuleVersion.rule_id == rule_id).order_by(RuleVersion.number.desc())
    return list(session.scalars(question))


def remove_rule(session: Session, row: RuleRow) -> None:
    """With its versions and what it did, as far as that is not told on tickets."""
    session.delete(row)


def rules_changed(session: Session, triggers: Iterable[str], *, timed: bool) -> None:
    """What the rules that are on wait for; whoever has them in memory reads them anew. `timed`: so are open tickets."""
    session.flush()
    values: dict[str, Any] = {
        "rule_triggers": sorted(set(triggers)),
        "rules_version": Organisation.rules_version + 1,
    }
    if timed:
        values["rerule_after"] = 0
    session.execute(update(Organisation).where(Organisation.id == tenant(session)).values(values))


def runs_of_ticket(session: Session, ticket_id: int) -> list[RuleRun]:
    """What rules did to a ticket, oldest first."""
    return list(session.scalars(select(RuleRun).where(RuleRun.ticket_id == ticket_id).order_by(RuleRun.at, RuleRun.id)))


def runs_of_rule(session: Session, rule_id: int, limit: int) -> list[tuple[RuleRun, str]]:
    """What a rule did last, newest first, each with its ticket's number."""
    question = (
        select(RuleRun, Ticket.number)
        .join(Ticket, (Ticket.org_id == RuleRun.org_id) & (Ticket.id == RuleRun.ticket_id))
        .where(RuleRun.rule_id == rule_id)
        .order_by(RuleRun.id.desc())
        .limit(limit)
    )
    return [(run, number) for run, number in session.execute(question)]


def runs_since(session: Session, ticket_ids: Iterable[int], since: datetime) -> dict[int, int]:
    """How often rules acted on some tickets since then."""
    question = (
        select(RuleRun.ticket_id, func.count())
        .where(RuleRun.ticket_id.in_(list(ticket_ids)), RuleRun.at > since)
        .group_by(RuleRun.ticket_id)
    )
    return {row[0]: row[1] for row in session.execute(question)}


def done_once(session: Session, ticket_ids: Iterable[int]) -> set[tuple[int, int, str]]:
    """What was done on some tickets and is not done again: (ticket, rule, what)."""
    columns = (RuleRun.ticket_id, RuleRun.rule_id, RuleRun.once)
    question = select(*columns).where(RuleRun.ticket_id.in_(list(ticket_ids)), RuleRun.once.is_not(None))
    return {(row[0], row[1], str(row[2])) for row in session.execute(question)}


_SET = text(
    "INSERT INTO rule_timers (org_id, ticket_id, due_at)"
    " SELECT :org, * FROM unnest(CAST(:ids AS bigint[]), CAST(:due AS timestamptz[])) AS w (id, due)"
    " ON CONFLICT (org_id, ticket_id) DO UPDATE SET due_at = excluded.due_at"
    " WHERE rule_timers.due_at <> excluded.due_at"
)


def set_timers(session: Session, due: Mapping[int, datetime | None]) -> None:
    """When some tickets have to be looked at next; None: not at all, as things stand."""
    gone = sorted(ticket_id for ticket_id, at in due.items() if at is None)
    if gone:
        session.execute(delete(RuleTimer).where(RuleTimer.org_id == tenant(session), RuleTimer.ticket_id.in_(gone)))
    kept = {ticket_id: at for ticket_id, at in sorted(due.items()) if at is not None}
    if kept:
        session.execute(_SET, {"org": tenant(session), "ids": list(kept), "due": list(kept.values())})


def claim_timers(connection: Connection, limit: int, now: datetime, until: datetime) -> list[tuple[int, int]]:
    """Take tickets that rules have waited for, across tenants: (organisation, ticket)."""
    question = text("SELECT org_id, ticket_id FROM claim_timers(:limit, :now, :until)")
    return [(row[0], row[1]) for row in connection.execute(question, {"limit": limit, "now": now, "until": until})]


def organisations_with_rules_due(connection: Connection, now: datetime) -> list[int]:
    """Whose schedules have come, or whose open tickets are to be looked at for rules that have changed."""
    return [row[0] for row in connection.execute(text("SELECT organisations_with_rules_due(:now)"), {"now": now})]


def schedules_due(session: Session, now: datetime) -> list[RuleRow]:
    """Rules whose time of day has come, locked; those that somebody else has are left to them."""
    question = select(RuleRow).where(RuleRow.active, RuleRow.next_at <= now).order_by(RuleRow.next_at, RuleRow.place)
    locked = question.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    return list(session.scalars(locked))


def tickets_after(session: Session, after: int, limit: int, *, closed: bool = False) -> list[int]:
    """The next tickets that are not closed, by id."""
    question = select(Ticket.id).where(Ticket.id > after, Ticket.merged_into_id.is_(None))
    if not closed:
        question = question.where(Ticket.status != "closed")
    return list(session.scalars(question.order_by(Ticket.id).limit(limit)))


def next_to_rule(session: Session, limit: int) -> list[int]:
    """The next open tickets that are to be looked at for rules that have changed; none when that is done."""
    mine = select(Organisation).where(Organisation.id == tenant(session)).with_for_update()
    organisation = session.scalars(mine.execution_options(populate_existing=True)).one()
    if organisation.rerule_after is None:
        return []
    found = tickets_after(session, organisation.rerule_after, limit)
    organisation.rerule_after = found[-1] if len(found) == limit else None
    return found


def lately(session: Session, kinds: Iterable[str], since: datetime, limit: int) -> list[Event]:
    """What happened last, newest first, of some kinds."""
    newest = select(Event).where(Event.kind.in_(list(kinds)), Event.at >= since).order_by(Event.id.desc())
    return list(session.scalars(newest.limit(limit)))
