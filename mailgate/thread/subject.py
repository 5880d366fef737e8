"""Find our ticket numbers in subjects, whatever mail programs and other systems have wrapped around them."""

from __future__ import annotations

import re
from functools import lru_cache

_PLACE = re.compile(r"\{(YYYY|YY|MM|DD|N(?::\d{1,2})?)\}")
_DIGITS = {"YYYY": r"\d{4}", "YY": r"\d{2}", "MM": r"\d{2}", "DD": r"\d{2}"}
_PREFIXES = re.compile(
    r"(?:(?:re|aw|sv|vs|antw|ang|rif|ref|odp|res|fwd?|fw|wg|tr|rv|enc|pd|vb|vl|i|回复|答复|转发|返信)"
    r"(?:\[\d{1,3}\])?\s?[:：]\s*){1,50}",
    re.IGNORECASE,
)
_SCANNED = 2000  # characters of a subject that are looked at


def numbers_in(subject: str, number_format: str) -> list[str]:
    """Ticket numbers of this format that stand in brackets or behind a #, in order, each once.

    A number without either mark proves nothing: people write order numbers of all shapes.
    """
    flat = re.sub(r"\s+", " ", subject[:_SCANNED])
    return list(dict.fromkeys(match[1].upper() for match in _pattern(number_format).finditer(flat)))


def bare(subject: str, number_format: str) -> str:
    """A subject without what replying, forwarding and we ourselves have put before and into it; for comparing."""
    flat = re.sub(r"\s+", " ", subject[:_SCANNED])
    flat = _token(number_format).sub(" ", flat)
    return " ".join(_PREFIXES.sub("", flat.strip()).split()).casefold()


@lru_cache(maxsize=64)
def _token(number_format: str) -> re.Pattern[str]:
    """A number of ours with the brackets around it."""
    return re.compile(rf"{_pattern(number_format).pattern}[\])】>}}]?", re.IGNORECASE)


@lru_cache(maxsize=64)
def _pattern(number_format: str) -> re.Pattern[str]:
    number, last = "", 0
    for place in _PLACE.finditer(number_format):
        number += re.escape(number_format[last : place.start()])
        number += _DIGITS.get(place[1], r"\d{1,12}")
        last = place.end()
    number += re.escape(number_format[last:])
    return re.compile(rf"[\[(【<{{#] ?#? ?({number})(?![0-9A-Z])", re.IGNORECASE)
