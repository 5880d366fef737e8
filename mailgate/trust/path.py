"""Whether a domain lets the client that handed the mail over send its mail (SPF, RFC 7208)."""

from __future__ import annotations

from typing import Any

import spf

from mailgate.mail import Envelope
from mailgate.trust.finding import STUMBLES, Finding, Found
from mailgate.trust.names import Ask, NoAnswer
from mailgate.trust.policy import is_aligned


def by_path(envelope: Envelope, client: str, author: str, ask: Ask, *, strict: bool) -> Finding:
    """Whether the author's domain lets this client send."""
    domain = (envelope.sender.rpartition("@")[2] or envelope.helo).lower()
    if not is_aligned(domain, author, strict=strict):
        return Finding(Found.NO, f"Its envelope names {domain or 'nobody'}, not {author}.")
    try:
        result = _Query(client, envelope, ask).check()[0]
    except NoAnswer:
        result = "temperror"
    except STUMBLES:
        result = "permerror"
    if result == "pass":
        return Finding(Found.YES, f"{domain} lets {client} send its mail (SPF).")
    if result == "temperror":
        return Finding(
            Found.UNKNOWN, f"Whether {domain} lets {client} send its mail is unknown: the DNS gave no answer."
        )
    return Finding(Found.NO, f"{domain} does not say that {client} may send its mail (SPF {result}).")


class _Query(spf.query):  # type: ignore[misc] # the library has no types
    """The library's question, asked of our DNS."""

    def __init__(self, client: str, envelope: Envelope, ask: Ask) -> None:
        super().__init__(i=client, s=envelope.sender, h=envelope.helo)
        self._ask = ask

    def dns(self, name: str, qtype: str, cnames: Any = None, ignore_void: bool = False) -> list[Any]:  # noqa: ARG002, FBT001, FBT002 - the library's
        """The records in the library's shapes; it bears two questions without an answer, as the RFC has it."""
        found = self._ask(str(name).rstrip(".").lower(), qtype) or ()
        if not found and not ignore_void:
            self.void_lookups += 1
            if self.void_lookups > spf.MAX_VOID_LOOKUPS:
                raise spf.PermError("too many names that do not exist")
        return [_record(qtype, text) for text in found]


def _record(kind: str, text: str) -> Any:
    if kind == "TXT":
        return [text.encode("utf-8", "replace")]
    if kind == "MX":
        preference, _, host = text.partition(" ")
        return int(preference), host.rstrip(".")
    return text.rstrip(".")
