"""`mailgate mailbox`: the addresses customers write to, and how their mail comes to us."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from mailgate import clock
from mailgate.cli.house import house
from mailgate.cli.imap_options import connect, entrance, imap_options, is_wanted
from mailgate.cli.outcome import WRONG, Ended
from mailgate.cli.relay_options import mailbox_relay
from mailgate.cli.shared import JSON, ORG, mailbox_named, show

if TYPE_CHECKING:
    from mailgate.cli.doctor import Finding


@click.group()
def mailbox() -> None:
    """Addresses customers write to."""


@mailbox.command("add")
@click.argument("address")
@click.option("--name", help="The name customers see, for example 'Nordlicht Support'.")
@click.option("--team", help="Whose tickets these are; the team is made if need be.")
@click.option("--no-plus", is_flag=True, help="The host does not deliver plus-addresses (support+x@…).")
@click.option("--catch-all", is_flag=True, help="It takes all mail to its domain that no other mailbox takes.")
@click.option(
    "--relay", metavar="URL", help="Its letters leave by smtp[s]://[user@]host; a password is that of --imap."
)
@imap_options
@ORG
def mailbox_add(
    address: str,
    name: str | None,
    team: str | None,
    no_plus: bool,
    catch_all: bool,
    relay: str | None,
    org: str | None,
    **imap: Any,
) -> None:
    """Add a mailbox. It takes mail at once, in every process; with --imap it is fetched from its host."""
    from mailgate.cli.relay_options import give
    from mailgate.office.setup import add_mailbox, add_team

    now = clock.now()
    way_in = entrance(imap, now) if is_wanted(imap) or (relay and imap["password_stdin"]) else None
    if relay and way_in is not None and way_in.oauth is not None:
        raise click.UsageError("A token for IMAP does not let us send: add the relay with `mailgate mailbox relay`.")
    with house() as here, here.desk(org) as session:
        of_team = add_team(session, team, now) if team else None
        added = add_mailbox(session, address, now, name=name, team=of_team, plus=not no_plus, catch_all=catch_all)
        if way_in is not None and is_wanted(imap):
            connect(session, here.seal, added, imap, way_in, now)
        if relay:
            give(session, here.seal, added, {"url": relay}, way_in)
    click.echo(f"Added {added.address}.")


@mailbox.command("connect")
@click.argument("address")
@imap_options
@ORG
def mailbox_connect(address: str, org: str | None, **imap: Any) -> None:
    """Fetch a mailbox by IMAP from now on, or otherwise than so far. Every process notices at once."""
    if not is_wanted(imap):
        raise click.UsageError("Say where it lies: --imap imaps://imap.example.org, or --oauth google or microsoft.")
    now = clock.now()
    with house() as here:
        with here.desk(org) as session:
            mailbox_named(session, address)  # nobody types a password for a mailbox that is not there
        way_in = entrance(imap, now)
        with here.desk(org) as session:
            found = mailbox_named(session, address)
            url = connect(session, here.seal, found, imap, way_in, now)
    click.echo(f"{found.address} is fetched from {url}.")


@mailbox.command("disconnect")
@click.argument("address")
@ORG
def mailbox_disconnect(address: str, org: str | None) -> None:
    """Fetch a mailbox no more. What was kept stays."""
    from mailgate.office.imap import disconnect

    with house() as here, here.desk(org) as session:
        found = mailbox_named(session, address)
        disconnect(session, found)
    click.echo(f"{found.address} is no longer fetched.")


@mailbox.command("check")
@click.argument("address")
@click.option("--wait", default=60.0, show_default=True, help="Seconds the mail may take.")
@ORG
def mailbox_check(address: str, wait: float, org: str | None) -> None:
    """Sign in, list the folders, send a mail from the mailbox to itself and wait until it comes.

    One line each, as `mailgate doctor` writes them. Exit code 1 when something fails.
    """
    from mailgate.cli.mailbox_check import check
    from mailgate.store.imap import account_of

    with house() as here, here.database() as database:
        with database.desk(here.organisation(database, org)) as session:
            found = mailbox_named(session, address)
            account = account_of(session, found.id)
        states = asyncio.run(_tell_all(check(here, database, found, account, wait)))
    if "fail" in states:
        raise Ended(WRONG)


async def _tell_all(findings: AsyncIterator[Finding]) -> set[str]:
    from mailgate.cli.doctor import tell

    states: set[str] = set()
    async for finding in findings:
        tell(finding)
        states.add(finding.state)
    return states


@mailbox.command("dkim")
@click.argument("address")
@ORG
def mailbox_dkim(address: str, org: str | None) -> None:
    """Sign what leaves the domain of ADDRESS, and print the record for its DNS.

    The key (2048 bits) is made at the first call; later ones print the same record again. Letters are signed from the
    first call on: publish the record at once, and see with `mailgate doctor` whether it can be found.
    """
    from mailgate.office.dkim import make_dkim_key, zone_line

    with house() as here, here.desk(org) as session:
        found = mailbox_named(session, address)
        line = zone_line(make_dkim_key(session, here.seal, found, clock.now()))
    click.echo(line)


@mailbox.command("reseal")
@ORG
def mailbox_reseal(org: str | None) -> None:
    """Seal all passwords, tokens and DKIM keys with the present MAILGATE_SECRET_KEY, after it was changed.

    The earlier key stands in MAILGATE_FORMER_SECRET_KEY until this has been done.
    """
    from mailgate.office.imap import reseal

    with house() as here, here.desk(org) as session:
        count = reseal(session, here.seal)
    click.echo(f"Sealed {count} {'secret' if count == 1 else 'secrets'} anew.")


@mailbox.command("list")
@ORG
@JSON
def mailbox_list(org: str | None, as_json: bool) -> None:
    """List mailboxes, and how their fetching goes."""
    from mailgate.store.imap import health
    from mailgate.store.office import mailboxes
    from mailgate.store.relays import every_relay

    with house() as here, here.desk(org) as session:
        fetched = {each.address: each.account for each in health(session)}
        relays = every_relay(session)
        rows = [
            {
                "address": row.address,
                "name": row.name,
                "active": row.active,
                "imap": fetched[row.address].host if row.address in fetched else None,
                "fetched_at": _shown(fetched[row.address].good_at) if row.address in fetched else None,
                "complaint": fetched[row.address].complaint if row.address in fetched else None,
                "relay": relays[row.address].host if row.address in relays else None,
                "relay_complaint": relays[row.address].complaint if row.address in relays else None,
            }
            for row in mailboxes(session)
        ]
    show(rows, as_json)


def _shown(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


mailbox.add_command(mailbox_relay)
