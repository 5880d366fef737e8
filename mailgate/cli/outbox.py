"""`mailgate outbox`: what leaves, what waits, what failed; and doing something about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from mailgate import clock
from mailgate.cli.house import house
from mailgate.cli.shared import JSON, ORG, show

if TYPE_CHECKING:
    from mailgate.tickets.history import Actor

_STATES = ("waiting", "held", "sending", "sent", "delivered", "failed", "bounced", "cancelled")
_MOST = 200


@click.group()
def outbox() -> None:
    """Letters that leave, one row a recipient."""


@outbox.command("list")
@click.option("--state", "states", multiple=True, type=click.Choice(_STATES), help="Only these; may be given again.")
@ORG
@JSON
def outbox_list(states: Sequence[str], org: str | None, as_json: bool) -> None:
    """List the newest 200."""
    from mailgate.store.outbox import list_copies

    with house() as here, here.desk(org) as session:
        rows = [
            {
                "id": copy.id,
                "to": copy.recipient,
                "subject": subject,
                "state": copy.state,
                "tries": copy.tries,
                "next_try": copy.next_try.isoformat(timespec="seconds") if copy.state == "waiting" else None,
                "answer": copy.answer,
            }
            for copy, subject in list_copies(session, states=states, before=None, limit=_MOST)
        ]
    show(rows, as_json)


@outbox.command("retry")
@click.argument("ids", type=int, nargs=-1)
@click.option("--failed", is_flag=True, help="All that failed, up to 200 at once, instead of some by their ids.")
@ORG
def outbox_retry(ids: Sequence[int], failed: bool, org: str | None) -> None:
    """Send letters now: those that wait, are held, failed or came back."""
    from mailgate.queue.nudges import Bell
    from mailgate.store.outbox import list_copies
    from mailgate.tickets.outgoing import send_now

    if failed == bool(ids):
        raise click.UsageError("Name letters by their ids (`mailgate outbox list`), or say --failed.")
    with house() as here:
        with here.desk(org) as session:
            if failed:
                ids = [copy.id for copy, _ in list_copies(session, states=["failed"], before=None, limit=_MOST)]
            for copy_id in ids:
                send_now(session, copy_id, _operator(), clock.now())
        Bell(here.servers.redis_url).ring("send_mail")
    click.echo(f"{len(ids)} {'letter is' if len(ids) == 1 else 'letters are'} sent now.")


@outbox.command("cancel")
@click.argument("ids", type=int, nargs=-1, required=True)
@ORG
def outbox_cancel(ids: Sequence[int], org: str | None) -> None:
    """Stop letters before they leave: those that wait or are held."""
    from mailgate.tickets.outgoing import cancel

    with house() as here, here.desk(org) as session:
        for copy_id in ids:
            cancel(session, copy_id, _operator(), clock.now())
    click.echo(f"Stopped {len(ids)}.")


@outbox.command("failing")
@ORG
@JSON
def outbox_failing(org: str | None, as_json: bool) -> None:
    """List the addresses letters come back from for good."""
    from mailgate.store.people import failing_addresses

    with house() as here, here.desk(org) as session:
        found = failing_addresses(session, after=None, limit=_MOST)
    show([{"address": address, "since": since.isoformat(timespec="seconds")} for address, since in found], as_json)


@outbox.command("clear")
@click.argument("address")
@ORG
def outbox_clear(address: str, org: str | None) -> None:
    """Say that letters to ADDRESS arrive again."""
    from mailgate.tickets.outgoing import works_again

    with house() as here, here.desk(org) as session:
        works_again(session, address)
    click.echo(f"{address} is written to again.")


def _operator() -> Actor:
    from mailgate.tickets.history import Actor

    return Actor("token", "the command line")
