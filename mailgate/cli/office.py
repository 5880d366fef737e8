"""`mailgate org`, `mailbox`: what has to exist before the first mail."""

from __future__ import annotations

import click

from mailgate import clock
from mailgate.cli.house import house
from mailgate.cli.shared import JSON, ORG, show


@click.group()
def org() -> None:
    """Organisations."""


@org.command("add")
@click.argument("name")
@click.option("--numbers", metavar="FORMAT", help="Ticket numbers, for example TKT-{YYYY}-{N:6}.")
def org_add(name: str, numbers: str | None) -> None:
    """Add an organisation: a tenant of its own."""
    from mailgate.errors import BadInput
    from mailgate.store.numbers import check_format
    from mailgate.store.organisations import by_name, found

    with house() as here, here.owner() as database, database.desk(0) as session:
        if by_name(session, name) is not None:
            raise BadInput(f"There is an organisation {name!r} already.")
        organisation = found(session, name)
        if numbers:
            organisation.number_format = check_format(numbers)
    click.echo(f"Added {name}.")


@org.command("list")
@JSON
def org_list(as_json: bool) -> None:
    """List organisations."""
    from mailgate.store.organisations import every

    with house() as here, here.owner() as database, database.desk(0) as session:
        rows = [{"id": row.id, "name": row.name, "numbers": row.number_format} for row in every(session)]
    show(rows, as_json)


@click.group()
def mailbox() -> None:
    """Addresses customers write to."""


@mailbox.command("add")
@click.argument("address")
@click.option("--name", help="The name customers see, for example 'Nordlicht Support'.")
@click.option("--team", help="Whose tickets these are; the team is made if need be.")
@click.option("--no-plus", is_flag=True, help="The host does not deliver plus-addresses (support+x@…).")
@ORG
def mailbox_add(address: str, name: str | None, team: str | None, no_plus: bool, org: str | None) -> None:
    """Add a mailbox. It takes mail at once, in every process."""
    from mailgate.office.setup import add_mailbox, add_team

    now = clock.now()
    with house() as here, here.desk(org) as session:
        of_team = add_team(session, team, now) if team else None
        added = add_mailbox(session, address, now, name=name, team=of_team, plus=not no_plus)
    click.echo(f"Added {added.address}.")


@mailbox.command("list")
@ORG
@JSON
def mailbox_list(org: str | None, as_json: bool) -> None:
    """List mailboxes."""
    from mailgate.store.office import mailboxes

    with house() as here, here.desk(org) as session:
        rows = [{"address": row.address, "name": row.name, "active": row.active} for row in mailboxes(session)]
    show(rows, as_json)
