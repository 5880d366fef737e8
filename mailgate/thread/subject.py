"""Find our ticket numbers in subjects, whatever mail programs and other systems have wrapped around them."""

from __future__ import annotations

import re
from functools import lru_cache

_PLACE = re.compile(r"\{(YYYY|YY|MM|DD|N(?::\d{1,2})?)\}")
_DIGITS = {"YYYY": r"\d{4}", "YY": r"\d{2}", "MM": r"\d{2}", "DD": r"\d{2}"}
_SCANNED = 2000  # characters of a subject that are looked at


def numbers_in(subject: str, number_format: str) -> list[str]:
    """Ticket numbers of this format that stand in brackets or behind a #, in order, each once.

    A number without either mark proves nothing: people write order numbers of all shapes.
    """
    flat = re.sub(r"\s+", " ", subject[:_SCANNED])
    return list(dict.fromkeys(match[1].upper() for match in _pattern(number_format).finditer(flat)))


@lru_cache(maxsize=64)
def _pattern(number_format: str) -> re.Pattern[str]:
    number, last = "", 0
    for place in _PLACE.finditer(number_format):
        number += re.escape(number_format[last : place.start()])
        number += _DIGITS.get(place[1], r"\d{1,12}")
        last = place.end()
    number += re.escape(number_format[last:])
    return re.compile(rf"[\[(【<{{#] ?#? ?({number})(?![0-9A-Z])", re.IGNORECASE)
