"""`mailgate seed`: fill a database with realistic tickets."""

from __future__ import annotations

import sys

import click

from mailgate import clock
from mailgate.cli.house import house
from mailgate.cli.shared import ORG


@click.command()
@click.option("--tickets", required=True, type=click.IntRange(min=1), metavar="N", help="So many tickets.")
@click.option(
    "--messages",
    type=click.IntRange(min=1),
    metavar="M",
    help="So many messages in all; about three a ticket if unset.",
)
@click.option("--seed", default=1, show_default=True, help="The same number makes the same people and words.")
@ORG
def seed(tickets: int, messages: int | None, seed: int, org: str | None) -> None:
    """Fill the database with realistic tickets of two years. People and words are invented; no mail is sent.

    Running it again adds more.
    """
    from mailgate.bench.invented.seeding import MESSAGES_PER_TICKET, Wish, fill
    from mailgate.store.organisations import own

    wish = Wish(tickets, messages or tickets * MESSAGES_PER_TICKET, seed)
    with house() as here, here.database() as database:
        owner_url = here.owner_url
        with here.desk(org) as session:
            organisation = own(session)
        rounds = fill(database, owner_url, organisation, wish, clock.now())
        with click.progressbar(length=tickets, label="Seeding", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
            for written in rounds:
                bar.update(written)
    click.echo(f"Added {tickets} tickets with {wish.messages} messages to {organisation.name}.")
