"""`mailgate office`: the whole set-up of an organisation as one file, and back."""

from __future__ import annotations

from typing import IO

import click

from mailgate import clock
from mailgate.cli.house import house
from mailgate.cli.shared import ORG


@click.group()
def office() -> None:
    """The whole set-up as one file."""


@office.command("export")
@ORG
def office_export(org: str | None) -> None:
    """Print the set-up as YAML: organisation, categories, calendars, teams, agents, mailboxes, replies, letters,
    policies, rules. Secrets are not in it.
    """
    from mailgate.office.desk.export import export
    from mailgate.office.desk.written import to_yaml

    with house() as here, here.desk(org) as session:
        click.echo(to_yaml(export(session)), nl=False)


@office.command("apply")
@click.argument("file", type=click.File("r", encoding="utf-8"))
@click.option("--dry-run", is_flag=True, help="Print what would change, and change nothing.")
@ORG
def office_apply(file: IO[str], dry_run: bool, org: str | None) -> None:
    """Make the set-up what FILE says (- reads standard input), and print what changed. All of it, or nothing.

    What the file does not name stays as it is; nothing is removed.
    """
    from mailgate.office.desk.apply import apply
    from mailgate.office.desk.compare import differences
    from mailgate.office.desk.export import export
    from mailgate.office.desk.written import from_yaml
    from mailgate.store.db import take_back

    wanted = from_yaml(file.read())
    with house() as here, here.desk(org) as session:
        before = export(session)
        after = apply(session, wanted, "the command line", clock.now())
        lines = [*differences(before, after)]
        if dry_run:
            take_back(session)
    for line in lines:
        click.echo(line)
    count = f"{len(lines)} {'change' if len(lines) == 1 else 'changes'}"
    click.echo(f"{count}; nothing was changed." if dry_run else f"{count} made.", err=True)


@office.command("schema")
def office_schema() -> None:
    """Print the JSON Schema of the file."""
    from mailgate.office.desk.written import json_schema

    click.echo(json_schema(), nl=False)
