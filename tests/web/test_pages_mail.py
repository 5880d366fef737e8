"""The shelf, the outbox and the explanations: what happened to mail, and trying again."""

from __future__ import annotations

import pytest

from mailgate import clock
from mailgate.tickets.explain import explain_ticket
from tests.support.browsing import BASE, Browser
from tests.support.mails import mail
from tests.support.world import World

ANA = "ana@lusitel.example"


def _loop() -> bytes:
    return mail(subject="Round and round", headers=tuple(("Received", f"from s{n} by s{n + 1}") for n in range(60)))


def test_held_mail_is_on_the_shelf_and_can_be_downloaded_and_read_again(browser: Browser, world: World) -> None:
    raw = _loop()
    kept = world.receive(raw)
    assert kept.state == "held"
    assert 'title="Shelf, 1"' in browser.get("/")
    page = browser.get("/admin/shelf")
    assert "Round and round" in page
    assert "Round and round" not in browser.get("/admin/shelf?state=quarantined")
    answer = browser.client.get(f"/admin/shelf/{kept.id}/raw", base_url=BASE)
    assert answer.data == raw
    assert answer.headers["Content-Disposition"] == f"attachment; filename={kept.id}.eml"
    browser.post(f"/admin/shelf/{kept.id}/replay")
    assert "The shelf is empty" in browser.get("/admin/shelf")
    world.work()
    assert "Round and round" in browser.get("/admin/shelf"), "it was read again, and held again"


def test_held_mail_goes_where_the_page_says(browser: Browser, world: World) -> None:
    number = world.ticket(world.receive(mail()).ticket_id).number
    first, second, third = (world.receive(_loop() + f"{n}\r\n".encode()) for n in range(3))
    page = browser.get("/admin/shelf")
    assert "Loop <span" in page
    assert "Spam <span" not in page, "an empty part is not shown"
    wrong = browser.post(f"/admin/shelf/{first.id}/filing", 422, number="NOPE-1")
    assert "There is no ticket NOPE-1." in wrong.text
    assert "Put on ticket" in wrong.text, "the shelf is still there"
    browser.post(f"/admin/shelf/{first.id}/filing", number=number)
    browser.post(f"/admin/shelf/{second.id}/filing")
    browser.post(f"/admin/shelf/{third.id}/discarding")
    world.work()
    assert world.ticket(world.kept(first.id).ticket_id).number == number
    assert world.kept(second.id).outcome == "opened"
    assert world.kept(third.id).outcome == "discarded"
    assert world.kept(third.id).reasons == ["Mara Koch discarded it."]
    assert "The shelf is empty" in browser.get("/admin/shelf")
    browser.post(f"/admin/shelf/{third.id}/discarding", 409)
    browser.post("/admin/shelf/999999/filing", 404)


def test_all_mail_of_a_cause_is_read_again(browser: Browser, world: World) -> None:
    loops = [world.receive(_loop() + f"{n}\r\n".encode()) for n in range(2)]
    bomb = world.receive(mail(headers=(("To", ", ".join(f"p{n}@x.example" for n in range(2000))),)))
    browser.get("/admin/shelf?state=loop")
    browser.post("/admin/shelf/replay?state=loop")
    assert [world.kept(kept.id).state for kept in (*loops, bomb)] == ["waiting", "waiting", "held"]


def test_the_shelf_says_why(browser: Browser, world: World) -> None:
    kept = world.receive(_loop())
    page = browser.get(f"/admin/shelf/{kept.id}/why")
    assert str(kept.reasons[0]) in page
    assert "It is held back, on the shelf." in page
    browser.get("/admin/shelf/999999/why", 404)
    browser.get("/admin/shelf/999999/raw", 404)
    browser.post("/admin/shelf/999999/replay", 404)


def test_a_ticket_says_why_it_is_here(browser: Browser, world: World) -> None:
    kept = world.receive(mail(body="A secret of Ana's."))
    number = world.ticket(kept.ticket_id).number
    stray = world.receive(mail(sender="eve@elsewhere.example", subject=f"Re: [#{number}] hello"))
    page = browser.get(f"/t/{world.ticket(stray.ticket_id).number}/why")
    assert "takes no part in" in page or "says it belongs" in page.lower()
    assert "why-refused" in page
    page = browser.get(f"/t/{number}/why")
    with world.database.desk(1) as session:
        told = explain_ticket(session, world.ticket(kept.ticket_id), [], clock.now())
    for happening in told.history:
        assert happening.what in page
    browser.get("/t/TKT-1/why", 404)


def test_a_letter_that_failed_is_sent_again(browser: Browser, world: World) -> None:
    kept = world.receive(mail())
    url = f"/t/{world.ticket(kept.ticket_id).number}"
    browser.get(url)
    world.relay.answer = "550 5.1.1 No such user here"
    browser.write(f"{url}/answers", "Here it is.")
    world.work()
    page = browser.get("/admin/outbox?state=failed")
    assert "No such user here" in page
    assert "Try again" in browser.get(url)
    copy = world.count("SELECT id FROM outbox WHERE state = 'failed'")
    world.relay.answer = "250 2.0.0 Taken"
    browser.post(f"{url}/deliveries/{copy}/retry")
    world.work()
    assert "Here it is." in world.relay.to(ANA)[-1].text
    browser.post(f"/admin/outbox/{copy}/retry", 409)
    browser.post(f"{url}/deliveries/999999/retry", 404)
    assert "No letters here" in browser.get("/admin/outbox?state=failed")


def test_the_outbox_shows_each_recipient(browser: Browser, world: World) -> None:
    world.receive(mail())
    page = browser.get("/admin/outbox")
    assert ANA in page
    assert "No relay is set" in page, "these pages run without one"
    assert browser.get("/admin/outbox?state=nonsense&before=x") == browser.get("/admin/outbox")


def test_lists_go_on_a_page_at_a_time(browser: Browser, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.show.lists.ENTRIES", 2)
    monkeypatch.setattr("web.pages.outbox.ENTRIES", 2)
    for number in range(3):
        world.deliver(mail(sender=f"p{number}@lusitel.example"), sender=f"p{number}@lusitel.example")
    world.work()
    first = browser.get("/admin/outbox")
    assert "p2@lusitel" in first
    assert "p0@lusitel" not in first
    older = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    second = browser.get(older)
    assert "p0@lusitel" in second
    assert "p2@lusitel" not in second
    assert 'rel="next"' not in second
