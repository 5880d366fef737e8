"""What our own relay found when it took the mail: Authentication-Results (RFC 8601), believed from nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailgate.mail import Envelope
from mailgate.trust.case import Believed, is_from_relay
from mailgate.trust.head import Head

_LOOKED_AT = 10_000  # characters of a field
_METHOD = re.compile(r"\s*([A-Za-z0-9-]+)(?:/\d+)?\s*=\s*([A-Za-z]+)")
_PROPERTY = re.compile(r"([a-z]+\.[a-z-]+)\s*=\s*\"?([^\s\";]+)")
_NOTHING_ASKED = re.compile(r"(?i)\b(?:p|policy)=none\b")


@dataclass(frozen=True, slots=True)
class Result:
    """What one method found: `dmarc=pass header.from=example.org`."""

    by: str
    result: str
    properties: dict[str, str] = field(default_factory=dict)
    comment: str = ""

    def domain(self, *names: str) -> str:
        """The domain in the first of these properties that is there."""
        value = next((self.properties[name] for name in names if name in self.properties), "")
        return value.rpartition("@")[2].lower().rstrip(".")

    @property
    def asks_nothing(self) -> bool:
        """Whether the relay noted that the sender's domain asks for nothing to be done."""
        return _NOTHING_ASKED.search(self.comment) is not None


def results_of_relay(head: Head, envelope: Envelope, believed: Believed) -> dict[str, Result]:
    """What our relay says, by method. It writes on top, so what stands highest counts, and the rest is hearsay."""
    if not believed.results or not is_from_relay(envelope, believed):
        return {}
    found: dict[str, Result] = {}
    for value in head.all("authentication-results"):
        server, results = read_results(value)
        if server in believed.results:
            for method, result in results:
                found.setdefault(method, result)
    return found


def read_results(value: str) -> tuple[str, list[tuple[str, Result]]]:
    """Who says it, and what. Forgiving: some large providers write what the RFC does not know."""
    parts = list(_parts(value[:_LOOKED_AT]))
    words = parts[0][0].split()
    server = words[0].lower() if words else ""
    results = []
    for text, comment in parts[1:]:
        method = _METHOD.match(text)
        if method is not None:
            properties = dict(_PROPERTY.findall(text[method.end() :].lower()))
            results.append((method[1].lower(), Result(server, method[2].lower(), properties, comment)))
    return server, results


def _parts(value: str) -> Iterator[tuple[str, str]]:
    """What stands between semicolons, comments apart from the rest."""
    text: list[str] = []
    comment: list[str] = []
    depth, is_quoted = 0, False
    for letter in value:
        if letter == '"' and not depth:
            is_quoted = not is_quoted
        if not is_quoted and letter in "()":
            depth = max(0, depth + (1 if letter == "(" else -1))
            (comment if depth else text).append(" ")
        elif letter == ";" and not depth and not is_quoted:
            yield "".join(text), "".join(comment)
            text, comment = [], []
        else:
            (comment if depth else text).append(letter)
    yield "".join(text), "".join(comment)
