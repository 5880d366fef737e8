"""`mailgate explain`: what happened to a mail or ticket, and why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from mailgate.cli.house import house
from mailgate.errors import NotFound
from mailgate.log import plain

if TYPE_CHECKING:
    from mailgate.tickets.explain import Happening, MailTold, Told

_INDENT = " " * 21  # as wide as a time and the space after it


@click.command()
@click.argument("reference", metavar="TICKET|MESSAGE-ID|KEPT-ID")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--org", metavar="NAME", help="The organisation, where there are several.")
def explain(reference: str, as_json: bool, org: str | None) -> None:
    """Tell what happened to a mail or ticket, and why, step by step.

    TICKET is a ticket's number, MESSAGE-ID stands in a mail's head (with or without its brackets), KEPT-ID is the
    number under which a mail was kept. Times are UTC, but promises are told in the time zone of their calendar.
    """
    from mailgate import clock
    from mailgate.office.promises import policies
    from mailgate.tickets.explain import explain as explanations
    from mailgate.tokens import Marks

    with house() as here, here.desk(org) as session:
        now = clock.now()
        found = explanations(session, Marks(here.servers.secret_key), reference, policies(session, now), now)
    if not found:
        raise NotFound(f"Nothing here has the number or Message-ID {plain(reference)}.")
    if as_json:
        click.echo(json.dumps([asdict(told) for told in found], ensure_ascii=False, default=_time))
        return
    for told in found:
        for line in _lines(told):
            click.echo(plain(line))


def _lines(told: Told) -> Iterator[str]:
    yield f"{told.about}: {told.subject}" if told.subject else told.about
    steps: list[tuple[datetime, list[str]]] = [(mail.at, list(_mail(mail))) for mail in told.mails]
    steps += [(event.at, list(_event(event))) for event in told.history]
    for at, lines in sorted(steps, key=lambda step: step[0]):
        yield f"{at:%Y-%m-%d %H:%M:%S}  {lines[0]}"
        for line in lines[1:]:
            yield _INDENT + line
    for rule in told.rules:
        yield f"{rule.at:%Y-%m-%d %H:%M:%S}  The rule “{rule.rule}” (version {rule.version}) acted. It saw:"
        for name, value in rule.saw:
            yield f"{_INDENT}{name}: {value or 'nothing'}"
        for line in rule.did:
            yield _INDENT + line
    for promise in told.promises:
        yield f"{promise.name} (policy {promise.policy}): {promise.words}"
        yield f"{_INDENT}{promise.minutes} of {promise.target} minutes counted:"
        for line in promise.counted:
            yield _INDENT + line


def _mail(mail: MailTold) -> Iterator[str]:
    yield f"Mail {mail.kept_id}: {mail.came}"
    for name, value in mail.facts:
        yield f"{name}: {value}"
    for looked in mail.looked:
        yield f"Looked at {looked.signal} {looked.value}: {looked.result}"
    yield mail.outcome
    yield from mail.reasons


def _event(event: Happening) -> Iterator[str]:
    yield event.what
    yield from event.details


def _time(value: Any) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()
