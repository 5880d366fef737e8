"""Say in words what a calendar part asks for: what, when, where, who."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_METHODS = {
    "REQUEST": "Invitation",
    "REPLY": "Answer to an invitation",
    "CANCEL": "Cancelled",
    "COUNTER": "Another time proposed",
    "PUBLISH": "Event",
    "ADD": "Addition to an event",
    "REFRESH": "Request for the latest version of an event",
    "DECLINECOUNTER": "Proposed time declined",
}
_ANSWERS = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative", "DELEGATED": "delegated"}
_ESCAPED = re.compile(r"\\([\\;,nN])")
_MAX_GUESTS = 30


def in_words(calendar: str) -> str:
    """The first event or task of a calendar as lines of text; "" when there is none."""
    fields = _fields_of_first_event(calendar)
    if not fields:
        return ""
    method = _METHODS.get(_first(fields, "METHOD").upper(), "Event")
    lines = [f"{method}: {_text(_first(fields, 'SUMMARY')) or 'without a title'}"]
    when = " - ".join(filter(None, (_moment(fields, "DTSTART"), _moment(fields, "DTEND") or _moment(fields, "DUE"))))
    if when:
        lines.append(f"When: {when}")
    if _first(fields, "RRULE"):
        lines.append(f"Repeats: {_first(fields, 'RRULE')[:200]}")
    where = _text(_first(fields, "LOCATION"))
    if where:
        lines.append(f"Where: {where}")
    lines.extend(f"Organizer: {_person(parameters, value)}" for parameters, value in fields.get("ORGANIZER", [])[:1])
    guests = [_guest(parameters, value) for parameters, value in fields.get("ATTENDEE", [])[:_MAX_GUESTS]]
    if guests:
        lines.append(f"Who: {', '.join(guests)}")
    description = _text(_first(fields, "DESCRIPTION")).strip()
    if description:
        lines += ["", description]
    return "\n".join(lines)


def summary_of(calendar: str) -> str:
    """The title of the event."""
    return _text(_first(_fields_of_first_event(calendar), "SUMMARY"))


def _fields_of_first_event(calendar: str) -> dict[str, list[tuple[str, str]]]:
    fields: dict[str, list[tuple[str, str]]] = {}
    inside = False
    seen = False
    for line in re.sub(r"\r?\n[ \t]", "", calendar[:500_000]).splitlines()[:5_000]:
        head, colon, value = _split(line)
        if not colon:
            continue
        name, _, parameters = head.partition(";")
        name = name.strip().upper()
        if name in ("BEGIN", "END"):
            is_event = value.strip().upper() in ("VEVENT", "VTODO")
            if is_event and name == "END":
                break
            inside = (name == "BEGIN" and is_event) or (inside and name == "END")
            seen = seen or inside
        elif inside or name == "METHOD":
            fields.setdefault(name, []).append((parameters, value))
    return fields if seen else {}


def _split(line: str) -> tuple[str, str, str]:
    """At the first colon that is not inside quotes."""
    quoted = False
    for place, letter in enumerate(line):
        if letter == '"':
            quoted = not quoted
        elif letter == ":" and not quoted:
            return line[:place], ":", line[place + 1 :]
    return line, "", ""


def _first(fields: dict[str, list[tuple[str, str]]], name: str) -> str:
    return fields[name][0][1] if name in fields else ""


def _text(value: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value).strip()


def _moment(fields: dict[str, list[tuple[str, str]]], name: str) -> str:
    if name not in fields:
        return ""
    parameters, value = fields[name][0]
    value = value.strip()
    zone = re.search(r"(?i)TZID=\"?([^;:\"]{1,80})", parameters)
    try:
        if len(value) == 8:  # noqa: PLR2004 - a day without a time
            return datetime.strptime(value, "%Y%m%d").replace(tzinfo=UTC).strftime("%Y-%m-%d")
        moment = datetime.strptime(value.rstrip("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return value[:40]
    suffix = " UTC" if value.endswith("Z") else f" ({zone[1]})" if zone else ""
    return moment.strftime("%Y-%m-%d %H:%M") + suffix


def _person(parameters: str, value: str) -> str:
    name = re.search(r"(?i)(?:^|;)CN=(?:\"([^\"]{1,200})\"|([^;]{1,200}))", parameters)
    address = re.sub(r"(?i)^mailto:", "", value.strip())[:200]
    shown = (name[1] or name[2]).strip() if name else ""
    return f"{shown} <{address}>" if shown and shown != address else address


def _guest(parameters: str, value: str) -> str:
    answer = re.search(r"(?i)PARTSTAT=([A-Z-]{1,20})", parameters)
    word = _ANSWERS.get(answer[1].upper(), "") if answer else ""
    return _person(parameters, value) + (f" ({word})" if word else "")
