"""Look up what the DNS says of a mail domain: MX, SPF, DKIM, DMARC."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import dns.exception
import dns.resolver

from mailgate.errors import Temporary

_PATIENCE = 5.0  # seconds for a question, all its tries together
# Names that are set apart for examples and tests (RFC 2606, RFC 6761): nobody can have records there.
_SET_APART = ("example", "test", "invalid", "localhost", "local", "example.com", "example.net", "example.org")


class Record(NamedTuple):
    """What was found: `state` is ok, warn, fail or skip."""

    kind: str
    state: str
    words: str


class Dns:
    """One resolver: the system's, or the one at an address."""

    def __init__(self, resolver: str, *, port: int = 53) -> None:
        try:
            self._resolver = dns.resolver.Resolver(configure=resolver == "system")
        except dns.exception.DNSException as error:
            raise Temporary(f"This system has no DNS resolver set up: {error}") from error
        if resolver != "system":
            self._resolver.nameservers, self._resolver.port = [resolver], port
        self._resolver.lifetime = _PATIENCE

    def ask(self, name: str, kind: str) -> list[str] | None:
        """The records of this kind, as text; None when the name does not exist."""
        try:
            answer = self._resolver.resolve(name, kind, raise_on_no_answer=False)
        except dns.resolver.NXDOMAIN:
            return None
        except dns.exception.DNSException as error:
            raise Temporary(f"The DNS gave no answer for {name}: {error}") from error
        found = answer.rrset or ()
        if kind == "TXT":
            return [b"".join(record.strings).decode("utf-8", "replace") for record in found]
        return [record.to_text() for record in found]


def is_set_apart(domain: str) -> bool:
    """Whether this is a name for examples and tests."""
    return any(domain == name or domain.endswith(f".{name}") for name in _SET_APART)


def records_of(dns_: Dns, domain: str) -> Iterator[Record]:
    """What stands there for a mail domain, and what should."""
    found = dns_.ask(domain, "MX")
    if found is None:
        yield Record("MX", "fail", f"{domain} does not exist in the DNS.")
        return
    yield _mx(domain, found)
    yield _spf(domain, dns_.ask(domain, "TXT") or [])
    yield _dkim(domain, is_there=dns_.ask(f"_domainkey.{domain}", "TXT") is not None)
    yield _dmarc(dns_, domain)


def _mx(domain: str, found: list[str]) -> Record:
    if not found:
        return Record("MX", "warn", f"{domain} has no MX: mail goes to the address of the name itself, if it has one.")
    hosts = [line.partition(" ")[2].rstrip(".") for line in sorted(found, key=lambda line: int(line.split()[0]))]
    if hosts == [""]:
        return Record("MX", "fail", f"{domain} says that it takes no mail (a null MX, RFC 7505).")
    return Record("MX", "ok", f"{domain}: {', '.join(hosts)}")


def _spf(domain: str, texts: list[str]) -> Record:
    found = [line for line in texts if line.lower() == "v=spf1" or line.lower().startswith("v=spf1 ")]
    if len(found) > 1:
        return Record("SPF", "fail", f"{domain} has {len(found)} SPF records: with more than one, all are void.")
    if not found:
        return Record("SPF", "warn", f"{domain} has no SPF record: others cannot tell our relay from anybody's.")
    return Record("SPF", "ok", f"{domain}: {found[0]}")


def _dkim(domain: str, *, is_there: bool) -> Record:
    """Keys stand under selectors nobody can guess, but a name with names below it exists (RFC 8020)."""
    if is_there:
        return Record("DKIM", "ok", f"{domain} publishes keys.")
    return Record("DKIM", "warn", f"{domain} publishes no keys below _domainkey.{domain}.")


def _dmarc(dns_: Dns, domain: str) -> Record:
    """A domain's own policy, else that of a domain above it."""
    labels = domain.split(".")
    for above in (".".join(labels[start:]) for start in range(len(labels) - 1)):
        found = [line for line in dns_.ask(f"_dmarc.{above}", "TXT") or [] if line.lower().startswith("v=dmarc1")]
        if found:
            return Record("DMARC", "ok", f"{above}: {found[0]}")
    return Record("DMARC", "warn", f"{domain} has no DMARC policy.")
