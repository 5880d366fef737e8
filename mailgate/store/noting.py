"""Whatever somebody changes in the set-up is noted in the audit as it is written, so that no verb can forget to.

Work that nobody asked for (a worker's) is not noted: nobody did it. See `store.audit.work_for`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, inspect, select
from sqlalchemy.orm import Session

from mailgate import clock
from mailgate.store.agents import Agent, TeamMember, Token
from mailgate.store.audit import By, record
from mailgate.store.base import TenantRow
from mailgate.store.companies import Company, CompanyDomain
from mailgate.store.dkim import DkimKey
from mailgate.store.fields import OwnField, TagDefinition
from mailgate.store.imap import ImapAccount
from mailgate.store.letters import LetterSetting, LetterVersion
from mailgate.store.office import Category, Mailbox, Team, TeamCategory
from mailgate.store.organisations import Organisation
from mailgate.store.people import Person
from mailgate.store.promises import CalendarRow, PolicyRow
from mailgate.store.relays import RelayAccount
from mailgate.store.replies import CannedReply
from mailgate.store.senders import SenderRule

_LONGEST = 2000  # characters of a value that are kept
_SECRET = "(kept secret)"  # noqa: S105 - what stands there instead of one
_SECRETS = frozenset({"password_hash"})
_QUIET = frozenset(
    {"org_id", "id", "created_at", "changed_at", "changed_by", "by", "at", "uses", "used_at", "totp_step",
     "is_timed", "retime_after", "presence", "away_until", "away_since", "turn", "good_at", "failing_since",
     "complaint", "trouble", "trouble_at"}
)  # fmt: skip
_POINTERS: dict[str, tuple[type[TenantRow], str]] = {
    "team_id": (Team, "name"), "category_id": (Category, "name"), "parent_id": (Category, "name"),
    "agent_id": (Agent, "email"), "mailbox_id": (Mailbox, "address"), "calendar_id": (CalendarRow, "name"),
    "letter_id": (LetterSetting, "name"), "company_id": (Company, "name"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    """How rows of a table are called in the audit."""

    what: str
    named: Callable[[Session, Any], str]
    is_noted: Callable[[Any], bool] = lambda _: True
    deed: Callable[[Any], str | None] = lambda _: None  # where the row says so itself


def _by(*columns: str, between: str = " ") -> Callable[[Session, Any], str]:
    return lambda session, row: between.join(str(_told(session, column, getattr(row, column))) for column in columns)


KINDS: dict[type, Kind] = {
    Agent: Kind("agent", _by("email")),
    Team: Kind("team", _by("name")),
    TeamMember: Kind("team member", _by("agent_id", "team_id", between=" in ")),
    TeamCategory: Kind("team's category", _by("category_id", "team_id", between=" for ")),
    Category: Kind("category", _by("name")),
    OwnField: Kind("field", _by("name")),
    TagDefinition: Kind("tag", _by("name")),
    Mailbox: Kind("mailbox", _by("address")),
    ImapAccount: Kind("fetching", _by("mailbox_id")),
    RelayAccount: Kind("relay", _by("mailbox_id")),
    DkimKey: Kind("DKIM key", _by("domain")),
    LetterVersion: Kind("letter", _by("letter_id"), deed=lambda row: str(row.deed)),
    CannedReply: Kind("canned reply", _by("name")),
    CalendarRow: Kind("calendar", _by("name")),
    PolicyRow: Kind("policy", _by("name")),
    SenderRule: Kind("sender", _by("pattern")),
    Token: Kind("API token", _by("name"), is_noted=lambda row: row.kind == "api"),
    Organisation: Kind("organisation", _by("name")),
    Person: Kind("customer", _by("name"), is_noted=lambda row: bool(inspect(row).persistent)),  # whoever writes is new
    Company: Kind("company", _by("name")),
    CompanyDomain: Kind("company's domain", _by("domain", "company_id", between=" of ")),
}


def note_changes(session: Session) -> None:
    """Note what is about to be written, if somebody asked for it."""
    by: By | None = session.info.get("by")
    if by is None:
        return
    for deed, row, data in [*_deeds(session)]:
        kind = KINDS[type(row)]
        record(session, by, clock.now(), kind.deed(row) or deed, kind.what, kind.named(session, row), data)


def _deeds(session: Session) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    for deed, rows in (("added", session.new), ("removed", session.deleted)):
        for row in rows:
            if type(row) in KINDS and KINDS[type(row)].is_noted(row):
                yield deed, row, _values(session, row) if deed == "added" else {}
    for row in session.dirty:
        if type(row) in KINDS and KINDS[type(row)].is_noted(row) and (data := _changes(session, row)):
            yield "changed", row, data


def _values(session: Session, row: Any) -> dict[str, Any]:
    """What a new thing begins with; what is not said of it is left out."""
    told = {name: _told(session, name, getattr(row, name), row) for name in _columns(row)}
    return {name: [None, value] for name, value in told.items() if value not in (None, "", [], {}, False)}


def _changes(session: Session, row: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in _columns(row):
        history = inspect(row).attrs[name].history
        if not history.has_changes():
            continue
        before = history.deleted[0] if history.deleted else None
        after = history.added[0] if history.added else None
        if before != after:
            found[name] = [_told(session, name, before, row), _told(session, name, after, row)]
    return found


def _columns(row: Any) -> list[str]:
    """The columns to tell of; a deferred one nobody has loaded has not been changed either."""
    state = inspect(row)
    return [each.key for each in state.mapper.column_attrs if each.key not in _QUIET and each.key not in state.unloaded]


def _told(session: Session, column: str, value: Any, row: Any = None) -> Any:
    """A value as the audit keeps it: names instead of numbers, never a secret, nothing long."""
    if value is None:
        return None
    if column in _SECRETS or (row is not None and isinstance(_type_of(row, column), LargeBinary)):
        return _SECRET
    if column in _POINTERS:
        kind, name = _POINTERS[column]
        with session.no_autoflush:
            known = next((each for each in session.new if type(each) is kind and each.id == value), None)
            return getattr(known or session.scalar(select(kind).where(kind.id == value)), name, str(value))
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, str) and len(value) > _LONGEST:
        return value[:_LONGEST] + "…"
    return value


def _type_of(row: Any, column: str) -> Any:
    return inspect(row).mapper.column_attrs[column].columns[0].type
