"""Filing, tagging, putting off, merging, linking and printing a ticket."""

from __future__ import annotations

import re

import pytest

from mailgate import clock
from mailgate.office.setup import add_category, add_team
from mailgate.store.tickets import participants_of
from tests.support.browsing import Browser
from tests.support.mails import mail
from tests.support.world import World
from tests.web.conftest import Site
from tests.web.test_api_effort import counted

BEN = "ben@elsewhere.example"


@pytest.fixture
def two(world: World) -> list[str]:
    """Two tickets of two people."""
    first = world.receive(mail(subject="The one"))
    second = world.receive(mail(subject="The other", sender=BEN, message_id="o@elsewhere.example"), sender=BEN)
    return [world.ticket(one.ticket_id).number for one in (first, second)]


def _kinds(site: Site, number: str) -> list[str]:
    return [event["kind"] for event in site.get(f"/tickets/{number}/events")["items"]]


def test_a_ticket_is_filed_and_tagged(browser: Browser, world: World, two: list[str], site: Site) -> None:
    with world.database.desk(1) as session:
        team, category = add_team(session, "Billing", clock.now()), add_category(session, "Invoices", clock.now())
    url = f"/t/{two[0]}"
    browser.get(url)
    browser.post(f"{url}/team", to=team.id)
    browser.post(f"{url}/category", to=category.id)
    browser.post(f"{url}/tags", tags=" VIP, late  payer,, ")
    shown = site.get(f"/tickets/{two[0]}")
    assert (shown["team"], shown["category"], shown["tags"]) == ("Billing", "Invoices", ["late payer", "vip"])
    page = browser.get(url)
    assert 'value="late payer, vip"' in page
    browser.post(f"{url}/team", to="")
    browser.post(f"{url}/tags", tags="")
    refused = browser.post(f"{url}/team", 422, to="999").text
    assert "open too long" not in refused
    assert '<p class="plain-why">' in refused
    shown = site.get(f"/tickets/{two[0]}")
    assert (shown["team"], shown["tags"]) == (None, [])


def test_a_merge_can_be_taken_back(browser: Browser, world: World, two: list[str], site: Site) -> None:
    one, other = two
    browser.get(f"/t/{one}")
    assert "There is no ticket TKT-0." in browser.post(f"/t/{one}/merge", 404, other="TKT-0").text
    assert f"{one} cannot be merged into itself." in browser.post(f"/t/{one}/merge", 409, other=one).text
    answer = browser.post(f"/t/{one}/merge", other=other.lower())
    assert answer.headers["Location"] == f"/t/{other}"
    assert site.get(f"/tickets/{one}")["merged_into"] == other
    page = browser.get(f"/t/{one}")
    assert "goes on there" in page
    assert "composer-answer" not in page
    assert "Took in" in browser.get(f"/t/{other}")
    browser.post(f"/t/{one}/separation")
    shown = site.get(f"/tickets/{one}")
    assert (shown["merged_into"], shown["status"], shown["reopen_count"]) == (None, "new", 0)
    into = world.count(f"SELECT id FROM tickets WHERE number = '{other}'")
    with world.database.desk(1) as session:
        assert participants_of(session, [into])[into] == set()
    assert _kinds(site, one)[-2:] == ["merged", "unmerged"]
    assert _kinds(site, other)[-2:] == ["took_in", "let_go"]
    browser.post(f"/t/{one}/separation", 404)
    site.send("POST", f"/tickets/{one}/unmerge", {}, status=409)


def test_what_came_along_goes_back_along(site: Site, world: World, two: list[str]) -> None:
    third = world.ticket(world.receive(mail(subject="Third", message_id="t@lusitel.example")).ticket_id).number
    site.send("POST", f"/tickets/{two[0]}/merge", {"into": two[1]})
    site.send("POST", f"/tickets/{two[1]}/merge", {"into": third})
    assert site.get(f"/tickets/{two[0]}")["merged_into"] == third
    refused = site.send("POST", f"/tickets/{two[0]}/unmerge", {}, status=409)
    assert "along with another ticket" in refused["message"]
    site.send("POST", f"/tickets/{two[1]}/unmerge", {})
    assert site.get(f"/tickets/{two[0]}")["merged_into"] == two[1]
    assert site.send("POST", f"/tickets/{two[0]}/unmerge", {})["status"] == "new"


def test_two_tickets_are_linked_by_hand(browser: Browser, two: list[str], site: Site) -> None:
    one, other = two
    browser.get(f"/t/{one}")
    browser.post(f"/t/{one}/links", other=other)
    browser.post(f"/t/{one}/links", 409, other=one)
    for here, there in ((one, other), (other, one)):
        assert re.search(rf'Has to do with <a[^>]*href="/t/{there}"', browser.get(f"/t/{here}"))
    browser.post(f"/t/{other}/links/removal", other=one)
    assert "Has to do with <a" not in browser.get(f"/t/{one}")
    assert _kinds(site, other)[-2:] == ["linked", "unlinked"]
    site.send("POST", f"/tickets/{one}/link", {"other": other})
    site.send("POST", f"/tickets/{one}/unlink", {"other": other})


def test_a_ticket_is_put_off_and_brought_back(browser: Browser, two: list[str], site: Site) -> None:
    url = f"/t/{two[0]}"
    browser.get(url)
    browser.post(f"{url}/snooze", until="week")
    assert "Out of sight until" in browser.get(url)
    browser.post(f"{url}/waking")
    browser.post(f"{url}/snooze", 422, at="2020-01-01T09:00")
    browser.post(f"{url}/snooze", 422, at="soon")
    assert _kinds(site, two[0])[-2:] == ["snoozed", "woke"]


def test_a_ticket_on_paper_has_all_that_was_said_and_nothing_to_press(browser: Browser, two: list[str]) -> None:
    browser.get(f"/t/{two[0]}")
    browser.write(f"/t/{two[0]}/notes", "Look at the fuse box.")
    page = browser.get(f"/t/{two[0]}/print")
    assert "Look at the fuse box." in page
    assert page.count('method="post"') == 2  # whether one is there, and signing out
    browser.get("/t/TKT-0/print", 404)


def test_a_ticket_asks_the_same_however_much_was_said(
    browser: Browser, world: World, two: list[str], site: Site
) -> None:
    def cost() -> int:
        with counted(site) as sent:
            browser.client.get(f"/t/{two[0]}", base_url="https://desk.example", headers={"HX-Request-Type": "partial"})
        return len(sent)

    before = cost()
    for one in range(3):
        world.receive(mail(subject=f"Re: [#{two[0]}] more {one}", message_id=f"more{one}@lusitel.example"))
    assert cost() == before
    print(before)


def test_a_ticket_is_split_where_somebody_asks_for_something_else(browser: Browser, world: World, site: Site) -> None:
    first = world.receive(mail(subject="Cannot sign in"))
    number = world.ticket(first.ticket_id).number
    refers = (("References", f"<{first.message_id}>"),)
    second = world.receive(mail(subject="And the invoice", body="It is wrong, too.", headers=refers))
    assert second.ticket_id == first.ticket_id
    page = browser.get(f"/t/{number}")
    places = re.findall(rf"/t/{number}/messages/(\d+)/split", page)
    assert len(places) == 1  # not where the ticket begins
    browser.write(f"/t/{number}/notes", "The invoice is another matter.")
    earlier = world.thread(first.ticket_id)[0].id
    browser.post(f"/t/{number}/messages/{earlier}/split", 409)
    made = browser.post(f"/t/{number}/messages/{places[0]}/split").headers["Location"].removeprefix("/t/")
    shown, rest = site.get(f"/tickets/{made}"), site.get(f"/tickets/{number}")
    assert (shown["subject"], shown["status"], shown["requester"]["email"]) == (
        "And the invoice", "open", "ana@lusitel.example",
    )  # fmt: skip
    said = [one["text"].strip() for one in site.get(f"/tickets/{made}/messages")["items"]]
    assert said == ["It is wrong, too.", "The invoice is another matter."]
    assert [one["direction"] for one in site.get(f"/tickets/{number}/messages")["items"]] == ["in", "system"]
    assert (shown["message_count"], rest["message_count"]) == (1, 1)
    assert (_kinds(site, number)[-1], _kinds(site, made)) == ("split", ["split_off"])
    assert f"You moved messages to {made}" in browser.get(f"/t/{number}")
    assert f"You made it of messages of {number}" in browser.get(f"/t/{made}")
    later = world.receive(mail(subject="Re: And the invoice", headers=(("References", f"<{second.message_id}>"),)))
    assert world.ticket(later.ticket_id).number == made  # replies follow what moved
    message = next(one for one in world.thread(later.ticket_id) if one.kept_id == later.id)
    third = site.send("POST", f"/tickets/{made}/split", {"message": message.id}, status=201)
    assert third["subject"] == "Re: And the invoice"
