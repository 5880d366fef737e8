"""Agents and programs see whether a sender is verified, and why."""

from mailgate.trust.checker import Checker
from tests.support.browsing import Browser
from tests.support.mails import mail
from tests.support.signing import CLIENT, REJECT, known, signed
from tests.support.world import World
from tests.web.conftest import Site

FORGED = "lusitel.example does not say that 200.1.1.1 may send its mail (SPF fail)."


def _came(world: World, raw: bytes, peer: str) -> str:
    world.shop.trust = Checker(known(REJECT, spf=f"ip4:{CLIENT} -all"))
    kept_id = world.deliver(raw, peer=peer)
    world.work()
    return world.ticket(world.kept(kept_id).ticket_id).number


def test_the_thread_bears_a_badge_with_its_reasons(browser: Browser, world: World) -> None:
    page = browser.get(f"/t/{_came(world, signed(mail()), CLIENT)}")
    assert "Signed by lusitel.example (DKIM)." in page
    assert ">Verified<" in page
    page = browser.get(f"/t/{_came(world, mail(), '200.1.1.1')}")
    assert FORGED in page
    assert ">Not verified<" in page


def test_without_a_verdict_there_is_no_badge(browser: Browser, world: World) -> None:
    page = browser.get(f"/t/{_came(world, mail(), '127.0.0.1')}")
    assert "erified<" not in page


def test_the_api_tells_it_too(site: Site, world: World) -> None:
    number = _came(world, mail(), "200.1.1.1")
    (kept,) = site.get("/inbound")["items"]
    assert (kept["trust"], FORGED in kept["trust_reasons"]) == ("fail", True)
    (message,) = [one for one in site.get(f"/tickets/{number}/messages")["items"] if one["direction"] == "in"]
    assert message["trust"] == "fail"
