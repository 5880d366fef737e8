"""Say where the files lie that are too large to travel with a letter."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import escape

from mailgate.compose.headers import plain
from mailgate.mail import Linked

_KILO, _LARGE = 1024, 10
_WORDS = {
    "de": "Zum Herunterladen bis {day}:",
    "en": "To download until {day}:",
    "es": "Para descargar hasta el {day}:",
    "fr": "À télécharger jusqu’au {day} :",
}
_DAYS = {"de": "%d.%m.%Y", "en": "%d %b %Y", "es": "%d/%m/%Y", "fr": "%d/%m/%Y"}


def as_text(links: Sequence[Linked], language: str) -> str:
    lines = [f"{_name(link)}: {link.url}" for link in links]
    return "\n".join([_heading(links, language), *lines]) if links else ""


def as_html(links: Sequence[Linked], language: str) -> str:
    if not links:
        return ""
    lines = [
        f'{escape(_name(link))}: <a style="color: #2060b9" href="{escape(link.url)}">{escape(link.url)}</a>'
        for link in links
    ]
    return f'<p style="margin: 16px 0 0">{"<br>".join([str(escape(_heading(links, language))), *lines])}</p>'


def _heading(links: Sequence[Linked], language: str) -> str:
    known = language if language in _WORDS else "en"
    return _WORDS[known].format(day=min(link.until for link in links).strftime(_DAYS[known]))


def _name(link: Linked) -> str:
    return f"{plain(link.name)} ({size(link.size)})"


def size(count: int) -> str:
    """850 KB, 2.4 MB, 31 MB."""
    value, unit = float(count), "bytes"
    for larger in ("KB", "MB", "GB"):
        if value < _KILO:
            break
        value, unit = value / _KILO, larger
    return f"{value:.1f} {unit}" if unit not in ("bytes", "KB") and value < _LARGE else f"{value:.0f} {unit}"
