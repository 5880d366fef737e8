"""`python -m mailgate.bench`: measure, and print the performance table."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from statistics import median_low

import click

from mailgate.bench import machine
from mailgate.bench.figures import Plan, Report, Row
from mailgate.bench.loop import loops_per_second
from mailgate.bench.rows import ROWS
from mailgate.bench.site import site
from mailgate.errors import MailgateError


@click.command()
@click.option("--row", "names", multiple=True, type=click.Choice(list(ROWS)), help="Only this row; may be repeated.")
@click.option("--mails", default=1500, show_default=True, type=click.IntRange(100), help="Mails to send through a row.")
@click.option(
    "--tickets", default=10_000, show_default=True, type=click.IntRange(100), help="Tickets behind the pages."
)
@click.option(
    "--runs", default=1, show_default=True, type=click.IntRange(1), help="Measure so often; the median counts."
)
@click.option(
    "--place", type=click.Path(path_type=Path, file_okay=False), help="Where the data goes. A disk, not memory."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def bench(names: tuple[str, ...], mails: int, tickets: int, runs: int, place: Path | None, *, as_json: bool) -> None:
    """Measure how fast Mailgate is on this machine, each row beside what its parts can do alone."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that whoever ends us leaves nothing behind
    report = Report(machine.about())
    plan = Plan(mails, tickets)
    for name in names or ROWS:
        click.echo(f"measuring {name} …", err=True)
        measured = [_measure(name, plan, place) for _ in range(runs)]
        middle = median_low(row.ratio for row in measured)
        report.rows.append(next(row for row in measured if row.ratio == middle))
    click.echo(json.dumps(report.as_json(), indent=2) if as_json else report.as_text())


def _measure(name: str, plan: Plan, place: Path | None) -> Row:
    """One row in a Mailgate of its own, between two runs of the fixed loop."""
    before = loops_per_second()
    with site(place) as here:
        row = ROWS[name](plan, here)
    row.loops = (before, loops_per_second())
    return row


if __name__ == "__main__":
    try:
        bench(standalone_mode=True)
    except MailgateError as error:
        sys.exit(f"bench: {error}")
