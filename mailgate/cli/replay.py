"""`mailgate replay`: read mail from the shelf again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from mailgate import clock
from mailgate.cli.dry_run import foretell
from mailgate.cli.house import house
from mailgate.cli.outcome import WRONG, Ended
from mailgate.mail import Cause

if TYPE_CHECKING:
    from mailgate.store.db import Session


_SPANS = {"d": "days", "h": "hours"}


def _since(context: click.Context, parameter: click.Parameter, value: str) -> datetime:
    """The moment meant by 7d, 12h or 2026-11-20."""
    del context, parameter
    try:
        if value[-1:] in _SPANS and value[:-1].isdigit():
            return clock.now() - timedelta(**{_SPANS[value[-1]]: int(value[:-1])})
        day = datetime.fromisoformat(value)
    except (ValueError, OverflowError):
        raise click.BadParameter("is a span such as 7d or 12h, or a day such as 2026-11-20") from None
    return day if day.tzinfo else day.replace(tzinfo=UTC)


@click.command()
@click.argument("kept_ids", nargs=-1, type=click.IntRange(min=1), metavar="[KEPT-ID]…")
@click.option("--held", is_flag=True, help="All mail on the shelf: held and quarantined.")
@click.option("--cause", type=click.Choice([cause.value for cause in Cause]), help="All mail held for this cause.")
@click.option("--dry-run", is_flag=True, help="Change nothing: show what today's rules would decide otherwise.")
@click.option("--since", default="7d", callback=_since, metavar="SPAN", help="With --dry-run: 7d, 12h or a day.")
@click.option("--json", "as_json", is_flag=True, help="With --dry-run: print JSON.")
@click.option("--org", metavar="NAME", help="The organisation, where there are several.")
def replay(
    kept_ids: tuple[int, ...],
    held: bool,
    cause: str | None,
    dry_run: bool,
    since: datetime,
    as_json: bool,
    org: str | None,
) -> None:
    """Read mail from the shelf again, e.g. after a fix.

    KEPT-ID… are the numbers under which mails were kept; the shelf holds those that are held or quarantined. A mail
    that is on a ticket already stays there: reading it again would only open it a second time.

    With --dry-run, mail of the last days is read again and compared with what became of it.
    """
    if dry_run:
        if held or kept_ids or cause is not None:
            raise click.UsageError("--dry-run looks at all mail --since then: name no mails and no cause.")
        foretell(since, org, as_json=as_json)
        return
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
