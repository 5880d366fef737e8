"""`mailgate doctor`: check everything this installation needs, one line each."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from mailgate import clock
from mailgate.cli.house import House, house
from mailgate.cli.outcome import WRONG, Ended
from mailgate.errors import MailgateError
from mailgate.log import plain

if TYPE_CHECKING:
    from mailgate.cli.dns_records import Published
    from mailgate.store.imap import Health

_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red", "skip": "cyan"}
_CLOCK_SECONDS = 2.0
_FULL, _NEARLY_FULL = 2**30, 0.1  # bytes; part of the disk
_SLOW, _STUCK = 60, 300  # seconds that mail waits to be read
_RELAY_PATIENCE = 10.0
_CLAMAV_PATIENCE = 5.0


@dataclass(frozen=True)
class Finding:
    """One line: `state` is ok, warn, fail or skip (could not or should not be looked at)."""

    check: str
    state: str
    words: str


Check = Callable[[House], Iterator[Finding]]


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(as_json: bool) -> None:
    """Check everything this installation needs: one line each, ok, warn, fail or skip.

    Nothing is changed and no mail is sent. Exit code 1 when one of them fails.
    """
    with house() as here:
        findings: list[Finding] = []
        for name, check in _CHECKS.items():
            for finding in _guarded(name, check, here):
                findings.append(finding)
                if not as_json:
                    tell(finding)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    if any(finding.state == "fail" for finding in findings):
        raise Ended(WRONG)


def tell(finding: Finding) -> None:
    """Print it."""
    state = click.style(finding.state.ljust(4), fg=_COLOURS[finding.state])
    click.echo(f"{state}  {finding.check:<10}  {plain(finding.words)}")


def _guarded(name: str, check: Check, here: House) -> Iterator[Finding]:
    """A check that cannot be made has failed, and says why; the others are made all the same."""
    try:
        yield from check(here)
    except MailgateError as error:
        yield Finding(name, "fail", str(error))
    except Exception as error:  # noqa: BLE001 - a door: a broken part must not hide the others
        yield Finding(name, "fail", f"{type(error).__name__}: {error}")


def _database(here: House) -> Iterator[Finding]:
    from mailgate.store.db import require_tenant_role
    from mailgate.store.health import OLDEST, server

    with here.database() as database:
        with database.crossing() as connection:
            found = server(connection)
        if found.major < OLDEST:
            yield Finding("database", "fail", f"PostgreSQL {found.version} is too old: {OLDEST} or newer is needed.")
        else:
            yield Finding("database", "ok", f"PostgreSQL {found.version}")
        require_tenant_role(database)
        yield Finding("database", "ok", "The role of MAILGATE_DATABASE_URL cannot pass by row-level security.")


def _migrations(here: House) -> Iterator[Finding]:
    from mailgate.store.counts import schema_version
    from mailgate.store.migrate import newest_version

    newest = newest_version()
    with here.database() as database, database.crossing() as connection:
        found = schema_version(connection)
    if found == newest:
        yield Finding("migrations", "ok", f"The database is at version {newest}.")
    else:
        yield Finding(
            "migrations", "fail", f"The database is at version {found}, not {newest}: run `mailgate migrate`."
        )


def _redis(here: House) -> Iterator[Finding]:
    from mailgate.queue.health import OLDEST, server

    found = server(here.servers.redis_url)
    oldest = ".".join(map(str, OLDEST))
    words = found.name if found.is_new_enough else f"{found.name} is too old: Redis {oldest} or newer is needed."
    yield Finding("redis", "ok" if found.is_new_enough else "fail", words)


def _workers(here: House) -> Iterator[Finding]:
    from mailgate.queue.health import workers
    from mailgate.queue.nudges import MAIL, SEND
    from mailgate.store.counts import count_everything

    alive = workers(here.servers.redis_url)
    missing = {MAIL, SEND} - {queue for queues in alive.values() for queue in queues}
    if missing:
        words = (
            f"Nobody does the work of {' and '.join(sorted(missing))}: is `mailgate up` or `mailgate worker` running?"
        )
        yield Finding("workers", "warn", words)
    else:
        yield Finding("workers", "ok", f"{len(alive)} at work: {', '.join(sorted(alive))}")
    with here.database() as database, database.crossing() as connection:
        ages = {count.which: count.number for count in count_everything(connection, clock.now()) if count.what == "age"}
    age = max(ages.get("read", 0.0), ages.get("follow", 0.0))
    state = "fail" if age > _STUCK else "warn" if age > _SLOW else "ok"
    yield Finding("workers", state, f"The oldest mail or event waits for {age:.0f} s." if age else "Nothing waits.")


def _sending(here: House) -> Iterator[Finding]:
    from mailgate.store.organisations import every

    if here.settings.sending == "hold":
        yield Finding("sending", "warn", "MAILGATE_SENDING is hold: letters are written, but kept back.")
    elif not here.servers.owner_url:
        yield Finding("sending", "ok", "Letters leave.")
    else:
        with here.owner() as database, database.desk(0) as session:
            holding = [organisation.name for organisation in every(session) if organisation.is_holding]
        if holding:
            words = (
                f"A restored copy: letters of {', '.join(holding)} are kept back until `mailgate restore --release`."
            )
            yield Finding("sending", "warn", words)
        else:
            yield Finding("sending", "ok", "Letters leave.")


def _relay(here: House) -> Iterator[Finding]:
    from mailgate.send.address import read_relay_url
    from mailgate.send.connection import connect

    yield from _own_relays(here)
    if here.settings.relay_url is None:
        yield Finding("relay", "warn", "MAILGATE_RELAY_URL is not set: letters of mailboxes without a relay stay here.")
        return
    relay = read_relay_url(here.settings.relay_url.get_secret_value())
    with connect(relay, patience=_RELAY_PATIENCE):
        yield Finding("relay", "ok", f"{relay} greets us{' and lets us sign in' if relay.user else ''}.")


def _own_relays(here: House) -> Iterator[Finding]:
    """How it goes with relays of single mailboxes: what the last try of a letter showed. No secret is used here."""
    from mailgate.store.relays import every_relay, words

    if not here.servers.owner_url:
        return
    now = clock.now()
    with here.database() as database:
        for organisation in _organisations(here):
            with database.desk(organisation) as session:
                accounts = every_relay(session)
            for address, account in accounts.items():
                trouble = words(address, account, now)
                yield Finding("relay", "warn" if trouble else "ok", trouble or f"{address} sends by {account.host}.")


def _shelf(here: House) -> Iterator[Finding]:
    from mailgate.store.counts import count_everything

    with here.database() as database, database.crossing() as connection:
        found = {
            count.which: count.number for count in count_everything(connection, clock.now()) if count.what == "shelf"
        }
    held, most = sum(found.values()), here.settings.shelf_alarm
    causes = ", ".join(f"{cause} {number:.0f}" for cause, number in sorted(found.items()))
    if most and held >= most:
        yield Finding("shelf", "warn", f"{held:.0f} mails lie on the shelf, {most} are an alarm: {causes}.")
    else:
        yield Finding("shelf", "ok", f"{held:.0f} mails lie on the shelf{f': {causes}' if causes else ''}.")


def _clamav(here: House) -> Iterator[Finding]:
    from mailgate.store.counts import count_everything
    from mailgate.viruses.clamd import ask, read_clamav_url

    if here.settings.clamav is None:
        yield Finding("clamav", "skip", "MAILGATE_CLAMAV is not set: files are not checked.")
        return
    clamd = read_clamav_url(here.settings.clamav)
    with here.database() as database, database.crossing() as connection:
        waiting = sum(count.number for count in count_everything(connection, clock.now()) if count.what == "unchecked")
    try:
        yield Finding("clamav", "ok", f"{ask(clamd, 'VERSION', _CLAMAV_PATIENCE)} at {clamd}")
    except MailgateError as error:
        yield Finding("clamav", "fail", f"{error} Files are not checked.")
    if waiting:
        yield Finding("clamav", "warn", f"{waiting:.0f} files wait to be checked.")


def _imap(here: House) -> Iterator[Finding]:

    if not here.servers.owner_url:
        yield Finding("imap", "skip", "Only MAILGATE_DATABASE_OWNER_URL sees the mailboxes of all organisations.")
        return
    now, well = clock.now(), 0
    for each in _fetched(here):
        words = each.words(now)
        if words is None:
            well += 1
        else:
            yield Finding("imap", "fail" if each.is_overdue(now) else "warn", words)
    yield Finding("imap", "ok", f"Mailboxes fetched without complaint: {well}.")


def _fetched(here: House) -> list[Health]:
    from mailgate.store.imap import health

    found: list[Health] = []
    with here.database() as database:
        for organisation in _organisations(here):
            with database.desk(organisation) as session:
                found += health(session)
    return found


def _dns(here: House) -> Iterator[Finding]:
    from mailgate.cli.dns_records import records_of
    from mailgate.trust.names import Resolver, is_set_apart

    if here.settings.resolver == "off":
        yield Finding("dns", "skip", "MAILGATE_RESOLVER is off: the DNS was not asked.")
        return
    if not here.servers.owner_url:
        yield Finding("dns", "skip", "Only MAILGATE_DATABASE_OWNER_URL sees the mailboxes of all organisations.")
        return
    domains = _domains(here)
    if not domains:
        yield Finding("dns", "skip", "There is no mailbox yet: `mailgate mailbox add` makes one.")
    names = Resolver(here.settings.resolver)
    for domain in sorted(domains):
        if is_set_apart(domain):
            yield Finding("dns", "skip", f"{domain} is a name for examples: the DNS knows nothing of it.")
            continue
        try:
            for record in records_of(names, domain, domains[domain]):
                yield Finding("dns", record.state, f"{record.kind}: {record.words}")
        except MailgateError as error:  # no answer says nothing of the domain
            yield Finding("dns", "warn", str(error))


def _domains(here: House) -> dict[str, Published | None]:
    """Every domain of a mailbox, with the key its letters are signed with."""
    from mailgate.cli.dns_records import Published
    from mailgate.store.dkim import dkim_keys
    from mailgate.store.office import mailboxes

    domains: dict[str, Published | None] = {}
    with here.database() as database:
        for organisation in _organisations(here):
            with database.desk(organisation) as session:
                own = {mailbox.domain for mailbox in mailboxes(session) if mailbox.active}
                keys = {key.domain: Published(key.name, key.record) for key in dkim_keys(session)}
            domains |= {domain: keys.get(domain) or domains.get(domain) for domain in own}
    return domains


def _organisations(here: House) -> list[int]:
    from mailgate.store.organisations import every

    with here.owner() as database, database.desk(0) as session:
        return [organisation.id for organisation in every(session)]


def _clock(here: House) -> Iterator[Finding]:
    from mailgate.store.health import server

    with here.database() as database, database.crossing() as connection:
        server(connection)  # the first question also pays for the connection
        before = clock.now()
        theirs = server(connection).now
        ours = before + (clock.now() - before) / 2
    apart = abs((theirs - ours).total_seconds())
    if apart > _CLOCK_SECONDS:
        yield Finding(
            "clock", "fail", f"This machine's clock and the database's are {apart:.1f} s apart: set them right."
        )
    else:
        yield Finding("clock", "ok", f"{apart:.2f} s apart from the database's.")


def _disk(here: House) -> Iterator[Finding]:
    blobs = here.settings.blob_url or str(here.settings.data / "blobs")
    scheme = urlsplit(blobs).scheme
    places = {here.settings.data.resolve()}
    if scheme in ("", "file"):
        places.add(Path(urlsplit(blobs).path if scheme else blobs).resolve())
    for place in sorted(places):
        there = next(folder for folder in (place, *place.parents) if folder.exists())
        usage = shutil.disk_usage(there)
        part = usage.free / usage.total
        state = "fail" if usage.free < _FULL else "warn" if part < _NEARLY_FULL else "ok"
        yield Finding("disk", state, f"{place}: {usage.free / 2**30:.1f} GB free ({part:.0%}).")


def _sign_in(here: House) -> Iterator[Finding]:
    from mailgate import oidc

    issuer, secret = here.settings.oidc_issuer, here.settings.oidc_client_secret
    if issuer is None:
        yield Finding("sign-in", "skip", "MAILGATE_OIDC_ISSUER is not set: agents sign in here alone.")
        return
    client = oidc.Client(issuer, here.settings.oidc_client_id, secret.get_secret_value() if secret else "")
    yield Finding("sign-in", "ok", f"{issuer} is there, and signs with {oidc.look(client)} keys.")


def _secret_key(here: House) -> Iterator[Finding]:
    if here.settings.secret_key is not None:
        yield Finding("key", "ok", "MAILGATE_SECRET_KEY is set.")
        return
    path = here.settings.data / "secret.key"
    if path.stat().st_mode & 0o077:
        yield Finding("key", "warn", f"{path} can be read by others on this machine: chmod 600 it.")
    else:
        yield Finding("key", "ok", f"{path} is there, and private.")


_CHECKS: dict[str, Check] = {
    "database": _database,
    "migrations": _migrations,
    "redis": _redis,
    "workers": _workers,
    "sending": _sending,
    "relay": _relay,
    "shelf": _shelf,
    "clamav": _clamav,
    "sign-in": _sign_in,
    "imap": _imap,
    "dns": _dns,
    "clock": _clock,
    "disk": _disk,
    "key": _secret_key,
}
