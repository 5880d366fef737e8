"""We write first: the ticket opens with our words, and the answer comes back into it."""

from __future__ import annotations

import re
from io import BytesIO

from tests.support.browsing import Browser
from tests.support.mails import mail
from tests.support.world import DESK, World
from tests.web.conftest import Site, browser, password, settings, site

__all__ = ["browser", "password", "settings", "site"]

CARA = "cara@lusitel.example"


def test_a_ticket_begins_with_our_letter(browser: Browser, world: World) -> None:
    browser.get(f"/tickets/new?to={CARA}")
    fields = {"to": CARA, "name": "Cara", "subject": "Your delivery", "mailbox": DESK, "once": browser.once}
    for wrong, words in (
        ({"to": "x"}, "no address"),
        ({"subject": ""}, "needs a subject"),
        ({"mailbox": "y"}, "Choose"),
    ):
        page = browser.post("/tickets/new", 422, **{**fields, **wrong}, body="It is **here**.").text
        assert words in page
        assert "It is **here**.</textarea>" in page
    sent = [
        browser.post("/tickets/new", **fields, body="It is **here**.", files=(BytesIO(b"x"), "a.txt")).headers[
            "Location"
        ]
        for _ in range(2)
    ]
    assert sent[0] == sent[1]
    world.work()
    (letter,) = world.relay.to(CARA)
    raw = letter.raw.decode()
    number = sent[0].removeprefix("/t/")
    assert re.search(rf"^Subject: \[#{number}\] Your delivery\r$", raw, re.MULTILINE)
    assert "In-Reply-To" not in raw
    assert "a.txt" in raw
    # A relay that gives it another id leaves our own behind in References; an answer brings it back.
    ids = re.findall(r"<(t[^>]+)>", re.search(r"^References: ((?:.*\r\n )*.*)\r$", raw, re.MULTILINE)[1])  # type: ignore[index]
    assert len(ids) == 2
    cited = f"<{ids[0]}> <{ids[1]}> <relay1@relay.example>"
    headers = (("In-Reply-To", "<relay1@relay.example>"), ("References", cited))
    answer = mail(sender=CARA, subject="Re: Your delivery", body="Thanks.", headers=headers)
    kept = world.receive(answer, sender=CARA)
    ticket = world.ticket(kept.ticket_id)
    assert (ticket.number, ticket.status, ticket.message_count) == (number, "open", 2)
    assert len(world.relay.to(CARA)) == 1  # nothing is acknowledged
    browser.get(sent[0])
    browser.write(f"{sent[0]}/answers", "Welcome.")
    world.work()
    raw = world.relay.to(CARA)[-1].raw.decode()
    assert re.search(rf"^Subject: Re: \[#{number}\] Your delivery\r$", raw, re.MULTILINE)


def test_programs_write_first_too(site: Site, world: World) -> None:
    opened = site.open("Your delivery", outbound=True, requester={"email": CARA, "name": "Cara"})
    assert opened["status"] == "pending"
    (said,) = site.get(f"/tickets/{opened['number']}/messages")["items"]
    assert (said["direction"], said["text"]) == ("out", "Help!")
    world.work()
    assert len(world.relay.to(CARA)) == 1
