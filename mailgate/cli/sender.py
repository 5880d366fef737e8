"""`mailgate sender`: the block and allow lists."""

from __future__ import annotations

import click

from mailgate import clock
from mailgate.cli.house import house
from mailgate.cli.shared import JSON, ORG, show

_BY = "The command line"  # whoever sits there could do anything anyway
_MOST = 10_000
_SAID = {"allow": "is let in", "hold": "is blocked: it is held", "discard": "is blocked: it is discarded"}


@click.group()
def sender() -> None:
    """Whose mail is let in or blocked. PATTERN is an address, or a domain with all that lies below it."""


@sender.command("list")
@ORG
@JSON
def sender_list(org: str | None, as_json: bool) -> None:
    """Show both lists."""
    from mailgate.store.senders import sender_rules

    with house() as here, here.desk(org) as session:
        rules = sender_rules(session, limit=_MOST)
        rows = [
            {"pattern": rule.pattern, "treatment": rule.treatment, "by": rule.by, "at": rule.at.isoformat()}
            for rule in rules
        ]
    show(rows, as_json)


@sender.command("allow")
@click.argument("pattern")
@ORG
def sender_allow(pattern: str, org: str | None) -> None:
    """Let mail in even if a filter marks it as spam. Forged mail in this name is held all the same."""
    _treat(pattern, "allow", org)


@sender.command("block")
@click.argument("pattern")
@click.option("--discard", is_flag=True, help="Nothing comes of its mail; without it, the mail waits on the shelf.")
@ORG
def sender_block(pattern: str, discard: bool, org: str | None) -> None:
    """Hold mail from here on the shelf, or discard it."""
    _treat(pattern, "discard" if discard else "hold", org)


@sender.command("forget")
@click.argument("pattern")
@ORG
def sender_forget(pattern: str, org: str | None) -> None:
    """Treat this sender like any other again."""
    from mailgate.errors import NotFound
    from mailgate.office.senders import forget_pattern

    with house() as here, here.desk(org) as session:
        if not forget_pattern(session, pattern):
            raise NotFound(f"Nothing is said of {pattern}; `mailgate sender list` shows whom something is said of.")
    click.echo(f"{pattern} is a sender like any other.")


def _treat(pattern: str, treatment: str, org: str | None) -> None:
    from mailgate.office.senders import treat

    with house() as here, here.desk(org) as session:
        rule = treat(session, pattern, treatment, _BY, clock.now())
    click.echo(f"Mail from {rule.pattern} {_SAID[treatment]}.")
