"""Turn plain values into what a page shows: times, sizes, initials, hues, and a letter's folded stretches."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from itertools import groupby
from zoneinfo import ZoneInfo

from jinja2 import Environment, pass_context
from jinja2.runtime import Context

from mailgate import clock
from mailgate.mail import Span, SpanKind
from web.speech import DAYS, later, say, say_count, spoken

HUES = 12
KILO = 1024
MINUTE, HOUR, DAY, WEEK = 60, 3600, 86400, 7
_MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "de": ("Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."),
    "fr": (
        "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.",
    ),
    "es": ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"),
}  # fmt: skip
_MINUTES = {"en": "min", "de": "Min.", "fr": "min", "es": "min"}
_HOURS = {"en": "h", "de": "Std.", "fr": "h", "es": "h"}
_NOW = {"en": "now", "de": "jetzt", "fr": "à l’instant", "es": "ahora"}
# Said by a script as well, while a page stands open (`js/clocks.js`).
LEFT = {
    ("left", "min"): later("{count} min left"),
    ("left", "h"): later("{count} h left"),
    ("late", "min"): later("{count} min late"),
    ("late", "h"): later("{count} h late"),
}
_NEAR = {
    "en": {0: "today", 1: "yesterday", -1: "tomorrow"},
    "de": {0: "heute", 1: "gestern", -1: "morgen"},
    "fr": {0: "aujourd’hui", 1: "hier", -1: "demain"},
    "es": {0: "hoy", 1: "ayer", -1: "mañana"},
}
WIDE_SCRIPTS = range(0x2E80, 0xD7B0)  # Chinese, Japanese, Korean: one character says a name


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of a letter's text that is shown as it is, or folded behind a pill that tells what it is and its lines."""

    text: str
    lines: int
    folded: str | None = None  # what is folded away; none: it is shown

    @property
    def is_folded(self) -> bool:
        return self.folded is not None


def install(environment: Environment) -> None:
    """Give the templates their filters; a page tells its zone by the variable `zone`, a name such as Europe/Berlin."""
    environment.filters.update(
        ago=_in_zone(ago),
        at=_in_zone(at),
        day=_in_zone(day),
        exact=_exact_in_zone,
        initials=initials,
        hue=hue,
        left=_in_zone(left),
        size=size,
        snippet=snippet,
    )
    environment.globals["stretches"] = stretches


def ago(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """How long ago, as a list tells it: now, 12 min, 3 h, Thu, 12 Oct, 12 Oct 2025."""
    seconds = (now - moment).total_seconds()
    if seconds < MINUTE:
        return _NOW[spoken()] if seconds > -MINUTE else at(moment, now, zone)
    if seconds < HOUR:
        return f"{int(seconds // MINUTE)} {_MINUTES[spoken()]}"
    if seconds < DAY:
        return f"{int(seconds // HOUR)} {_HOURS[spoken()]}"
    local, today = moment.astimezone(zone), now.astimezone(zone)
    return weekday(local) if (today.date() - local.date()).days < WEEK else _date(local, today)


def at(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """When, as a thread tells it: 10:27, Thu 10:27, 12 Oct 10:27, 12 Oct 2025 10:27."""
    local, today = moment.astimezone(zone), now.astimezone(zone)
    distance = abs((today.date() - local.date()).days)
    if distance == 0:
        return f"{local:%H:%M}"
    return f"{weekday(local) if distance < WEEK else _date(local, today)} {local:%H:%M}"


def left(due: datetime, now: datetime, zone: tzinfo) -> str:
    """How a clock stands: 38 min left, 2 h left, Mon 10:30; 5 min late, 1 h late, 3 days late."""
    seconds = (due - now).total_seconds()
    which, amount = ("left", seconds) if seconds > 0 else ("late", -seconds)
    if amount < HOUR:
        return say(LEFT[which, "min"]).replace("{count}", str(max(1, int(amount // MINUTE))))
    if amount < DAY:
        return say(LEFT[which, "h"]).replace("{count}", str(int(amount // HOUR)))
    return (
        at(due, now, zone)
        if which == "left"
        else say_count("%(num)s day late", "%(num)s days late", int(amount // DAY))
    )


def day(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """When, as a customer is told: today, 09:02 · yesterday, 09:02 · Thu 12 Oct, 09:02."""
    local, today = moment.astimezone(zone), now.astimezone(zone)
    near = _NEAR[spoken()].get((today.date() - local.date()).days)
    return f"{near or f'{weekday(local)} {_date(local, today)}'}, {local:%H:%M}"


def exact(moment: datetime, zone: tzinfo) -> str:
    """The whole truth, for the tooltip: Fri 20 Nov 2026, 10:27:31 CET."""
    local = moment.astimezone(zone)
    return f"{weekday(local)} {day_and_month(local)} {local.year}, {local:%H:%M:%S %Z}"


def initials(name: str) -> str:
    """One or two letters that stand for a person: "Ana Ferreira" is AF, "ana@example.org" is A."""
    words = [word for part in name.partition("@")[0].split() if (word := part.strip("\"'([{<.,-_"))]
    letters = [word[0] for word in words if word[0].isalnum()]
    if not letters:
        return "?"
    if ord(letters[0]) in WIDE_SCRIPTS:
        return letters[0]
    return "".join(letters[:2]).upper()


def hue(name: str) -> int:
    """Which of the avatars' hues somebody has: always the same one."""
    return zlib.crc32(name.strip().casefold().encode()) % HUES


def size(octets: int) -> str:
    """A file's size in words: 312 B, 184 KB, 1.2 MB."""
    if octets < KILO:
        return f"{octets} B"
    amount = octets / KILO
    for unit in ("KB", "MB"):
        if round(amount) < KILO:
            return f"{amount:.1f} {unit}" if unit != "KB" and amount < 10 else f"{amount:.0f} {unit}"  # noqa: PLR2004 - 9.7 MB, but 12 MB
        amount /= KILO
    return f"{amount:.1f} GB"


def snippet(text: str, length: int = 160) -> str:
    """The first words of a text, on one line."""
    line = " ".join(text[: length * 4].split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def stretches(text: str, spans: Sequence[Span]) -> tuple[Stretch, ...]:
    """Fold what is quoted or signed and keep answers between quotes open; a text that is all quote is shown whole."""
    found = []
    for is_folded, run in groupby(spans, key=lambda span: span.kind is not SpanKind.REPLY):
        parts = list(run)
        words = "".join(text[part.start : part.end] for part in parts).strip("\r\n").rstrip()
        if words.strip():
            found.append(Stretch(words, words.count("\n") + 1, _named(parts) if is_folded else None))
    if any(not stretch.is_folded for stretch in found):
        return tuple(found)
    whole = text.strip("\r\n").rstrip()
    return (Stretch(whole, whole.count("\n") + 1),)


def _named(folded: Sequence[Span]) -> str:
    kinds = {span.kind for span in folded}
    if kinds == {SpanKind.SIGNATURE}:
        return "Signature"
    return "Quoted text" if kinds == {SpanKind.QUOTE} else "Quoted text and signature"


def _date(local: datetime, today: datetime) -> str:
    year = "" if local.year == today.year else f" {local.year}"
    return f"{day_and_month(local)}{year}"


def weekday(local: date) -> str:
    """Its short name."""
    return DAYS[spoken()][local.weekday()]


def day_and_month(local: date) -> str:
    """Such as 12 Oct."""
    return f"{local.day}{'.' if spoken() == 'de' else ''} {_MONTHS[spoken()][local.month - 1]}"


def _in_zone(tell: Callable[[datetime, datetime, tzinfo], str]) -> Callable[[Context, datetime], str]:
    @pass_context
    def filtered(context: Context, moment: datetime) -> str:
        return tell(moment, clock.now(), _zone(context))

    return filtered


@pass_context
def _exact_in_zone(context: Context, moment: datetime) -> str:
    return exact(moment, _zone(context))


def _zone(context: Context) -> tzinfo:
    name = context.get("zone")
    return ZoneInfo(name) if name else UTC
