"""What commands about the office share: for whom they work, and how they print a list."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import click

ORG = click.option("--org", metavar="NAME", help="The organisation, where there are several.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def show(rows: Sequence[Mapping[str, object]], as_json: bool) -> None:
    """A line a row, or all as JSON."""
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        click.echo("  ".join(str(value) if value is not None else "-" for value in row.values()))
