"""What open pages show without being reloaded, in real browsers: new mail, changes, and who else is there."""

from __future__ import annotations

import re
from importlib import import_module

import pytest
from playwright.sync_api import Browser, expect

from mailgate import clock
from mailgate.office.setup import add_agent
from tests.support.mails import mail
from tests.support.window import Window, window
from tests.support.world import World
from tests.web.conftest import be_signed_in

BEN = "ben@nordlicht.example"
expect.set_options(timeout=15_000)  # the machine may be busy


def test_two_agents_see_what_comes_and_each_other(
    engine: Browser, base: str, agent: Window, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        import_module("web.live.hub"), "_BEAT", 1.0
    )  # how soon it is seen that a page has gone, by this server
    first = world.receive(mail(subject="Cannot sign in", body="Since yesterday I cannot sign in."))
    number = world.ticket(first.ticket_id).number
    with world.database.desk(1) as session:
        add_agent(session, BEN, "agent", clock.now(), name="Ben Adler")
    inbox = agent.open("/?view=unassigned")
    expect(inbox.locator(".row")).to_have_count(1)
    with window(engine, base) as his:
        be_signed_in(his, world, BEN)
        ticket = his.open(f"/t/{number}")

        second = world.receive(mail(subject="Invoice twice", body="Twice!"))
        expect(inbox.get_by_role("status").filter(has_text="Show 1 new")).to_be_visible()  # counted, not inserted
        expect(inbox.locator(".row")).to_have_count(1)
        inbox.keyboard.press(".")
        expect(inbox.locator(".row")).to_have_count(2)
        expect(inbox.locator(".row-link").first).to_have_text(re.compile("Invoice twice"))

        inbox.get_by_role("link", name="Cannot sign in").click()
        expect(inbox.locator("[data-here]")).to_have_text("Ben Adler is reading this")
        ticket.get_by_label("Answer to Ana Ferreira").fill("Dear Ana,")
        expect(inbox.locator("[data-writing]")).to_contain_text("Ben Adler is writing an answer, too.")

        references = ("References", f"<{first.message_id}>")
        world.receive(mail(subject="Re: Cannot sign in", body="It works.", headers=(references,)))
        expect(ticket.locator("article.message").last).to_contain_text("It works.")
        expect(ticket.locator("[data-meanwhile]")).to_contain_text("The customer has written meanwhile")
        expect(ticket.get_by_label("Answer to Ana Ferreira")).to_have_value("Dear Ana,")
        expect(inbox.locator(f"#row-{number}")).to_have_class(re.compile("row-unread"))
        his.assert_clean()
    expect(inbox.locator("[data-writing]")).to_be_hidden()
    agent.assert_clean()
    assert second.ticket_id
