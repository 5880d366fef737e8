"""Look up what the DNS says of a mail domain: MX, SPF, DKIM, DMARC."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mailgate.trust.names import Names


class Record(NamedTuple):
    """What was found: `state` is ok, warn, fail or skip."""

    kind: str
    state: str
    words: str


class Published(NamedTuple):
    """A record that should stand in the DNS."""

    name: str
    record: str


def records_of(names: Names, domain: str, key: Published | None = None) -> Iterator[Record]:
    """What stands there for a mail domain, and what should; `key`: what we sign its letters with."""
    found = names.ask(domain, "MX")
    if found is None:
        yield Record("MX", "fail", f"{domain} does not exist in the DNS.")
        return
    yield _mx(domain, found)
    yield _spf(domain, names.ask(domain, "TXT") or ())
    if key is not None:
        yield _own_key(key, names.ask(key.name, "TXT") or ())
    else:
        yield _dkim(domain, is_there=names.ask(f"_domainkey.{domain}", "TXT") is not None)
    yield _dmarc(names, domain)


def _mx(domain: str, found: tuple[str, ...]) -> Record:
    if not found:
        return Record("MX", "warn", f"{domain} has no MX: mail goes to the address of the name itself, if it has one.")
    hosts = [line.partition(" ")[2].rstrip(".") for line in sorted(found, key=lambda line: int(line.split()[0]))]
    if hosts == [""]:
        return Record("MX", "fail", f"{domain} says that it takes no mail (a null MX, RFC 7505).")
    return Record("MX", "ok", f"{domain}: {', '.join(hosts)}")


def _spf(domain: str, texts: tuple[str, ...]) -> Record:
    found = [line for line in texts if line.lower() == "v=spf1" or line.lower().startswith("v=spf1 ")]
    if len(found) > 1:
        return Record("SPF", "fail", f"{domain} has {len(found)} SPF records: with more than one, all are void.")
    if not found:
        words = f"{domain} has no SPF record: others cannot tell our relay from anybody's."
        return Record("SPF", "warn", f'{words} To begin with: {domain}. IN TXT "v=spf1 mx a:RELAY ~all"')
    return _spf_end(domain, found[0])


def _spf_end(domain: str, record: str) -> Record:
    """What a record says of everybody it does not name."""
    words = record.lower().split()
    if "+all" in words or "all" in words:
        return Record("SPF", "fail", f"{domain} lets everybody send in its name: end it with ~all or -all. {record}")
    if not any(word.endswith("all") or word.startswith("redirect=") for word in words):
        return Record("SPF", "warn", f"{domain} says nothing of those it does not name: end it with ~all. {record}")
    return Record("SPF", "ok", f"{domain}: {record}")


def _own_key(key: Published, found: tuple[str, ...]) -> Record:
    if any("".join(text.split()) == "".join(key.record.split()) for text in found):
        return Record("DKIM", "ok", f"{key.name} publishes the key our letters are signed with.")
    return Record(
        "DKIM", "fail", f"{key.name} does not publish our key: `mailgate mailbox dkim ADDRESS` prints the record."
    )


def _dkim(domain: str, *, is_there: bool) -> Record:
    """Keys stand under selectors nobody can guess, but a name with names below it exists (RFC 8020)."""
    if is_there:
        return Record("DKIM", "ok", f"{domain} publishes keys.")
    return Record("DKIM", "warn", f"{domain} publishes no keys below _domainkey.{domain}.")


def _dmarc(names: Names, domain: str) -> Record:
    """A domain's own policy, else that of a domain above it."""
    labels = domain.split(".")
    for above in (".".join(labels[start:]) for start in range(len(labels) - 1)):
        found = [line for line in names.ask(f"_dmarc.{above}", "TXT") or () if line.lower().startswith("v=dmarc1")]
        if found:
            return _dmarc_policy(above, found)
    hint = f'_dmarc.{domain}. IN TXT "v=DMARC1; p=none; rua=mailto:postmaster@{domain}"'
    return Record("DMARC", "warn", f"{domain} has no DMARC policy. To begin with: {hint}")


def _dmarc_policy(domain: str, found: list[str]) -> Record:
    if len(found) > 1:
        return Record("DMARC", "fail", f"{domain} has {len(found)} DMARC records: with more than one, all are void.")
    if "p=none" in found[0].lower().replace(" ", ""):
        words = f"{domain} only watches (p=none): once reports show that your own mail passes, say p=quarantine."
        return Record("DMARC", "ok", f"{words} {found[0]}")
    return Record("DMARC", "ok", f"{domain}: {found[0]}")
