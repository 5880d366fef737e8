"""Who a mail says wrote it, read strictly: what can be read in two ways can never be verified (THREATS row 5)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailgate.mail import Letter
from mailgate.trust.head import Head

_LOCAL = r"[^\s<>()\[\],;:\\\"@]+"
_DOMAIN = r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
_NAME = r'(?:"(?:[^"\\]|\\.)*"|[^"<>@,;:()\\\[\]])*'
_PLAIN = re.compile(
    rf"{_NAME}<\s*({_LOCAL}@{_DOMAIN})\s*>\s*|\s*({_LOCAL}@{_DOMAIN})\s*(?:\([^()<>@]*\)\s*)?", re.DOTALL
)
_ANY_DOMAIN = re.compile(rf"@\s*({_DOMAIN})")
_MOST_DOMAINS = 5


@dataclass(frozen=True, slots=True)
class Author:
    """The domains that stand in From. `is_plain`: one address, which everybody reads the same."""

    domains: tuple[str, ...]
    is_plain: bool


def read_author(head: Head, letter: Letter) -> Author:
    """The sender whom the ticket would name, and every other domain a reader of From might see."""
    written = head.all("from")
    sender = letter.sender.address.lower() if letter.sender else ""
    plain = _PLAIN.fullmatch(written[0]) if len(written) == 1 and not head.is_ambiguous else None
    if plain is not None and (plain[1] or plain[2]).lower() == sender:
        return Author((sender.rpartition("@")[2],), is_plain=True)
    seen = [*_ANY_DOMAIN.findall(sender), *(domain for value in written for domain in _ANY_DOMAIN.findall(value))]
    return Author(tuple(dict.fromkeys(domain.lower() for domain in seen))[:_MOST_DOMAINS], is_plain=False)
