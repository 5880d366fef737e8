"""`mailgate replay --dry-run`: what would become of past mail today, without changing anything."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from mailgate.cli.house import House, house
from mailgate.log import plain

if TYPE_CHECKING:
    from mailgate.steps.foresee import Foreseen
    from mailgate.steps.workshop import Workshop
    from mailgate.store.kept import KeptMail

_AT_ONCE = 50


def foretell(since: datetime, org: str | None, *, as_json: bool) -> None:
    """Print each mail that would end otherwise, newest first, and how many were looked at."""
    from mailgate.cli.moving_in import set_up
    from mailgate.steps.workshop import here as workshop

    looked: Counter[str] = Counter()
    rows: list[dict[str, Any]] = []
    with house() as here, set_up(here.settings, here.servers, worker="dry run"):
        for found in _batches(here, workshop(), since, org, looked):
            rows += [_row(each) for each in found]
            if not as_json:
                for each in found:
                    click.echo(plain(_line(each)))
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    mails = f"{looked['asked']} {'mail was' if looked['asked'] == 1 else 'mails were'} looked at"
    click.echo(f"{mails}, {len(rows)} would end otherwise today. Nothing was changed.")
    if looked["skipped"]:
        click.echo(f"{looked['skipped']} more were left out: duplicates, over limits, decided by people, or gone.")


def _batches(here: House, shop: Workshop, since: datetime, org: str | None, looked: Counter[str]) -> Any:
    """Batch after batch, from the newest mail backwards, each in a transaction that cannot write."""
    from mailgate.steps.foresee import foresee, is_open_to_rules
    from mailgate.store.db import only_look
    from mailgate.store.kept import kept_since

    tenant, before = here.organisation(shop.database, org), None
    while True:
        with shop.database.desk(tenant) as session:
            only_look(session)
            mails = kept_since(session, since, before=before, limit=_AT_ONCE)
            if not mails:
                return
            before = mails[-1].id
            asked = [mail for mail in mails if is_open_to_rules(mail)]
            looked["asked"] += len(asked)
            looked["skipped"] += sum(mail.state != "waiting" for mail in mails) - len(asked)
            yield foresee(session, shop, tenant, _read(shop, tenant, session, asked)) if asked else []


def _read(shop: Workshop, org: int, session: Any, mails: list[KeptMail]) -> list[Any]:
    from mailgate.jobs import read_again
    from mailgate.steps.foresee import with_verdict_of
    from mailgate.store.kept import raw_of

    known = {mail.id: mail for mail in mails}
    whole = [
        (row, raw if raw is not None else shop.blobs.get(org, row.sha256.hex())) for row, raw in raw_of(session, known)
    ]
    read = [(known[row.id], read_again(shop, row, raw)) for row, raw in reversed(whole)]
    return [(mail, with_verdict_of(arrival, mail)) for mail, arrival in read]


def _line(each: Foreseen) -> str:
    mail = each.mail
    return (
        f"{mail.id}  {mail.received_at:%Y-%m-%d %H:%M}  {mail.author or mail.sender or '-'}  {mail.subject or '-'}"
        f"  {each.was} -> {each.would_be}: {each.why}"
    )


def _row(each: Foreseen) -> dict[str, Any]:
    return {
        "id": each.mail.id,
        "received_at": each.mail.received_at.isoformat(),
        "from": each.mail.author or each.mail.sender,
        "subject": each.mail.subject or "",
        "was": {"outcome": each.was.outcome, "cause": each.was.cause, "ticket": each.was.ticket},
        "would_be": {"outcome": each.would_be.outcome, "cause": each.would_be.cause, "ticket": each.would_be.ticket},
        "why": each.why,
    }
