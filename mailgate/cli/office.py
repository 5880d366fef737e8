"""`mailgate org`: organisations, each a tenant of its own."""

from __future__ import annotations

import click

from mailgate.cli.house import house
from mailgate.cli.shared import JSON, show


@click.group()
def org() -> None:
    """Organisations."""


@org.command("add")
@click.argument("name")
@click.option("--numbers", metavar="FORMAT", help="Ticket numbers, for example TKT-{YYYY}-{N:6}.")
def org_add(name: str, numbers: str | None) -> None:
    """Add an organisation: a tenant of its own."""
    from mailgate.errors import BadInput
    from mailgate.store.founding import found
    from mailgate.store.numbers import check_format
    from mailgate.store.organisations import by_name

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
