"""Row 28. Forms cost bounded memory, and no cache keeps what is private."""

from __future__ import annotations

import pytest

from mailgate import clock
from mailgate.office.links import conversation_link
from mailgate.store.tickets import by_id
from tests.support.browsing import BASE, Browser
from tests.support.mails import mail
from tests.support.world import World
from tests.web.conftest import Site
from web.access import POLICY, Rule


@pytest.fixture
def ticket(world: World) -> int:
    return world.receive(mail(subject="Cannot sign in", body="Since yesterday I cannot sign in.")).ticket_id or 0


@pytest.fixture
def link(world: World, ticket: int) -> str:
    with world.database.desk(1) as session:
        found = by_id(session, ticket)
        assert found is not None
        return conversation_link(session, found, clock.now(), BASE).removeprefix(BASE)


@pytest.fixture
def customer(site: Site) -> Browser:
    return Browser(site.app.test_client())


@pytest.mark.parametrize("bomb", ["parts", "field"])
def test_form_bombs_are_refused(customer: Browser, world: World, ticket: int, link: str, bomb: str) -> None:
    customer.get(link)
    many = {f"field{number}": "x" for number in range(1000)} if bomb == "parts" else {"body": "x" * (5 * 2**20)}
    fields = {"csrf": customer.csrf, "once": customer.once, "body": "Hello", **many}
    parts = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    )
    answer = customer.client.post(
        f"{link}/answers", data=f"{parts}--x--\r\n", content_type="multipart/form-data; boundary=x", base_url=BASE
    )
    assert answer.status_code == 413
    assert world.ticket(ticket).message_count == 1


def test_a_form_with_too_many_parts_is_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from flask import request

    monkeypatch.setitem(POLICY, "parts", Rule(None))
    site.app.add_url_rule("/parts", "parts", lambda: str(len(request.form)), methods=["POST"])
    bomb = b"".join(b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' for _ in range(1000)) + b"--x--\r\n"
    answer = site.ask("POST", "/parts", None, data=bomb, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413


def test_private_pages_are_kept_by_no_cache(
    browser: Browser, customer: Browser, world: World, ticket: int, link: str
) -> None:
    number = world.ticket(ticket).number
    for who, path in ((browser, "/"), (browser, f"/t/{number}"), (browser, "/admin/outbox"), (customer, link)):
        who.get(path)
        assert who.client.get(path, base_url=BASE).headers["Cache-Control"] == "no-store", path
