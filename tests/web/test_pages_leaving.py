"""Answers that have not left: undo, send later, send now, stop; and addresses that letters come back from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO

import pytest

from mailgate import clock, jobs
from mailgate.office.links import conversation_link
from mailgate.store.outbox import claim_letters
from mailgate.store.people import mark_failing
from mailgate.store.tickets import by_id
from tests.support.browsing import Browser
from tests.support.mails import mail
from tests.support.world import World
from tests.web.conftest import Site

ANA = "ana@lusitel.example"


@pytest.fixture
def moving() -> Iterator[list[datetime]]:
    """The time, as the only item of a list."""
    at = [clock.now()]
    clock.follow(lambda: at[0])
    yield at
    clock.follow(None)


def _ticket(world: World) -> tuple[str, int]:
    kept = world.receive(mail())
    assert kept.ticket_id is not None
    return f"/t/{world.ticket(kept.ticket_id).number}", kept.ticket_id


def test_a_letter_met_on_its_way_to_the_relay_is_looked_at_again(site: Site, browser: Browser, world: World) -> None:
    url, _ = _ticket(world)
    browser.get(url)
    browser.write(f"{url}/answers", "On its way.")
    jobs.follow_event()
    now = clock.now()
    with world.database.crossing() as connection:
        assert len(claim_letters(connection, "another", 10, now, now + timedelta(minutes=5))) == 1
    page = browser.get(url)
    assert "being handed to the relay" in page
    assert re.search(rf'hx-get="{url}/messages/\d+"', page)


def test_undo_gives_the_words_back_and_nobody_saw_them(
    site: Site, browser: Browser, world: World, moving: list[datetime]
) -> None:
    tools = site.app.extensions["mailgate"]
    site.app.extensions["mailgate"] = replace(tools, settings=tools.settings.model_copy(update={"undo_seconds": 10}))
    url, ticket_id = _ticket(world)
    with world.database.desk(1) as session:
        ticket = by_id(session, ticket_id)
        assert ticket is not None
        link = conversation_link(session, ticket, clock.now(), "https://desk.example").removeprefix(
            "https://desk.example"
        )
    browser.get(url)
    plans = (BytesIO(b"the plans"), "plans.txt")
    browser.write(f"{url}/answers", "Too quick.", cc="ben@lusitel.example", status="resolved", files=plans)
    world.work()
    page = browser.get(url)
    assert "Leaves in a few seconds" in page
    assert "Too quick." not in site.client.get(link, base_url="https://desk.example").text
    message = world.count("SELECT id FROM messages WHERE direction = 'out'")
    back = browser.post(f"{url}/answers/{message}/undo").headers["Location"]
    page = browser.get(back.partition("#")[0])
    assert 'value="ben@lusitel.example"' in page
    assert ">Too quick.</textarea>" in page
    kept = re.search(r'name="kept" value="(\d+)" checked', page)
    assert kept is not None, "its file comes back with it"
    assert site.get("/tickets", q="quick")["items"] == [], "nobody finds what was not said"
    assert "You took an answer back" in page
    assert world.ticket(ticket_id).status == "new"
    browser.post(f"{url}/answers/{message}/undo", 409)
    preview = browser.write(f"{url}/answers/preview", "Well", 200, kept=kept[1]).text
    assert preview.count("plans.txt") == 2
    browser.write(f"{url}/answers", "Well considered.", kept=kept[1])
    moving[0] += timedelta(seconds=11)
    world.work()
    assert [letter.text.splitlines()[0] for letter in world.relay.to(ANA)[1:]] == ["Well considered."]
    assert [part.get_filename() for part in world.relay.to(ANA)[1].mail.iter_attachments()] == ["plans.txt"]
    assert "Well considered." in site.client.get(link, base_url="https://desk.example").text


def test_an_answer_leaves_when_it_was_told_to(browser: Browser, world: World, moving: list[datetime]) -> None:
    url, _ = _ticket(world)
    browser.get(url)
    wrong = browser.write(f"{url}/answers", "Tomorrow.", 422, send_at="2020-01-01T08:00").text
    assert "That is over already" in wrong
    assert ">Tomorrow.</textarea>" in wrong
    browser.write(f"{url}/answers", "Tomorrow.", 422, send_at="soon")
    browser.write(f"{url}/answers", "Tomorrow.", send_at=f"{moving[0] + timedelta(days=1):%Y-%m-%dT%H:%M}")
    world.work()
    assert "Leaves later" in browser.get(url)
    assert "Leaves later" in browser.get("/admin/outbox")
    assert len(world.relay.to(ANA)) == 1
    moving[0] += timedelta(hours=1)
    token = world.relay.to(ANA)[0].mail["Reply-To"]
    world.receive(mail(to=token, subject="One more thing", body="It is urgent."), to=token)
    assert "it will be held back" in browser.get(url)
    moving[0] += timedelta(days=1)
    world.work()
    page = browser.get(url)
    assert "so it was held back" in page
    message = world.count("SELECT id FROM messages WHERE direction = 'out'")
    browser.post(f"{url}/answers/{message}/departure")
    world.work()
    assert "Tomorrow." in world.relay.to(ANA)[-1].text


def test_one_copy_is_stopped(browser: Browser, world: World, moving: list[datetime]) -> None:
    url, _ = _ticket(world)
    browser.get(url)
    later = f"{moving[0] + timedelta(days=1):%Y-%m-%dT%H:%M}"
    browser.write(f"{url}/answers", "For both.", cc="ben@lusitel.example", send_at=later)
    world.work()
    copy = world.count("SELECT id FROM outbox WHERE recipient = 'ben@lusitel.example'")
    browser.post(f"{url}/deliveries/{copy}/cancellation")
    browser.post(f"/admin/outbox/{copy}/cancellation", 409)
    browser.post(f"{url}/deliveries/999999/cancellation", 404)
    moving[0] += timedelta(days=2)
    world.work()
    assert world.relay.to("ben@lusitel.example") == []
    assert "For both." in world.relay.to(ANA)[-1].text
    assert "Cancelled" in browser.get("/admin/outbox?state=cancelled")


def test_whoever_writes_to_a_dead_address_is_told_before(browser: Browser, world: World) -> None:
    url, _ = _ticket(world)
    assert "have come back since" not in browser.get(url)
    for place in (url, "/admin/outbox"):
        with world.database.desk(1) as session:
            assert mark_failing(session, ANA, clock.now())
        assert "have come back since" in browser.get(url)
        assert ANA in browser.get("/admin/outbox")
        browser.post(f"{place}/addresses/cleared", address=ANA)
        browser.post(f"{place}/addresses/cleared", 404, address=ANA)
        assert "have come back since" not in browser.get(url)
    ben = "ben@lusitel.example"
    with world.database.desk(1) as session:
        assert mark_failing(session, ben, clock.now())
    told = browser.get(f"{url}/recipients?cc={ben}")
    assert (told.count("come back"), told.count(f'form="works" name="address" value="{ben}"')) == (1, 1)
    browser.write(f"{url}/answers", "Both of you", cc=ben)
    assert browser.get(url).count("come back") == 1, "a copy gets one warning, whoever it goes to"


def test_programs_can_do_the_same(site: Site, world: World, moving: list[datetime]) -> None:
    number = site.open()["number"]
    later = (moving[0] + timedelta(hours=2)).isoformat()
    path = f"/tickets/{number}/messages"
    site.send("POST", path, {"body": "x", "internal": True, "send_at": later}, status=422)
    site.send("POST", path, {"body": "x", "send_at": "2020-01-01"}, status=422)
    first = site.send("POST", path, {"body": "Later.", "send_at": later, "cc": ["ben@lusitel.example"]}, status=201)
    assert first["leaves_at"] is not None
    given = site.send("POST", f"{path}/{first['id']}/undo", None)
    assert (given["body"], given["cc"][0]["address"]) == ("Later.", "ben@lusitel.example")
    site.send("POST", f"{path}/{first['id']}/undo", None, status=409)
    assert first["id"] not in {one["id"] for one in site.get(path)["items"]}
    site.send("POST", path, {"body": "Again.", "send_at": later}, status=201)
    world.work()
    (waiting,) = site.get("/outbound", state="waiting")["items"]
    assert site.send("POST", f"/outbound/{waiting['id']}/cancel", None)["state"] == "cancelled"
    site.send("POST", f"/outbound/{waiting['id']}/cancel", None, status=409)
    with world.database.desk(1) as session:
        assert mark_failing(session, ANA, clock.now())
    assert [one["address"] for one in site.get("/failing-addresses")["items"]] == [ANA]
    assert site.send("POST", "/failing-addresses/clear", {"address": ANA})["items"] == []
    site.send("POST", "/failing-addresses/clear", {"address": ANA}, status=404)
