"""Health: what waits and for how long, what failed, when mail was last fetched, and whether all parts are there."""

from __future__ import annotations

from flask import Blueprint

from mailgate import clock
from mailgate.errors import Temporary
from mailgate.store.counts import schema_version, shipped_version
from mailgate.store.health import OLDEST, backlog, server
from mailgate.store.imap import health as fetching
from mailgate.store.relays import every_relay, words
from web.access import desk
from web.db import tools
from web.show.health import Finding, of_backlog
from web.show.shell import desk_page
from web.speech import say

pages = Blueprint("health_page", __name__, url_prefix="/admin/health")


@pages.get("")
def show() -> str:
    """Show it, what is wrong first."""
    now = clock.now()
    findings = [*_parts()]
    with desk() as session:
        findings += of_backlog(backlog(session, now), tools().settings.shelf_alarm)
        fetched = fetching(session)
        for each in fetched:
            trouble = each.words(now)
            state = "bad" if each.is_overdue(now) else "warn" if trouble else "good"
            findings.append(
                Finding(
                    say("Fetching"),
                    state,
                    trouble or say("%(address)s is fetched.", address=each.address),
                    "/admin/mailboxes",
                )
            )
        for address, account in every_relay(session).items():
            trouble = words(address, account, now)
            said = trouble or say("%(address)s sends by %(host)s.", address=address, host=account.host)
            findings.append(Finding(say("Relay"), "warn" if trouble else "good", said, "/admin/mailboxes"))
        order = {"bad": 0, "warn": 1, "good": 2}
        findings.sort(key=lambda finding: order[finding.state])
        return desk_page(session, "health.html", current="health", findings=findings)


def _parts() -> list[Finding]:
    """What the pages can see of what they stand on. `mailgate doctor` sees more: disk, clock, DNS, workers."""
    settings = tools().settings
    with tools().database.crossing() as connection:
        found, version = server(connection), schema_version(connection)
    is_new = found.major >= OLDEST and version == shipped_version()
    said = say("PostgreSQL %(version)s, tables of version %(version2)s.", version=found.version, version2=version)
    findings = [
        Finding(
            say("Database"), "good" if is_new else "bad", said if is_new else f"{said} {say('Run mailgate migrate.')}"
        )
    ]
    try:
        is_there = tools().bell.is_reachable()
    except Temporary:
        is_there = False
    words_ = (
        say("Workers are woken at once.")
        if is_there
        else say("It cannot be reached: work goes on, up to a minute late.")
    )
    findings.append(Finding("Redis", "good" if is_there else "bad", words_))
    if settings.sending == "hold":
        findings.append(
            Finding(say("Sending"), "warn", say("MAILGATE_SENDING is hold: letters are written, but kept back."))
        )
    if settings.relay_url is None:
        missing = "MAILGATE_RELAY_URL is not set: letters of mailboxes without a relay of their own stay here."
        findings.append(Finding(say("Relay"), "warn", missing))
    return findings
