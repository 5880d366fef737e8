"""Quote what was written before, below a letter: as text with marks, and as html that mail programs fold."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import escape

from mailgate.compose.headers import plain
from mailgate.compose.paragraphs import paragraphs
from mailgate.mail import Quoted

LONGEST = 20_000  # characters of all that is quoted
_BOX = '<blockquote type="cite" style="margin: 0 0 16px; padding-left: 12px; border-left: 3px solid #d4d8de">'
# As mail programs of these languages write it, so that others, and we ourselves, know it for a quote.
_WROTE = {
    "de": "Am {day} um {time} schrieb {who}:",
    "en": "On {day} at {time}, {who} wrote:",
    "es": "El {day} a las {time}, {who} escribió:",
    "fr": "Le {day} à {time}, {who} a écrit :",
}
_DAYS = {"de": "%d.%m.%Y", "en": "%d %b %Y", "es": "%d/%m/%Y", "fr": "%d/%m/%Y"}


def as_text(quoted: Sequence[Quoted], language: str) -> str:
    """Newest first, each line marked."""
    made = [f"{_wrote(each, language)}\n{_marked(words)}" for each, words in _fitting(quoted)]
    return "\n\n".join(made)


def as_html(quoted: Sequence[Quoted], language: str) -> str:
    made = [
        f'<p style="margin: 16px 0 8px">{escape(_wrote(each, language))}</p>{_BOX}{paragraphs(words)}</blockquote>'
        for each, words in _fitting(quoted)
    ]
    return f'<div class="quote">{"".join(made)}</div>' if made else ""


def _fitting(quoted: Sequence[Quoted]) -> list[tuple[Quoted, str]]:
    """What there is room for; the last is cut, and says so."""
    fitting, room = [], LONGEST
    for each in quoted:
        words = each.text.strip()
        if not words or room <= 0:
            continue
        fitting.append((each, words if len(words) <= room else f"{words[:room].rstrip()} […]"))
        room -= len(words)
    return fitting


def _wrote(each: Quoted, language: str) -> str:
    known = language if language in _WROTE else "en"
    day, time = each.at.strftime(_DAYS[known]), each.at.strftime("%H:%M")
    return _WROTE[known].format(day=day, time=time, who=plain(each.author))


def _marked(words: str) -> str:
    return "\n".join(f">{line}" if line.startswith(">") else f"> {line}".rstrip() for line in words.split("\n"))
