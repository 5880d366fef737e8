"""A third party is asked aside: their answer comes back into the ticket, and neither side sees the other."""

from __future__ import annotations

import re

from mailgate import clock
from mailgate.office.links import conversation_link
from tests.support.browsing import BASE, Browser
from tests.support.mails import mail
from tests.support.world import DESK, World
from tests.web.conftest import Site, browser, password, settings, site

__all__ = ["browser", "password", "settings", "site"]

ANA, BEN = "ana@lusitel.example", "ben@supplier.example"
SECRET = "My account is 1234."


def _ask(browser: Browser, world: World) -> tuple[str, int]:
    """Ana writes twice, Mara answers once and asks Ben, showing him Ana's last mail."""
    kept = world.receive(mail(body=SECRET))
    ticket = world.ticket(kept.ticket_id)
    url = f"/t/{ticket.number}"
    world.receive(mail(subject=f"Re: [#{ticket.number}] x", body="The pump is broken."))
    last = world.thread(ticket.id)[-1]
    browser.get(url)
    browser.write(f"{url}/answers", "Dear Ana, we ask.")
    browser.get(url)
    browser.write(f"{url}/forwards", "Ben, can you **help**?", to=BEN, passed_on=str(last.id))
    world.work()
    return url, ticket.id


def test_a_third_party_is_asked_and_answers_into_the_ticket(browser: Browser, world: World) -> None:
    url, ticket_id = _ask(browser, world)
    ticket = world.ticket(ticket_id)
    (letter,) = world.relay.to(BEN)
    raw = letter.raw.decode()
    assert "> The pump is broken." in letter.text
    for secret in (SECRET, "Dear Ana", ticket.number, "/s/", "/status", ANA):
        assert secret not in raw
    assert re.search(r"^Subject: Fwd: Cannot sign in after reset", raw, re.MULTILINE)
    reply_to = re.search(r"^Reply-To: (help\+s[a-z2-7.]+@nordlicht\.example)", raw, re.MULTILINE)
    assert reply_to is not None
    before = (world.ticket(ticket_id).status, len(world.relay.to(ANA)))
    answer = mail(sender=f"Ben <{BEN}>", to=reply_to[1], subject="Re: Fwd: x", body="Turn it off and on.")
    assert world.receive(answer, to=reply_to[1], sender=BEN).outcome == "appended"
    assert world.ticket(ticket_id).is_unread
    assert (world.ticket(ticket_id).status, len(world.relay.to(ANA))) == before
    page = browser.get(url)
    assert "Turn it off and on." in page
    assert page.count("Side conversation") >= 2
    # Neither of the two sees the other: not on the page, not in mail, not in what mail refers to.
    with world.database.desk(1) as session:
        link = conversation_link(session, ticket, clock.now(), BASE).removeprefix(BASE)
    shown = browser.client.get(link, base_url=BASE).text
    assert "The pump is broken." in shown
    assert "Turn it off" not in shown
    assert "can you" not in shown
    browser.write(f"{url}/answers", "Ana, turn it off and on.")
    browser.get(url)
    browser.write(f"{url}/forwards", "Thanks, Ben.", to=BEN)
    world.work()
    to_ana, to_ben = world.relay.to(ANA)[-1].raw.decode(), world.relay.to(BEN)[-1].raw.decode()
    aside = {message.message_id for message in world.thread(ticket_id) if message.side_id}
    assert not any(one and one in to_ana for one in aside)
    front = {message.message_id for message in world.thread(ticket_id) if not message.side_id}
    assert not any(one and one in to_ben for one in front)
    assert re.search(r"^Subject: Re: Fwd: Cannot sign in", to_ben, re.MULTILINE)
    assert "In-Reply-To" in to_ben


def test_a_third_party_who_answers_otherwise_still_sees_and_says_nothing_to_the_customer(
    browser: Browser, world: World
) -> None:
    _url, ticket_id = _ask(browser, world)
    ours = re.search(r"^Message-ID: <([^>]+)>", world.relay.to(BEN)[0].raw.decode(), re.MULTILINE)
    assert ours is not None
    plain = mail(sender=BEN, body="From my phone.", headers=(("In-Reply-To", f"<{ours[1]}>"),))
    assert world.receive(plain, sender=BEN).ticket_id == ticket_id
    assert world.thread(ticket_id)[-1].side_id is not None
    number = mail(sender=BEN, subject=f"[#{world.ticket(ticket_id).number}]", body="By number.")
    assert world.receive(number, sender=BEN).ticket_id == ticket_id
    assert world.thread(ticket_id)[-1].side_id is not None
    forged = mail(sender=BEN, body="Forged.", headers=(("In-Reply-To", f"<{ours[1]}>"),))
    assert world.receive(forged, sender=BEN, trust="fail").outcome == "held"
    stranger = mail(sender="eve@evil.example", body="Me.", headers=(("In-Reply-To", f"<{ours[1]}>"),))
    assert world.receive(stranger, sender="eve@evil.example").ticket_id != ticket_id
    assert world.ticket(ticket_id).message_count == 3


def test_whom_a_ticket_can_be_passed_on_to(browser: Browser, site: Site, world: World) -> None:
    url, ticket_id = _ask(browser, world)
    browser.get(url)
    for wrong, words in ((ANA, "answer instead"), (DESK, "our own mailbox"), ("x", "is no address")):
        page = browser.write(f"{url}/forwards", "Kept words.", 422, to=wrong).text
        assert words in page
        assert "Kept words.</textarea>" in page
    number = world.ticket(ticket_id).number
    said = site.send(
        "POST", f"/tickets/{number}/forward", {"to": "c@third.example", "subject": "Pump?", "body": "Hi"}, status=201
    )
    assert (said["kind"], said["side"], said["subject"]) == ("forwarded", "c@third.example", "Pump?")
    note = site.send("POST", f"/tickets/{number}/messages", {"body": "n", "internal": True}, status=201)
    site.send(
        "POST", f"/tickets/{number}/forward", {"to": "d@x.example", "body": "x", "passed_on": note["id"]}, status=422
    )
    other = site.open()
    theirs = site.get(f"/tickets/{other['number']}/messages")["items"][0]["id"]
    site.send("POST", f"/tickets/{number}/forward", {"to": "d@x.example", "body": "x", "passed_on": theirs}, status=422)
    assert [each["side"] for each in site.get(f"/tickets/{number}/messages")["items"]][-2:] == ["c@third.example", None]
