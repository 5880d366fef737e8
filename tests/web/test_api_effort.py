"""What a request costs: a bounded number of questions to the database, however many rows there are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from mailgate import clock
from mailgate.office.setup import add_category, add_team
from tests.support.mails import mail
from tests.support.world import World
from tests.web.conftest import Site

LISTS = ("/tickets", "/inbound", "/outbound", "/agents", "/teams", "/categories", "/mailboxes")
MOST = 15


@contextmanager
def counted(site: Site) -> Iterator[list[str]]:
    """The questions the application asks while the block runs, beside saying for which organisation it asks."""
    engine, sent = site.app.extensions["mailgate"].database.engine, []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "set_config" not in statement:
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _cost(site: Site, path: str) -> int:
    with counted(site) as sent:
        site.get(path)
    return len(sent)


def test_reading_costs_the_same_however_much_there_is(site: Site, world: World) -> None:
    first = world.receive(mail())
    number = world.ticket(first.ticket_id).number
    paths = (*LISTS, f"/tickets/{number}", f"/tickets/{number}/messages", f"/tickets/{number}/events")
    before = {path: _cost(site, path) for path in paths}
    for words in ("one", "two", "three"):
        world.receive(mail(subject=f"Re: [#{number}] {words}", body=words))
        world.receive(mail(subject=words, sender=f"{words}@lusitel.example"))
    assert {path: _cost(site, path) for path in paths} == before
    assert max(before.values()) <= MOST


def test_every_filter_at_once_stays_within_the_bound(site: Site, world: World) -> None:
    site.open()
    with world.database.desk(1) as session:
        add_team(session, "Billing", clock.now())
        add_category(session, "Invoices", clock.now())
    query = "category=Invoices&team=Billing&assignee=mara@nordlicht.example&mailbox=help@nordlicht.example"
    assert (
        _cost(site, f"/tickets?{query}&requester=ana@lusitel.example&tag=x&q=help&status=new&from=2026-01-01") <= MOST
    )


@pytest.mark.parametrize("words", ["answer", "note"])
def test_writing_stays_within_the_bound(site: Site, words: str) -> None:
    number = site.open()["number"]
    with counted(site) as sent:
        site.send("POST", f"/tickets/{number}/messages", {"body": words, "internal": words == "note"}, status=201)
    assert len(sent) <= MOST, "\n".join(sent)
    with counted(site) as sent:
        site.send("PATCH", f"/tickets/{number}", {"priority": "high", "assignee": "mara@nordlicht.example"})
    assert len(sent) <= MOST, "\n".join(sent)


def test_opening_a_ticket_stays_within_the_bound(site: Site) -> None:
    with counted(site) as sent:
        site.open()
    assert len(sent) <= MOST, "\n".join(sent)
