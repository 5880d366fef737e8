"""The block and allow lists on pages and in the API: seen, changed, and told in the history."""

from __future__ import annotations

from dataclasses import replace

from tests.support.browsing import Browser
from tests.support.mails import mail
from tests.support.world import World
from tests.web.conftest import Site

ANA = "ana@lusitel.example"


def _junk(world: World, subject: str) -> int:
    incoming = replace(world.incoming(mail(subject=subject)), door="imap", peer="imap.example", is_junk=True)
    (kept_id,) = world.keeper.keep([incoming]).result(30)
    world.work()
    return kept_id


def test_senders_are_let_in_and_blocked_where_their_mail_lies(browser: Browser, world: World) -> None:
    first, second = _junk(world, "Not spam at all"), _junk(world, "Spam it is")
    page = browser.get("/admin/shelf")
    assert f'value="allow {ANA}"' in page
    assert 'value="discard lusitel.example"' in page
    browser.post(f"/admin/shelf/{first}/sender", 422, sender="allow mallory@other.example")
    browser.post(f"/admin/shelf/{second}/sender", sender=f"discard {ANA}")
    assert world.kept(second).reasons == [f"Mara Koch blocked {ANA} and discarded it."]
    browser.post(f"/admin/shelf/{first}/sender", sender=f"allow {ANA}")
    world.work()
    assert world.kept(first).outcome == "opened"
    page = browser.get("/admin/senders")
    assert ANA in page
    assert "Let in" in page
    assert world.reconciles()


def test_a_tickets_requester_is_blocked_and_the_history_says_so(browser: Browser, world: World) -> None:
    number = world.ticket(world.receive(mail()).ticket_id).number
    assert "Their mail" in browser.get(f"/t/{number}")
    browser.post(f"/t/{number}/sender", treatment="hold")
    page = browser.get(f"/t/{number}")
    assert "You blocked this sender" in page
    assert f"Mail from {ANA} waits on the shelf from now on." in browser.get(f"/t/{number}/why")
    assert world.receive(mail(subject="More")).cause == "blocked"
    browser.post(f"/t/{number}/sender", treatment="")
    assert world.receive(mail(subject="Again")).outcome == "opened"
    assert "You took this sender off the block and allow lists" in browser.get(f"/t/{number}")


def test_the_lists_are_kept_on_their_page(browser: Browser) -> None:
    assert "Nobody is let in or blocked" in browser.get("/admin/senders")
    refused = browser.post("/admin/senders", 422, pattern="not <b> one", treatment="hold")
    assert "is neither a mail address nor a domain" in refused.text
    assert "not &lt;b&gt; one" in refused.text
    browser.post("/admin/senders", pattern="spam.example", treatment="hold")
    page = browser.get("/admin/senders")
    assert "Block and hold" in page
    rule = page.partition("/admin/senders/")[2].partition("/removal")[0]
    browser.post(f"/admin/senders/{rule}/removal")
    browser.post(f"/admin/senders/{rule}/removal", 404)


def test_programs_keep_the_lists_too(site: Site) -> None:
    for pattern in ("b.example", "a.example", "c@b.example"):
        made = site.send("POST", "/senders", {"pattern": pattern, "treatment": "hold"}, status=201)
    assert (made["pattern"], made["treatment"], made["by"]) == ("c@b.example", "hold", "The agent")
    again = site.send("POST", "/senders", {"pattern": "C@b.example", "treatment": "allow"}, status=201)
    assert (again["id"], again["treatment"]) == (made["id"], "allow")
    page = site.get("/senders", limit=2)
    assert [item["pattern"] for item in page["items"]] == ["a.example", "b.example"]
    assert [item["pattern"] for item in site.get("/senders", cursor=page["next"])["items"]] == ["c@b.example"]
    assert site.get("/senders", "stranger")["items"] == []
    site.send("POST", "/senders", {"pattern": "com", "treatment": "hold"}, status=422)
    site.send("POST", "/senders", {"pattern": "x.example", "treatment": "burn"}, status=422)
    site.send("DELETE", f"/senders/{made['id']}", {}, "stranger", 404)
    assert site.send("DELETE", f"/senders/{made['id']}", {})["pattern"] == "c@b.example"
    site.send("DELETE", f"/senders/{made['id']}", {}, status=404)
