"""The header block of a mail or of a part: raw values by name, and as a person reads them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.message import Message
from email.utils import parsedate_tz

from mailparser.dates import parse_mail_date

from mailgate.parse.encoded_words import clean, header_text, raw_text

_ID_IN_BRACKETS = re.compile(r"<([^<>]{1,998})>")
_BARE_ID = re.compile(r"(?<![^\s<>,;\"()])[^\s<>,;\"()]+@[^\s<>,;\"()]+")
MAX_ID = 998
_DAY_RANGE = timedelta(hours=24)


class Headers:
    """Header values in order; names ignore case."""

    def __init__(self, message: Message) -> None:
        self._values: dict[str, list[str]] = {}
        self.items: list[tuple[str, str]] = []
        for name, value in message.raw_items():
            key = name.strip().lower()
            self._values.setdefault(key, []).append(str(value))
            self.items.append((key, str(value)))

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def raw(self, name: str) -> str:
        values = self._values.get(name)
        return values[0] if values else ""

    def raw_all(self, name: str) -> list[str]:
        return self._values.get(name, [])

    def text(self, name: str) -> str:
        """The first value that says anything, decoded."""
        for value in self._values.get(name, ()):
            text = header_text(value)
            if text:
                return text
        return ""

    def plain(self, name: str) -> str:
        """The first value, unfolded and lower case: for keywords."""
        if name not in self._values:
            return ""
        return clean(raw_text(self.raw(name))).lower()

    def names(self) -> list[str]:
        return list(self._values)


def raw_header(part: Message, name: str) -> str:
    """The first header of this name as it stands; `Message.get` loses its raw bytes."""
    return next((str(value) for key, value in part.raw_items() if key.lower() == name), "")


def message_ids(values: list[str]) -> tuple[str, ...]:
    """All ids in order, each once: in brackets, else whatever looks like one."""
    found: dict[str, None] = {}
    for value in values:
        text = clean(raw_text(value))
        ids = _ID_IN_BRACKETS.findall(text) or _BARE_ID.findall(text)
        found.update(dict.fromkeys("".join(one.split()) for one in ids))
    return tuple(one for one in found if one)


def own_message_id(headers: Headers) -> str | None:
    """The mail's own id; a bare word counts, since programs answer with what they saw."""
    for value in headers.raw_all("message-id"):
        ids = message_ids([value])
        if ids:
            return ids[0]
        bare = clean(raw_text(value)).strip("<> \t")
        if bare and len(bare) < MAX_ID:
            return bare
    return None


def read_date(raw: str, defects: list[str]) -> datetime | None:
    """When the mail says it was written, with its offset kept."""
    if not raw.strip():
        return None
    text = clean(raw_text(raw))
    result = parse_mail_date(text)
    if result.value is not None:
        return _with_offset(result.value, float(result.timezone))
    try:
        fields = parsedate_tz(text[:200])
        if fields is None:
            raise ValueError  # noqa: TRY301 - one way out for all that cannot be read
        moment = datetime(*fields[:6], tzinfo=UTC) - timedelta(seconds=fields[9] or 0)
        defects.append("Date: irregular")
        return _with_offset(moment, (fields[9] or 0) / 3600)
    except (ValueError, TypeError, OverflowError, IndexError):
        defects.append("Date: cannot be read")
        return None


def _with_offset(moment: datetime, hours: float) -> datetime:
    offset = timedelta(minutes=round(hours * 60))
    try:
        return moment.astimezone(timezone(offset) if abs(offset) < _DAY_RANGE else UTC)
    except OverflowError:
        return moment
