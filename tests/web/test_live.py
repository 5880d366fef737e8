"""Streams of the real web process: who hears what, when they end, and that they keep nobody else waiting."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mailgate import clock
from mailgate.office.setup import add_agent, add_mailbox
from mailgate.store.agents import SignedIn, agent_by_email, end_session, end_sessions_of
from mailgate.store.base import add
from mailgate.store.db import Database, Session
from mailgate.store.founding import found
from mailgate.store.tickets import by_id
from mailgate.tickets.change import change
from mailgate.tickets.history import Actor
from mailgate.tokens import hashed, secret
from tests.support.databases import Fresh
from tests.support.mails import mail
from tests.support.relay import free_port
from tests.support.world import KEY, World
from tests.web.conftest import MARA

THREADS = 2  # far fewer than there are streams


@pytest.fixture
def address(world: World, fresh: Fresh, tmp_path: Path) -> Iterator[str]:
    """A `mailgate web` of its own; it has to end in time, however many listen."""
    listen = f"127.0.0.1:{free_port()}"
    settings = {
        "MAILGATE_DATA": str(tmp_path),
        "MAILGATE_DATABASE_URL": fresh.app_url,
        "MAILGATE_REDIS_URL": fresh.redis_url,
        "MAILGATE_SECRET_KEY": KEY,
        "MAILGATE_WEB_LISTEN": listen,
        "MAILGATE_WEB_THREADS": str(THREADS),
    }
    command = [sys.executable, "-m", "mailgate", "web"]
    process = subprocess.Popen(command, env=os.environ | settings, process_group=0)
    try:
        _until(lambda: _asked(listen, "/readyz") == 200)
        yield listen
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class Listening:
    """One page's stream, read line by line."""

    def __init__(self, address: str, cookie: str, **query: str) -> None:
        self._connection = http.client.HTTPConnection(address, timeout=20)
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        self._connection.request("GET", f"/live?{asked}", headers={"Cookie": f"mailgate={cookie}"})
        self.answer = self._connection.getresponse()
        self.page = self.next("page")["page"] if self.answer.status == 200 else ""

    def next(self, name: str) -> Any:
        """The next message that has this in it; None at the end of the stream."""
        end = time.monotonic() + 25
        while line := self.answer.readline():
            assert time.monotonic() < end, f"nobody told {name}"
            told = json.loads(line.removeprefix(b"data: ")) if line.startswith(b"data: ") else {}
            if name in told:
                return told
        return None

    def close(self) -> None:
        self._connection.close()
        self.answer.close()


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            if holds():
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError("it never came about")


def _asked(address: str, path: str, cookie: str = "", form: str | None = None) -> int:
    connection = http.client.HTTPConnection(address, timeout=20)
    headers = {"Cookie": f"mailgate={cookie}", "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("GET" if form is None else "POST", path, form, headers)
    status = connection.getresponse().status
    connection.close()
    return status


def _signed_in(database: Database, org: int, email: str) -> str:
    """A new session's cookie."""
    value, now = secret(), clock.now()
    with database.desk(org) as session:
        agent = agent_by_email(session, email)
        assert agent is not None
        row = SignedIn(hash=hashed(value), agent_id=agent.id, created_at=now, expires_at=now + timedelta(days=1))
        add(session, row)
    return value


def _set_priority(session: Session, ticket_id: int, priority: str) -> None:
    ticket = by_id(session, ticket_id)
    assert ticket is not None
    change(session, ticket, Actor("agent", "Mara"), clock.now(), priority=priority)


def test_pages_hear_what_they_may_and_are_let_go(address: str, world: World) -> None:
    with world.owner.desk(0) as session:
        other = found(session, "Another").id
    with world.database.desk(other) as session:
        add_mailbox(session, "help@another.example", clock.now())
        add_agent(session, "zoe@another.example", "admin", clock.now())
    with world.database.desk(1) as session:
        add_agent(session, "vera@nordlicht.example", "viewer", clock.now())
        add_agent(session, "lia@nordlicht.example", "agent", clock.now()).only_own_teams = True
    cookie, again = _signed_in(world.database, 1, MARA), _signed_in(world.database, 1, MARA)
    theirs = _signed_in(world.database, other, "zoe@another.example")
    stranger = Listening(address, theirs, list="view%3Dall")
    viewer = Listening(address, _signed_in(world.database, 1, "vera@nordlicht.example"), list="view%3Dunassigned")
    limited = Listening(address, _signed_in(world.database, 1, "lia@nordlicht.example"), list="view%3Dall")
    mine = Listening(address, cookie, list="view%3Dmine")
    unassigned = Listening(address, again, list="view%3Dunassigned")
    page = Listening(address, cookie)
    assert page.answer.getheader("Content-Type") == "text/event-stream; charset=utf-8"
    assert Listening(address, "guessed").answer.status == 303  # to the sign-in page

    ticket = world.ticket(world.receive(mail(subject="Cannot sign in")).ticket_id)
    (told,) = unassigned.next("tickets")["tickets"]
    assert (told["number"], told["here"], "opened" in told["kinds"]) == (ticket.number, True, True)
    assert f'id="row-{ticket.number}"' in told["row"]
    assert 'type="checkbox"' in told["row"]
    assert 'type="checkbox"' not in viewer.next("tickets")["tickets"][0]["row"]  # who changes nothing ticks nothing
    assert mine.next("tickets")["tickets"][0]["here"] is False
    assert "row" not in page.next("tickets")["tickets"][0]

    with world.database.desk(1) as session:  # a change by hand, by the same verb as everywhere
        _set_priority(session, ticket.id, "urgent")
    assert "Urgent" in unassigned.next("tickets")["tickets"][0]["row"]
    assert all(_asked(address, "/healthz") == 200 for _ in range(3 * THREADS))  # six streams hold no thread

    with world.database.desk(1) as session:
        end_session(session, hashed(again))
    assert unassigned.next("never") is None  # at once, and this one alone
    with world.database.desk(1) as session:
        _set_priority(session, ticket.id, "low")
    assert mine.next("tickets")
    with world.database.desk(other) as session:
        end_session(session, hashed(theirs))
    with world.database.desk(1) as session:
        lia = agent_by_email(session, "lia@nordlicht.example")
        assert lia is not None
        end_sessions_of(session, lia.id)
    assert stranger.next("tickets") is None  # to its end it heard nothing of ours
    assert limited.next("tickets") is None  # nor whoever sees their own teams' tickets alone
    for one in (stranger, limited, viewer, mine, unassigned, page):
        one.close()
