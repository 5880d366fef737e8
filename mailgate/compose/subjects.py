"""Keep a ticket's subject the same from the first mail to the last."""

import re

from mailgate.compose.headers import plain

_LONGEST = 200
_ANSWER = re.compile(
    r"\s*(?:re|aw|antw|antwort|sv|vs|odp|rif|ynt|res|回复|回覆|答复|返信)\s*(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3})?\s*[::]",
    re.IGNORECASE,
)


def bare(subject: str, token: str | None) -> str:
    """The subject without our tokens and without the answer marks that pile up in front of it."""
    text = plain(subject[: 5 * _LONGEST])
    if token:
        text = plain(re.sub(_any_of_ours(token), " ", text, flags=re.IGNORECASE))
    while match := _ANSWER.match(text):
        text = text[match.end() :]
    text = text.strip()
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"


def line(own: str, token: str | None, *, is_answer: bool) -> str:
    """The subject line: `Re: [#TKT-2026-000123] Printer on fire`."""
    return " ".join(filter(None, ("Re:" if is_answer else "", token or "", own)))


def _any_of_ours(token: str) -> str:
    """Also another ticket's number, which a stranger may have put there, would lead the next answer astray."""
    return re.sub(r"\d+", r"\\d{1,12}", re.escape(token))
