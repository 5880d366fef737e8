"""The audit: who changed what in the set-up, when and from where; and who signed in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Blueprint, request

from mailgate.store.agents import agents
from mailgate.store.audit import AuditEntry, entries, kinds
from web.access import desk, zone_of
from web.show.audit import Change, changes
from web.show.fields import Option, day
from web.show.shell import desk_page
from web.speech import say, told

pages = Blueprint("audit", __name__, url_prefix="/admin/audit")

_SHOWN = 50
_LONGEST_ID = 18


class Line(NamedTuple):
    """One deed, as it is shown."""

    entry: AuditEntry
    changes: list[Change]


@pages.get("")
def show() -> str:
    """Show the newest, narrowed by what, by whom and by days."""
    asked = {name: request.args.get(name, "").replace("\0", "")[:100] for name in ("what", "agent", "since", "until")}
    before = request.args.get("before", "")
    with desk() as session:
        zone = ZoneInfo(zone_of(session))
        until = _midnight(asked["until"], zone)
        found = entries(
            session, what=asked["what"] or None, agent_id=_id(asked["agent"]), since=_midnight(asked["since"], zone),
            until=until + timedelta(days=1) if until else None, before=_id(before), limit=_SHOWN + 1,
        )  # fmt: skip
        older = None
        if len(found) > _SHOWN:
            said = {name: value for name, value in asked.items() if value}
            older = f"/admin/audit?{urlencode(said | {'before': str(found[_SHOWN - 1].id)})}"
        people = [Option(str(agent.id), agent.name) for agent in agents(session)]
        return desk_page(
            session, "audit.html", current="audit", lines=[*_lines(found[:_SHOWN])], older=older, asked=asked,
            kinds=[Option("", say("Everything")), *(Option(kind, told(kind.capitalize())) for kind in kinds(session))],
            people=[Option("", say("Anybody")), *people],
        )  # fmt: skip


def _lines(found: list[AuditEntry]) -> Iterator[Line]:
    for entry in found:
        yield Line(entry, changes(entry))


def _id(text: str) -> int | None:
    is_number = text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID
    return int(text) if is_number else None


def _midnight(text: str, zone: ZoneInfo) -> datetime | None:
    found = day(text)
    return datetime.combine(found, time(), zone) if found else None
