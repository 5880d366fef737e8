"""`mailgate replay`: read mail from the shelf again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mailgate.cli.house import house
from mailgate.cli.outcome import WRONG, Ended
from mailgate.mail import Cause

if TYPE_CHECKING:
    from mailgate.store.db import Session


@click.command()
@click.argument("kept_ids", nargs=-1, type=click.IntRange(min=1), metavar="[KEPT-ID]…")
@click.option("--held", is_flag=True, help="All mail on the shelf: held and quarantined.")
@click.option("--cause", type=click.Choice([cause.value for cause in Cause]), help="All mail held for this cause.")
@click.option("--org", metavar="NAME", help="The organisation, where there are several.")
def replay(kept_ids: tuple[int, ...], held: bool, cause: str | None, org: str | None) -> None:
    """Read mail from the shelf again, e.g. after a fix.

    KEPT-ID… are the numbers under which mails were kept; the shelf holds those that are held or quarantined. A mail
    that is on a ticket already stays there: reading it again would only open it a second time.
    """
    from mailgate.queue.nudges import Bell
    from mailgate.store.kept import put_back, shelved

    if [held, bool(kept_ids), cause is not None].count(True) != 1:
        raise click.UsageError("Name mails by their KEPT-ID, or say --held for all on the shelf, or --cause for some.")
    with house() as here:
        with here.desk(org) as session:
            wanted = list(kept_ids) or shelved(session, causes=[cause] if cause is not None else [])
            again = set(put_back(session, wanted))
            problems = [_why_not(session, kept_id) for kept_id in dict.fromkeys(wanted) if kept_id not in again]
        if again:
            Bell(here.servers.redis_url).ring("read_mail")
    click.echo(f"{len(again)} {'mail is' if len(again) == 1 else 'mails are'} read again.")
    if problems:
        raise Ended(WRONG, "\n".join(problems))


def _why_not(session: Session, kept_id: int) -> str:
    from mailgate.store.kept import kept_by_id

    kept = kept_by_id(session, kept_id)
    if kept is None:
        return f"There is no kept mail {kept_id}."
    if kept.state == "waiting":
        return f"Mail {kept_id} waits to be read already."
    return f"Mail {kept_id} is not on the shelf: it was read, and its outcome is {kept.outcome!r}."
