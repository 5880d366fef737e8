"""The inbox: its views, their counts, what a search finds, and walking through it."""

from __future__ import annotations

import json
import re

import pytest

from mailgate import clock
from mailgate.office.passwords import set_password
from mailgate.office.setup import add_agent
from mailgate.store.agents import agent_by_email
from mailgate.store.tickets import by_number
from mailgate.tickets.change import Named, change
from mailgate.tickets.history import MAILGATE
from tests.support.browsing import BASE, Browser
from tests.support.mails import mail
from tests.support.world import World
from tests.web.conftest import MARA, PASSWORD, Site


def _subjects(page: str) -> list[str]:
    return re.findall(r'class="row-link cut"[^>]*>(?:<span[^>]*>Unread: </span>)?([^<]*)</a>', page)


def _give(world: World, number: str, email: str = MARA) -> None:
    with world.database.desk(1) as session:
        ticket, agent = by_number(session, number, lock=True), agent_by_email(session, email)
        assert ticket is not None
        assert agent is not None
        change(session, ticket, MAILGATE, clock.now(), given={"assignee": (None, Named(agent.id, agent.name))})


def test_each_view_holds_its_tickets_and_says_how_many(browser: Browser, world: World) -> None:
    kept = [world.receive(mail(subject=f"Request {number}")) for number in range(4)]
    numbers = [world.ticket(one.ticket_id).number for one in kept]
    _give(world, numbers[0])
    browser.get("/")
    browser.post(f"/t/{numbers[1]}/status", status="pending")
    browser.post(f"/t/{numbers[2]}/status", status="resolved")
    assert _subjects(browser.get("/")) == ["Request 0"]
    assert _subjects(browser.get("/?view=unassigned")) == ["Request 3"]
    assert _subjects(browser.get("/?view=pending")) == ["Request 1"]
    assert _subjects(browser.get("/?view=resolved")) == ["Request 2"]
    assert _subjects(browser.get("/?view=closed")) == []
    page = browser.get("/?view=all")
    assert sorted(_subjects(page)) == ["Request 0", "Request 3"]
    assert re.search(r"All open</span><span class=\"nav-count\">2</span>", page)
    assert ">2 tickets</p>" in page


def test_a_search_looks_everywhere(browser: Browser, world: World) -> None:
    kept = world.receive(mail(subject="Order ST-20931", body="The parcel arrived damaged."))
    world.receive(mail(subject="Something else", sender="ben@elsewhere.example"))
    number = world.ticket(kept.ticket_id).number
    browser.get("/")
    browser.post(f"/t/{number}/status", status="resolved")
    for words in ("damaged", "st-20931", number.lower(), "ana@lus", "dama*", "arrived DAM*", "st-209*"):
        assert _subjects(browser.get("/", query_string={"q": words})) == ["Order ST-20931"], words
    for words in ("unheard-of", "dama", "unheard* damaged", '"dama*"'):
        assert "Nothing was found" in browser.get("/", query_string={"q": words}), words
    # In the palette the last word is still being written; before a quote is closed, none is.
    for words, count in (("arr dam", 0), ("arrived dam", 1), ("damaged", 1), ("unheard", 0), ('"dam', 0), ("*", 0)):
        found = json.loads(browser.get("/palette", query_string={"q": words}))["tickets"]
        assert [one["word"] for one in found] == ["Order ST-20931"] * count, words


def test_filters_narrow_and_can_be_taken_away(browser: Browser, world: World) -> None:
    kept = world.receive(mail(subject="Pressing"))
    world.receive(mail(subject="Not so pressing"))
    browser.get("/")
    browser.post(f"/t/{world.ticket(kept.ticket_id).number}/priority", priority="urgent")
    page = browser.get("/?view=all&priority=urgent")
    assert _subjects(page) == ["Pressing"]
    assert 'Priority: Urgent</span><a href="/?view=all"' in page
    assert len(_subjects(browser.get("/?assignee=none"))) == 2
    assert _subjects(browser.get("/?assignee=me")) == []
    assert 'Sorted by: </span><span class="cut">Last opened first' in browser.get(
        "/?before=2100-01-01"
    )  # by what was asked for


@pytest.mark.parametrize("order", ["-updated", "updated", "-created", "created", "-priority"])
def test_walking_through_the_pages_sees_each_ticket_once(
    browser: Browser, world: World, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    monkeypatch.setattr("web.show.inbox.ROWS", 3)
    for number in range(8):
        world.deliver(mail(subject=f"Request {number}", message_id=f"r{number}@lusitel.example"))
    world.work()
    seen: list[str] = []
    url = f"/?view=all&sort={order}"
    while url:
        page = browser.get(url)
        seen += _subjects(page)
        found = re.search(r'href="([^"]*)" rel="next"', page)
        url = found[1].replace("&amp;", "&") if found else ""
    assert sorted(seen) == [f"Request {number}" for number in range(8)]
    assert "Back to the top" in page


def test_nonsense_in_the_address_is_as_good_as_nothing(browser: Browser, world: World) -> None:
    world.receive(mail(subject="Here"))
    nonsense = "/?view=x&sort=password_hash&cursor=%00x&status='&assignee=-1&priority=;&q=%00"
    assert _subjects(browser.get(nonsense)) == []
    assert _subjects(browser.get("/?view=all&sort=requester_address&cursor=WyJ4Il0&assignee=99")) == ["Here"]


def test_a_new_mail_is_unread_until_it_is_read(browser: Browser, world: World) -> None:
    number = world.ticket(world.receive(mail(subject="News")).ticket_id).number
    page = browser.get("/?view=all")
    assert 'class="row row-unread"' in page
    assert "Unread: " in page
    browser.post(f"/t/{number}/reading", 204)
    assert "row-unread" not in browser.get("/?view=all")


def test_another_organisations_tickets_are_nowhere(browser: Browser, world: World, site: Site) -> None:
    number = world.ticket(world.receive(mail(subject="Ours")).ticket_id).number
    with world.database.crossing() as connection:
        other = connection.exec_driver_sql("SELECT org_id FROM find_agent('zoe@another.example')").scalar_one()
    with world.database.desk(other) as session:
        zoe = agent_by_email(session, "zoe@another.example")
        assert zoe is not None
        set_password(session, zoe, PASSWORD)
    stranger = Browser(site.app.test_client())
    stranger.sign_in("zoe@another.example", PASSWORD)
    assert _subjects(stranger.get("/?view=all")) == []
    assert "There is nothing here" in stranger.get(f"/t/{number}", 404)
    stranger.post(f"/t/{number}/status", 404, status="resolved")


def test_an_onlooker_sees_and_changes_nothing(site: Site, world: World) -> None:
    number = world.ticket(world.receive(mail(subject="Ours")).ticket_id).number
    with world.database.desk(1) as session:
        vera = add_agent(session, "vera@nordlicht.example", "viewer", clock.now())
        set_password(session, vera, PASSWORD)
    viewer = Browser(site.app.test_client())
    viewer.sign_in("vera@nordlicht.example", PASSWORD)
    page = viewer.get(f"/t/{number}")
    assert "Ours" in page
    forms = set(re.findall('method="post" action="([^"]+)"', page))
    assert forms == {"/me/presence", "/sign-out"}, "an onlooker comes and goes, no more"
    assert page.count('method="post"') == len(forms)
    assert "You may not see this" in viewer.post(f"/t/{number}/status", 403, status="resolved").text
    viewer.write(f"/t/{number}/answers", "Hello", 403)
    assert 'href="/admin/outbox"' not in viewer.get("/")
    assert viewer.client.get("/", base_url=BASE).headers["Cache-Control"] == "no-store"
