"""How the mailbox looks: the desk's own style sheets and icons, and a page more; and values as they are shown."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import zlib
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from itertools import groupby
from pathlib import Path

from mailgate import clock
from mailgate.mail import Letter, Span, SpanKind

# The demo stands below the web and may not import it; what a browser gets is no code, and lies where the package lies.
_SHEETS = ("layers", "reset", "tokens", "base", "layout", "parts/*", "state")
_OWN = Path(__file__).with_name("static")
_HUES = 12
_WEEK = 7
_KILO = 1024
_MARKS = re.compile(r"(?i)^(?:(?:re|aw|sv|antw)\s*:\s*)+|\s*\[#[^\]]+\]")


@dataclass(frozen=True)
class Asset:
    """A file as browsers get it, named by its content."""

    name: str
    type: str
    content: bytes

    @cached_property
    def address(self) -> str:
        stem, _, suffix = self.name.rpartition(".")
        return f"{stem}.{hashlib.sha256(self.content).hexdigest()[:12]}.{suffix}"


@cache
def assets() -> dict[str, Asset]:
    """Every asset by its plain name."""
    desk = _folder_of_web() / "static"
    sheets = [path for pattern in _SHEETS for path in sorted((desk / "css").glob(f"{pattern}.css"))]
    style = b"".join(path.read_bytes() for path in [*sheets, _OWN / "mailbox.css"])
    made = (
        Asset("mailbox.css", "text/css", style),
        Asset("mailbox.js", "text/javascript", (_OWN / "mailbox.js").read_bytes()),
        Asset("icons.svg", "image/svg+xml", (desk / "img/icons.svg").read_bytes()),
        Asset("favicon.svg", "image/svg+xml", (desk / "img/favicon.svg").read_bytes()),
    )
    return {asset.name: asset for asset in made}


def initials(name: str) -> str:
    """One or two letters that stand for somebody."""
    letters = [word[0] for word in _bare(name).partition("@")[0].split() if word[0].isalnum()]
    return "".join(letters[:2]).upper() or "?"


def hue(name: str) -> int:
    """Which of the avatars' hues somebody has."""
    return zlib.crc32(_bare(name).casefold().encode()) % _HUES


def at(moment: datetime) -> str:
    """When, in the zone of this machine: 09:02, Thu 09:02, 12 Oct 09:02."""
    local, today = moment.astimezone(), clock.now().astimezone()
    days = (today.date() - local.date()).days
    if days == 0:
        return f"{local:%H:%M}"
    return f"{local:%a %H:%M}" if 0 < days < _WEEK else f"{local.day} {local:%b %H:%M}"


def snippet(text: str, length: int = 120) -> str:
    """The first words of a text, on one line."""
    line = " ".join(text[: length * 3].split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def size(octets: int) -> str:
    """A file's size in words."""
    if octets < _KILO:
        return f"{octets} B"
    return f"{octets / _KILO:.0f} KB" if octets < _KILO**2 else f"{octets / _KILO**2:.1f} MB"


def title(subject: str) -> str:
    """A conversation's subject, without what answers and desks have put around it."""
    return _MARKS.sub("", subject).strip() or "No subject"


def plain_address(address: str) -> str:
    """The address without the mark that a desk puts into it."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def stretches(letter: Letter) -> list[tuple[str, bool]]:
    """The text in runs: (words, whether they are folded away because they are a quote or a signature)."""
    spans = letter.spans or (Span(0, len(letter.text), SpanKind.REPLY),)
    runs = groupby(spans, key=lambda span: span.kind is not SpanKind.REPLY)
    told = [("".join(letter.text[span.start : span.end] for span in run).strip(), folded) for folded, run in runs]
    return [(words, folded) for words, folded in told if words]


def _bare(name: str) -> str:
    """A person's name without their desk's: "Mara Koch (Nordlicht Support)" is Mara Koch, here as in her own inbox."""
    return name.partition("(")[0].strip()


def _folder_of_web() -> Path:
    found = importlib.util.find_spec("web")
    assert found is not None
    assert found.submodule_search_locations
    return Path(next(iter(found.submodule_search_locations)))
