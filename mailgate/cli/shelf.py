"""`mailgate shelf`: mail that is on no ticket, and what becomes of it."""

from __future__ import annotations

import click

from mailgate.cli.house import house
from mailgate.cli.shared import JSON, ORG, show
from mailgate.mail import Cause

_BY = "The command line"  # whoever sits there could do anything anyway
_MOST = 200


@click.group()
def shelf() -> None:
    """Mail that is held or could not be read."""


@shelf.command("list")
@click.option("--cause", type=click.Choice([cause.value for cause in Cause]), help="Only mail held for this cause.")
@ORG
@JSON
def shelf_list(cause: str | None, org: str | None, as_json: bool) -> None:
    """Show what lies on the shelf, newest first, and why."""
    from mailgate.store.kept import SHELVED, list_kept

    with house() as here, here.desk(org) as session:
        found = list_kept(session, states=SHELVED, causes=[cause] if cause else [], before=None, limit=_MOST)
        rows = [
            {
                "id": kept.id,
                "cause": kept.cause or kept.state,
                "from": kept.sender,
                "subject": kept.subject or "",
                "received_at": kept.received_at.isoformat(),
                "reason": " ".join(str(reason) for reason in kept.reasons),
            }
            for kept in found
        ]
    show(rows, as_json)


@shelf.command("file")
@click.argument("kept_id", type=click.IntRange(min=1), metavar="KEPT-ID")
@click.option("--ticket", metavar="NUMBER", help="The ticket it belongs to; without it, a new one.")
@ORG
def shelf_file(kept_id: int, ticket: str | None, org: str | None) -> None:
    """Put a held mail on a ticket, or make it a new one."""
    from mailgate.office.shelf import file_it
    from mailgate.queue.nudges import Bell

    with house() as here:
        with here.desk(org) as session:
            file_it(session, kept_id, ticket, _BY)
        Bell(here.servers.redis_url).ring("read_mail")
    click.echo(
        f"Mail {kept_id} goes {f'onto {ticket}' if ticket else 'onto a new ticket'} as soon as a worker is free."
    )


@shelf.command("discard")
@click.argument("kept_id", type=click.IntRange(min=1), metavar="KEPT-ID")
@ORG
def shelf_discard(kept_id: int, org: str | None) -> None:
    """Take a mail off the shelf for good. It stays kept, and says so."""
    from mailgate.office.shelf import discard

    with house() as here, here.desk(org) as session:
        discard(session, kept_id, _BY)
    click.echo(f"Mail {kept_id} is discarded.")
