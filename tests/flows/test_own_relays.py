"""A mailbox's letters leave by its own relay: with a password, with a token, or by Microsoft's Graph."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from mailgate import clock
from mailgate.errors import BadInput
from mailgate.mail import Address
from mailgate.oauth import TokenSecret
from mailgate.office.relays import Way, give_relay, read_way, take_relay
from mailgate.office.setup import add_mailbox
from mailgate.queue.lanes import Lanes
from mailgate.send import Parcel
from mailgate.send.graph import addressed_to
from mailgate.store.office import mailbox_by_address
from mailgate.store.outbox import OutboxCopy, list_copies
from mailgate.store.relays import every_relay
from mailgate.store.tickets import by_id
from mailgate.tickets.answer import answer
from mailgate.tickets.history import Actor
from tests.support.databases import Fresh
from tests.support.mails import mail
from tests.support.relay import Relay
from tests.support.token_server import TokenServer, token_server
from tests.support.world import DESK, World

SALES, ANA, BEN = "sales@nordlicht.example", "ana@lusitel.example", "ben@lusitel.example"
PASSWORD = "correct horse"


@dataclass
class FakeGraph:
    """What stands in for Microsoft: takes letters from whoever has a good token."""

    tokens: set[str]
    taken: list[bytes] = field(default_factory=list)
    answer: int = 202
    port: int = 0


@contextmanager
def fake_graph(tokens: set[str]) -> Iterator[FakeGraph]:
    graph = FakeGraph(tokens)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = base64.b64decode(self.rfile.read(int(self.headers["Content-Length"])))
            is_known = self.headers["Authorization"].removeprefix("Bearer ") in graph.tokens
            status = graph.answer if is_known and self.path == "/v1.0/me/sendMail" else 401
            if status == 202:
                graph.taken.append(raw)
            said = b"" if status == 202 else json.dumps({"error": {"code": "No", "message": "Not now"}}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: Any) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    graph.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield graph
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


@pytest.fixture
def provider() -> Iterator[TokenServer]:
    with token_server() as running:
        yield running


def test_each_mailbox_has_its_way_and_what_waited_for_one_goes(world: World) -> None:
    common, world.shop.relay_url = world.shop.relay_url, None
    with world.database.desk(1) as session:
        add_mailbox(session, SALES, clock.now(), name="Sales")
    world.receive(mail())
    world.receive(mail(to=SALES, sender=BEN), to=SALES, sender=BEN)
    assert {copy.held_for for copy in _copies(world)} == {"relay"}
    with Relay(user="sales", password=PASSWORD) as own:
        _give(world, SALES, f"smtp://sales@{own.url.removeprefix('smtp://')}", PASSWORD)
        world.work()
        assert [taken.recipient for taken in own.taken] == [BEN]
        assert {copy.recipient: copy.state for copy in _copies(world)} == {ANA: "held", BEN: "sent"}
        with world.owner.engine.begin() as connection:
            stored = connection.exec_driver_sql("SELECT secret FROM relay_accounts").scalar_one()
        assert PASSWORD.encode() not in bytes(stored)

        _give(world, SALES, f"smtp://sales@{own.url.removeprefix('smtp://')}", "wrong")
        world.receive(mail(to=SALES, sender=BEN, subject="More"), to=SALES, sender=BEN)
        complaint = str(_relay(world).complaint)
        assert "does not let us sign in" in complaint
        assert "wrong" not in complaint
        _give(world, SALES, f"smtp://sales@{own.url.removeprefix('smtp://')}", PASSWORD)
        _all_due(world)
        world.work()
        assert len(own.taken) == 2
        assert _relay(world).complaint is None

    world.shop.relay_url = common
    with world.database.desk(1) as session:
        mailbox = mailbox_by_address(session, SALES)
        assert mailbox is not None
        take_relay(session, mailbox)
    world.receive(mail(to=SALES, sender=BEN, subject="By all"), to=SALES, sender=BEN)
    assert len(world.relay.to(BEN)) == 1


def test_a_token_opens_a_relay_and_is_replaced(world: World, provider: TokenServer) -> None:
    with Relay(tokens=provider.access_tokens) as own:
        oauth = {"token_url": f"{provider.url}/token", "client_id": "mailgate"}
        _give(world, DESK, own.url, TokenSecret("refresh-0", "").packed(), oauth=oauth)
        world.receive(mail())
        assert [taken.recipient for taken in own.taken] == [ANA]
        world.shop.carriers.close()  # as in another process: what was replaced is known there, too
        world.receive(mail(subject="Again"))
        assert len(own.taken) == 2
        assert [asked["refresh_token"] for asked in provider.asked] == ["refresh-0", "refresh-1"]
        provider.refresh_token = "revoked"
        world.shop.carriers.close()
        world.receive(mail(subject="And again"))
        assert "Sign in again" in str(_relay(world).complaint)
        assert {copy.state for copy in _copies(world)} == {"sent", "waiting"}


def test_graph_takes_a_letter_once_for_all_and_never_for_others(world: World, provider: TokenServer) -> None:
    with fake_graph(provider.access_tokens) as graph:
        oauth = {"token_url": f"{provider.url}/token", "client_id": "mailgate"}
        way = Way("graph", "127.0.0.1", graph.port, "tls", None)
        _give(world, DESK, way, TokenSecret("refresh-0", "").packed(), oauth=oauth)
        ticket_id = world.receive(mail()).ticket_id or 0
        assert len(graph.taken) == 1
        graph.answer = 503
        with world.database.desk(1) as session:
            ticket, mailbox = by_id(session, ticket_id, lock=True), mailbox_by_address(session, DESK)
            assert ticket is not None
            assert mailbox is not None
            by, cc = Actor("agent", "Mara"), [Address(BEN)]
            answer(session, ticket, mailbox, "Hi.", by, clock.now(), world.shop.marks, channel="web", cc=cc)
        world.work()
        assert {copy.state for copy in _copies(world) if copy.letter == "answered"} == {"waiting"}
        graph.answer = 202
        _all_due(world)
        world.work()
        assert {copy.state for copy in _copies(world)} == {"sent"}
        assert len(graph.taken) == 2
        assert ANA.encode() in graph.taken[1]
        assert BEN.encode() in graph.taken[1]


def test_a_letter_for_some_names_only_them() -> None:
    raw = (
        b"DKIM-Signature: v=1;\r\n b=x\r\nFrom: d@x.example\r\nTo: Ana <ana@x.example>,\r\n Bo <bo@x.example>\r\n"
        b"Cc: cy@x.example\r\nSubject: Hi\r\n\r\nTo: nobody\r\n"
    )
    whole = Parcel("", ("ana@x.example", "bo@x.example", "cy@x.example"), raw)
    assert addressed_to(whole) == raw
    some = addressed_to(replace(whole, recipients=("bo@x.example",)))
    assert some == b"From: d@x.example\r\nSubject: Hi\r\nTo: bo@x.example\r\n\r\nTo: nobody\r\n"


def test_no_relay_sees_more_connections_or_letters_than_it_should(fresh: Fresh) -> None:
    one, two, three = (Lanes(fresh.redis_url, name, 2, 30) for name in ("one", "two", "three"))
    first = one.room("smtp://me:secret@relay", 20)
    assert (first.letters, first.has_lane) == (20, True)
    second = two.room("smtp://me:secret@relay", 20)
    assert (second.letters, second.has_lane) == (10, True)
    assert 0 < second.wait <= 60
    assert three.room("smtp://me:secret@relay", 20)[::2] == (0, False)
    assert three.room("another", 20).letters == 20
    assert one.room("smtp://me:secret@relay", 5).letters == 0


@pytest.mark.parametrize("url", ["smtp://me:geheim@relay.example", "http://relay.example", "smtp://", "smtp://x/y"])
def test_a_bad_way_is_refused(url: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_way(url, has_secret=True)
    assert "geheim" not in str(caught.value)


def test_a_way_says_how() -> None:
    assert read_way("smtp://relay.example", has_secret=True) == Way("smtp", "relay.example", 587, "starttls", None)
    assert read_way("smtps://a%40b@relay.example", has_secret=True) == Way("smtp", "relay.example", 465, "tls", "a@b")
    assert read_way("smtp://127.0.0.1:2526", has_secret=False) == Way("smtp", "127.0.0.1", 2526, "none", None)
    assert read_way("graph:", has_secret=True).host == "graph.microsoft.com"


def _give(world: World, address: str, way: Way | str, secret: str, oauth: dict[str, Any] | None = None) -> None:
    with world.database.desk(1) as session:
        mailbox = mailbox_by_address(session, address)
        assert mailbox is not None
        chosen = read_way(way, has_secret=True) if isinstance(way, str) else way
        give_relay(session, mailbox, chosen, secret, world.shop.seal, clock.now(), oauth=oauth)


def _relay(world: World) -> Any:
    with world.database.desk(1) as session:
        (account,) = every_relay(session).values()
    return account


def _copies(world: World) -> list[OutboxCopy]:
    with world.database.desk(1) as session:
        return [copy for copy, _ in list_copies(session, states=(), before=None, limit=100)]


def _all_due(world: World) -> None:
    with world.owner.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE outbox SET next_try = now() WHERE state = 'waiting'")
