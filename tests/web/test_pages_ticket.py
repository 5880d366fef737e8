"""A ticket's page: the thread, answers, notes, and what is set on it."""

from __future__ import annotations

import re

import pytest

from mailgate import clock
from mailgate.office.setup import add_agent
from tests.support.browsing import BASE, Browser
from tests.support.mails import mail
from tests.support.world import DESK, World

ANA = "ana@lusitel.example"


@pytest.fixture
def url(world: World) -> str:
    """A ticket Ana has just opened."""
    kept = world.receive(mail(subject="Cannot sign in", body="Since yesterday I cannot sign in."))
    return f"/t/{world.ticket(kept.ticket_id).number}"


def _ticket(world: World, url: str) -> int:
    return world.count(f"SELECT id FROM tickets WHERE number = '{url.removeprefix('/t/')}'")


def test_an_answer_reaches_the_customer_and_shows_that_it_was_sent(browser: Browser, world: World, url: str) -> None:
    assert "Since yesterday I cannot sign in." in browser.get(url)
    once = browser.once
    assert browser.write(f"{url}/answers", "Here is a fresh link.", status="pending").headers["Location"] == url
    world.work()
    assert "Here is a fresh link." in world.relay.to(ANA)[-1].text
    page = browser.get(url)
    assert f'data-once="{once}"' in page
    assert browser.once != once
    assert re.search(r'class="cut">Sent\b', page)
    assert "Waiting for customer" in page
    assert world.ticket(_ticket(world, url)).first_response_at is not None


def test_a_form_sent_twice_is_one_answer(browser: Browser, world: World, url: str) -> None:
    browser.get(url)
    for _ in range(3):
        browser.write(f"{url}/answers", "Only once.", status="pending")
    world.work()
    assert sum("Only once." in letter.text for letter in world.relay.to(ANA)) == 1
    assert [message.direction for message in world.thread(_ticket(world, url))].count("out") == 1


def test_an_answer_with_cc_lets_them_in(browser: Browser, world: World, url: str) -> None:
    browser.get(url)
    browser.write(f"{url}/answers", "For both.", cc="Ben <ben@lusitel.example>; IT@lusitel.example, ")
    world.work()
    for person in (ANA, "ben@lusitel.example", "it@lusitel.example"):
        assert "For both." in world.relay.to(person)[-1].text
    assert 'value="ben@lusitel.example, it@lusitel.example"' in browser.get(url)


@pytest.mark.parametrize(
    ("cc", "words"),
    [("it@, x", "“it@” is no address."), (DESK, "our own mailbox"), ("a@b.example," * 2 + "x y", "“x y”")],
)
def test_a_wrong_cc_is_named_and_the_words_are_kept(
    browser: Browser, world: World, url: str, cc: str, words: str
) -> None:
    browser.get(url)
    once = browser.once
    page = browser.write(f"{url}/answers", "A <long> answer.", 422, cc=cc).text
    assert words in page
    assert "A &lt;long&gt; answer.</textarea>" in page
    assert f'value="{cc}"' in page
    assert f'name="once" value="{once}"' in page
    assert "<title>Error: " in page
    assert [message.direction for message in world.thread(_ticket(world, url))] == ["in", "system"]


def test_an_empty_answer_is_refused(browser: Browser, url: str) -> None:
    browser.get(url)
    assert "write something first" in browser.write(f"{url}/answers", " \r\n ", 422).text
    assert "write something first" in browser.write(f"{url}/notes", "\0", 422).text


def test_a_note_stays_in_the_house(browser: Browser, world: World, url: str) -> None:
    before = len(world.relay.to(ANA))
    browser.get(url)
    browser.write(f"{url}/notes", "Their firewall opens links.")
    world.work()
    assert len(world.relay.to(ANA)) == before
    page = browser.get(url)
    assert "Their firewall opens links." in page
    assert "message-note" in page


def test_status_priority_and_assignee_change_and_are_told(browser: Browser, world: World, url: str) -> None:
    browser.get(url)
    browser.post(f"{url}/assignee", assignee="me")
    browser.post(f"{url}/priority", priority="urgent")
    browser.post(f"{url}/status", status="on_hold")
    ticket = world.ticket(_ticket(world, url))
    assert (ticket.priority, ticket.status, ticket.assignee_id is not None) == ("urgent", "on_hold", True)
    page = browser.get(url)
    for words in ("You took the ticket", "You set the priority to Urgent", "You set the status to On hold"):
        assert words in page
    browser.post(f"{url}/assignee", assignee="")
    assert world.ticket(_ticket(world, url)).assignee_id is None
    assert "You took the ticket from Mara Koch" in browser.get(url)


def test_a_move_that_is_not_allowed_is_refused(browser: Browser, world: World, url: str) -> None:
    browser.get(url)
    browser.post(f"{url}/status", status="resolved")
    browser.post(f"{url}/status", 409, status="pending")
    browser.post(f"{url}/status", 422, status="nonsense")
    browser.post(f"{url}/priority", 422, priority="nonsense")
    browser.post(f"{url}/assignee", 422, assignee="999")
    assert world.ticket(_ticket(world, url)).status == "resolved"


def test_a_resolved_ticket_can_be_answered_as_it_is(browser: Browser, world: World, url: str) -> None:
    browser.get(url)
    browser.post(f"{url}/status", status="resolved")
    page = browser.get(url)
    assert "Send and open again" in page
    assert "Send and set to waiting" not in page
    browser.write(f"{url}/answers", "One more thing.", status="")
    assert world.ticket(_ticket(world, url)).status == "resolved"


def test_only_who_works_here_can_be_given_a_ticket(browser: Browser, world: World, url: str) -> None:
    with world.database.desk(1) as session:
        gone = add_agent(session, "gone@nordlicht.example", "agent", clock.now(), name="Gone Long Ago")
        gone.active = False
        viewer = add_agent(session, "vera@nordlicht.example", "viewer", clock.now(), name="Vera Viewer")
        ids = (gone.id, viewer.id)
    page = browser.get(url)
    assert "Gone Long Ago" not in page
    assert "Vera Viewer" not in page
    for one in ids:
        browser.post(f"{url}/assignee", 422, assignee=str(one))


def test_a_fragment_is_the_pane_alone(browser: Browser, url: str) -> None:
    answer = browser.client.get(url, headers={"HX-Request-Type": "partial"}, base_url=BASE)
    assert "HX-Request-Type" in answer.headers["Vary"]
    assert "<html" not in answer.text
    assert 'class="ticket"' in answer.text
    whole = browser.client.get(url, base_url=BASE)
    assert "<html" in whole.text


def test_what_customers_write_is_shown_as_text(browser: Browser, world: World) -> None:
    body = "<script>alert(1)</script> & <b>bold</b> https://x.example/?a=1&b=2"
    kept = world.receive(mail(subject="<img src=x onerror=alert(1)>", body=body, sender='"<u>Eve</u>" <eve@x.example>'))
    page = browser.get(f"/t/{world.ticket(kept.ticket_id).number}")
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<u>Eve" not in page
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert 'rel="nofollow noopener noreferrer"' in page


def test_a_folded_quote_and_a_signature_stand_behind_a_pill(browser: Browser, world: World, url: str) -> None:
    body = "It works now.\n\nOn 20 Nov 2026 at 09:31, Nordlicht Support wrote:\n> Hello Ana,\n> a link.\n"
    number = url.removeprefix("/t/")
    world.receive(mail(subject=f"Re: [#{number}] Cannot sign in", body=body))
    page = browser.get(url)
    assert "It works now." in page
    assert "Quoted text · 3 lines" in page


def test_an_answer_asks_once_when_somebody_wrote_meanwhile(browser: Browser, world: World) -> None:
    first = world.receive(mail())
    number = world.ticket(first.ticket_id).number
    seen = re.findall(r'name="seen" value="(\d+)"', browser.get(f"/t/{number}"))[0]
    world.receive(mail(body="It works again.", headers=(("References", f"<{first.message_id}>"),)))
    refused = browser.write(f"/t/{number}/answers", "Try again.", 422, seen=seen)
    assert "Ana Ferreira has written meanwhile." in refused.text
    assert "Try again.</textarea>" in refused.text  # nothing that was typed is lost
    (now,) = re.findall(r'name="seen" value="(\d+)"', refused.text)
    browser.write(f"/t/{number}/answers", "Try again.", seen=now)
    browser.get(f"/t/{number}")
    browser.write(f"/t/{number}/answers", "One more thing.", seen=now)  # one's own answer is no surprise
    assert [one.direction for one in world.thread(first.ticket_id)].count("out") == 2
