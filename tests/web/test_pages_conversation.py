"""The private page of a request: read, answer with files, close and open again, for one person and one ticket."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest

from mailgate import clock
from mailgate.office.links import conversation_link
from mailgate.store.tickets import by_id
from tests.support.browsing import BASE, Browser
from tests.support.mails import mail
from tests.support.world import World
from tests.web.conftest import AFAR, Site

ANA = "ana@lusitel.example"


@pytest.fixture
def ticket(world: World) -> int:
    kept = world.receive(mail(subject="Cannot sign in", body="Since yesterday I cannot sign in."))
    return kept.ticket_id or 0


@pytest.fixture
def link(world: World, ticket: int) -> str:
    return _link(world, ticket)


@pytest.fixture
def customer(site: Site) -> Browser:
    return Browser(site.app.test_client())


@pytest.fixture
def moving_clock() -> Any:
    yield
    clock.follow(None)


def _link(world: World, ticket_id: int) -> str:
    with world.database.desk(1) as session:
        found = by_id(session, ticket_id)
        assert found is not None
        return conversation_link(session, found, clock.now(), BASE).removeprefix(BASE)


def test_the_customer_reads_what_was_said_to_them_and_no_more(
    customer: Browser, browser: Browser, world: World, ticket: int, link: str
) -> None:
    url = f"/t/{world.ticket(ticket).number}"
    browser.get(url)
    browser.write(f"{url}/notes", "She is difficult.")
    browser.get(url)
    browser.write(f"{url}/answers", "Here is a fresh link.", status="pending")
    browser.post(f"{url}/priority", priority="urgent")
    page = customer.get(link)
    assert "Since yesterday I cannot sign in." in page
    assert "Here is a fresh link." in page
    assert "<h2>Mara Koch</h2>" in page
    assert "We wait for your answer." in page
    for secret in ("difficult", "Urgent", "Internal"):
        assert secret not in page
    assert 'content="noindex"' in page
    assert customer.client.get(link, base_url=BASE).headers["Cache-Control"] == "no-store"


def test_an_answer_with_files_lands_in_the_ticket_and_wakes_it(
    customer: Browser, browser: Browser, world: World, ticket: int, link: str
) -> None:
    url = f"/t/{world.ticket(ticket).number}"
    browser.get(url)
    browser.write(f"{url}/answers", "Try again.", status="pending")
    customer.get(link)
    files = [(BytesIO(b"one"), "../../a\u202egnp.exe"), (BytesIO(b"two"), "b.txt", "text/plain"), (BytesIO(b""), "")]
    answer = customer.write(f"{link}/answers", "It still fails.", files=files)
    assert answer.headers["Location"] == f"{link}?done=sent"
    page = customer.get(f"{link}?done=sent")
    assert "Your answer has reached us." in page
    assert "agnp.exe" in page
    (first, second) = re.findall(rf'href="({re.escape(link)}/files/\d+)"', page)
    got = customer.client.get(first, base_url=BASE)
    assert got.data == b"one"
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert customer.client.get(second, base_url=BASE).data == b"two"
    assert world.ticket(ticket).status == "open"
    assert world.ticket(ticket).is_unread
    message = world.thread(ticket)[-1]
    assert (message.channel, message.author, message.author_address) == ("web", "Ana Ferreira", ANA)
    assert "It still fails." in browser.get(url)


def test_what_came_before_our_last_answer_is_folded(
    customer: Browser, browser: Browser, world: World, ticket: int, link: str
) -> None:
    url = f"/t/{world.ticket(ticket).number}"
    for words in ("The first answer.", "The last answer."):
        browser.get(url)
        browser.write(f"{url}/answers", words)
        customer.get(link)
        customer.write(f"{link}/answers", f"Thanks for {words}")
    folded, _, shown = customer.get(link).partition("</details>\n    <article")
    assert "4 earlier messages" in folded
    assert "Thanks for The first answer." in folded
    assert "The last answer." in shown
    assert "Thanks for The last answer." in shown


def test_an_answer_sent_twice_is_one(customer: Browser, world: World, ticket: int, link: str) -> None:
    customer.get(link)
    for _ in range(3):
        customer.write(f"{link}/answers", "Once.")
    assert [message.text for message in world.thread(ticket)].count("Once.") == 1


def test_closing_and_opening_again(customer: Browser, world: World, ticket: int, link: str) -> None:
    assert "It is solved" in customer.get(link)
    customer.post(f"{link}/closure")
    assert world.ticket(ticket).status == "resolved"
    page = customer.get(f"{link}?done=closed")
    assert "The request is closed as solved." in page
    assert "It is not solved" in page
    customer.post(f"{link}/closure")
    customer.post(f"{link}/reopening")
    after = world.ticket(ticket)
    assert (after.status, after.is_unread, after.reopen_count) == ("open", True, 1)
    events = world.count(
        f"SELECT count(*) FROM events WHERE ticket_id = {ticket} AND actor = 'customer' AND kind = 'changed'"
    )
    assert events == 2


def test_an_empty_answer_is_refused_and_the_page_stays(customer: Browser, link: str) -> None:
    customer.get(link)
    page = customer.write(f"{link}/answers", "  ", 422, files=[(BytesIO(b"x"), "a.txt")]).text
    assert "write something first" in page
    assert "Since yesterday" in page


def test_too_large_and_too_many_files_are_refused(
    customer: Browser, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer.get(link)
    files = [(BytesIO(b"x"), f"{number}.txt") for number in range(21)]
    assert "At most 20 files" in customer.write(f"{link}/answers", "Many", 422, files=files).text
    monkeypatch.setattr("web.pages.conversation.LARGEST", 5)
    assert "Choose fewer" in customer.write(f"{link}/answers", "Large", 422, files=[(BytesIO(b"123456"), "x")]).text
    huge = customer.client.post(
        f"{link}/answers", data=b"1" * 2**21, content_type="multipart/form-data; boundary=x", base_url=BASE
    )
    assert huge.status_code == 413
    assert "Go back to your request" in huge.text
    assert "start page" not in huge.text, "that is the agents'"
    assert "This is too large" in huge.text


@pytest.mark.parametrize("name", ["answers", "closure", "reopening"])
def test_a_link_that_is_none_of_ours_does_nothing(customer: Browser, link: str, name: str) -> None:
    customer.get(link)
    made_up = link[:-3] + "xyz"
    assert "This link does not work any more" in customer.get(made_up, 410)
    customer.write(f"{made_up}/{name}", "Hello", 410) if name == "answers" else customer.post(f"{made_up}/{name}", 410)


@pytest.mark.usefixtures("moving_clock")
def test_a_link_ends_after_its_time(customer: Browser, world: World, ticket: int, link: str) -> None:
    customer.get(link)
    clock.follow(lambda: datetime.now(UTC) + timedelta(days=61))
    assert "Mail me new links" in customer.get(link, 410)
    customer.write(f"{link}/answers", "Too late", 410)
    assert world.ticket(ticket).message_count == 1


def test_a_link_that_was_taken_back_ends(customer: Browser, world: World, link: str) -> None:
    customer.get(link)
    with world.owner.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM tokens WHERE kind = 'conversation'")
    customer.get(link, 410)


def test_a_link_ends_with_its_holders_part_in_the_ticket(
    customer: Browser, world: World, ticket: int, link: str
) -> None:
    with world.database.desk(1) as session:
        found = by_id(session, ticket)
        assert found is not None
        found.requester_address = "somebody.else@lusitel.example"
    customer.get(link, 410)


def test_a_link_opens_one_ticket_and_its_files_alone(
    customer: Browser, browser: Browser, world: World, link: str
) -> None:
    customer.get(link)
    customer.write(f"{link}/answers", "With a file.", files=[(BytesIO(b"one"), "a.txt")])
    (file,) = re.findall(rf'href="{re.escape(link)}(/files/\d+)"', customer.get(link))
    other = _link(world, world.receive(mail(sender="ben@x.example"), sender="ben@x.example").ticket_id or 0)
    customer.get(other + file, 404)
    customer.get(f"{link}/files/999999", 404)
    customer.get("/", 303)


def test_letters_that_others_read_along_carry_no_private_link(
    customer: Browser, browser: Browser, world: World, ticket: int
) -> None:
    url = f"/t/{world.ticket(ticket).number}"
    browser.get(url)
    browser.write(f"{url}/answers", "For Ana alone.")
    browser.get(url)
    browser.write(f"{url}/answers", "For both.", cc="it@lusitel.example")
    world.work()
    alone, both = world.relay.to(ANA)[-2:]
    private = re.search(rf"{BASE}(/s/\S+)", alone.text)
    assert private is not None
    assert "For both." in customer.get(private[1])
    assert "/s/" not in both.text
    assert f"{BASE}/status?number=" in both.text


def test_a_flood_of_answers_is_slowed(customer: Browser, link: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.pages.conversation._ANSWERS", 2)
    customer.get(link)
    data = {"csrf": customer.csrf, "body": "Again", "once": customer.once}
    codes = [
        customer.client.post(f"{link}/answers", data=data, base_url=BASE, environ_overrides=AFAR).status_code
        for _ in range(3)
    ]
    assert codes == [303, 303, 429]
