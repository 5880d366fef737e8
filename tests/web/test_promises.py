"""Calendars and policies on pages and in the API, and what an agent sees of them on a ticket."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from mailgate import clock
from mailgate.errors import BadInput
from mailgate.office.passwords import set_password
from mailgate.office.setup import add_agent
from mailgate.office.written import minutes_in_words, read_days, read_hours, read_minutes
from mailgate.store.promises import calendar_rows, policy_rows
from tests.support.browsing import Browser
from tests.support.mails import mail
from tests.support.promises import TARGETS, Hands, promise
from tests.support.world import World
from tests.web.conftest import MARA, PASSWORD, Site

WEEK = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "9:00-12:30, 13-17")
STEP = {
    "step_id": "0", "step_goal": "first_response", "step_time": "30 min", "step_side": "before", "step_every": "",
    "step_times": "", "step_tell": "admins", "step_priority": "high", "step_team": "", "step_tier": "next",
    "step_assignee": "",
    "step_tags": "soon late", "step_customer": "waiting", "step_rule": "", "step_webhook": "https://hook.example/x",
}  # fmt: skip


@pytest.fixture
def admin(site: Site, world: World) -> Browser:
    """Somebody who may set things up."""
    with world.database.desk(1) as session:
        set_password(session, add_agent(session, "ida@nordlicht.example", "admin", clock.now()), PASSWORD)
    made = Browser(site.client)
    made.sign_in("ida@nordlicht.example", PASSWORD)
    return made


def test_an_admin_sets_up_a_calendar_and_a_policy(admin: Browser, world: World) -> None:
    assert "There is no calendar yet" in admin.get("/admin/calendars")
    assert "Europe/Berlin" in admin.get("/admin/calendars/new")
    bad = admin.post("/admin/calendars/new", 422, name="Office", zone="Europe/Berlin", **(WEEK | {"monday": "all day"}))
    assert "are no hours such as" in bad.text
    assert 'value="all day"' in bad.text
    days = "2026-12-24 (9-12) Christmas Eve\n2026-12-31 Closed"
    admin.post(
        "/admin/calendars/new", name="Office", zone="Europe/Berlin", country="de", region="by", days=days, **WEEK
    )
    with world.database.desk(1) as session:
        (calendar,) = calendar_rows(session)
    page = admin.get(f"/admin/calendars/{calendar.id}")
    assert "9:00–12:30, 13:00–17:00" in page
    assert "2026-12-24 (9:00–12:00) Christmas Eve" in page
    assert {"2026-01-06", "2026-12-25"} <= {day["date"] for day in calendar.days if day["by_country"]}

    assert "Nothing is promised yet" in admin.get("/admin/policies")
    assert "Office" in admin.get("/admin/policies/new")
    promised = {"name": "Usual", "calendar": str(calendar.id), "pauses": "pending", "first_response_normal": "2 h"}
    bad = admin.post("/admin/policies/new", 422, **(promised | {"first_response_normal": "soon"}), **STEP)
    assert "is no length of time" in bad.text
    admin.post("/admin/policies/new", **promised, **STEP)
    with world.database.desk(1) as session:
        (policy,) = policy_rows(session)
    page = admin.get(f"/admin/policies/{policy.id}")
    assert 'value="2 h"' in page
    assert "soon late" in page
    assert 'value="https://hook.example/x"' in page
    assert policy.steps[0]["does"]["tell_customer"] == "waiting"
    assert policy.steps[0]["does"]["next_tier"]
    assert "First response within 2 h (normal)" in admin.get("/admin/policies")
    admin.post(
        f"/admin/policies/{policy.id}", **(promised | {"first_response_normal": "4 h"}), **(STEP | {"step_id": "1"})
    )
    refused = admin.post(f"/admin/calendars/{calendar.id}/removal", 409)
    assert "Usual goes by this calendar" in refused.text
    admin.post(f"/admin/policies/{policy.id}/activity", active="off")
    with world.database.desk(1) as session:
        (policy,) = policy_rows(session)
    assert (policy.active, policy.targets, policy.steps[0]["id"]) == (False, {"normal": {"first_response": 240}}, 1)


def test_an_agent_sees_what_is_promised_and_which_minutes_count(browser: Browser, world: World) -> None:
    hands = Hands(datetime.fromisoformat("2026-11-23T09:00+01:00"))
    promise(world)
    clock.follow(hands)
    try:
        ticket = world.ticket(world.receive(mail()).ticket_id)
        page = browser.get(f"/t/{ticket.number}")
        assert "First response" in page
        assert re.search(r'2 h left · Due <time datetime="2026-11-23T1', page)
        hands.moment += timedelta(hours=3)
        world.work()
        assert "It was due <time" in browser.get(f"/t/{ticket.number}")
        page = browser.get(f"/t/{ticket.number}/why")
        assert "Mon 2026-11-23 09:00–12:00: 3 h" in page
        assert "It was due Mon 2026-11-23 11:00 CET." in page
    finally:
        clock.follow(None)


def test_what_is_at_risk_has_a_view_and_every_line_its_clock(browser: Browser, world: World, site: Site) -> None:
    hands = Hands(datetime.fromisoformat("2026-11-23T09:00+01:00"))
    promise(world)
    clock.follow(hands)
    try:
        first, second = (world.ticket(world.receive(mail(subject=name)).ticket_id).number for name in ("One", "Two"))
        page = browser.get("/?view=all")
        assert page.count(">1 h left</span></time>") == 2  # until somebody has it
        assert "No promise is in danger" in browser.get("/?view=risk")
        site.send("PATCH", f"/tickets/{second}", {"assignee": MARA})
        world.work()
        hands.moment += timedelta(minutes=45)  # three quarters of an hour
        page = browser.get("/?view=risk")
        assert _lines(page) == [(first, "clock-at_risk", "At risk: 15 min left")]
        assert re.search(r'title="Mon 23 Nov 2026, 09:00:00 UTC" data-clock="2026-11-23T[^"]+"', page)
        assert 'title="At risk, 1"' in page
        site.send("POST", f"/tickets/{first}/snooze", {"until": (hands.moment + timedelta(days=2)).isoformat()})
        hands.moment += timedelta(minutes=60)
        assert _lines(browser.get("/?view=risk")) == [
            (first, "clock-late", "45 min late"), (second, "clock-at_risk", "At risk: 15 min left"),
        ]  # fmt: skip
        assert [line[0] for line in _lines(browser.get("/?q=is:late"))] == [first]
        assert [line[0] for line in _lines(browser.get("/?q=is:risk&sort=-created"))] == [second, first]
        assert 'Sorted by: </span><span class="cut">Due first' in browser.get("/?is=at_risk")
        assert "Due first" not in browser.get("/?view=mine")
        found = site.get("/tickets", risk="at_risk", sort="due")["items"]
        assert [one["number"] for one in found] == [first, second]
        assert datetime.fromisoformat(found[0]["due_at"]) == hands.moment - timedelta(minutes=45)
        assert datetime.fromisoformat(found[0]["risk_at"]) == hands.moment - timedelta(minutes=60)
        assert [one["number"] for one in site.get("/tickets", risk="late")["items"]] == [first]
        # A clock that stands still warns of nothing; one that is done has none.
        for number, status in ((first, "pending"), (second, "resolved")):
            site.send("PATCH", f"/tickets/{number}", {"status": status})
        world.work()
        assert _lines(browser.get("/?view=risk")) == []
    finally:
        clock.follow(None)


def _lines(page: str) -> list[tuple[str, str, str]]:
    """Of each line with a clock: its number, the clock's class, and its words."""
    found = re.findall(r'id="row-([^"]+)".*?<time class="clock ?([^"]*)"[^>]*>(.*?)</time>', page, re.DOTALL)
    return [(number, kind, " ".join(re.sub(r"<[^>]+>", "", words).split())) for number, kind, words in found]


def test_open_tickets_are_timed_anew_when_a_policy_changes(site: Site, world: World) -> None:
    ticket_id = world.receive(mail()).ticket_id
    assert world.ticket(ticket_id).first_response_due is None
    policy = site.send("POST", "/policies", {"name": "Usual", "targets": TARGETS}, "admin", 201)
    world.work()
    due = world.ticket(ticket_id).first_response_due
    assert due == world.ticket(ticket_id).created_at + timedelta(hours=2)
    number = world.ticket(ticket_id).number
    assert datetime.fromisoformat(site.get(f"/tickets/{number}")["first_response_due"]) == due
    changed = {"name": "Usual", "targets": {"normal": {"resolution": 60}}, "active": False}
    site.send("PUT", f"/policies/{policy['id']}", changed, "admin")
    world.work()
    ticket = world.ticket(ticket_id)
    assert (ticket.first_response_due, ticket.resolution_due, ticket.is_timed) == (None, None, False)


def test_programs_set_up_calendars_and_policies(site: Site) -> None:
    week = ["9-17"] * 5 + ["", ""]
    made = site.send("POST", "/calendars", {"name": "Office", "zone": "Asia/Tokyo", "week": week}, "admin", 201)
    assert made["week"][0] == "9:00–17:00"
    site.send("POST", "/calendars", {"name": "Mars", "zone": "Mars/Base", "week": week}, "admin", 422)
    site.send(
        "POST",
        "/calendars",
        {"name": "Odd", "zone": "UTC", "week": week, "days": [{"date": "2026-02-30"}]},
        "admin",
        422,
    )
    step = {"goal": "resolution", "minutes": -60, "notify": ["team", "ida@nordlicht.example"], "next_tier": True}
    body = {"name": "Usual", "calendar": made["id"], "targets": TARGETS, "steps": [step]}
    policy = site.send("POST", "/policies", body, "admin", 201)
    assert policy["steps"][0]["id"] == 1
    again = {name: policy[name] for name in ("name", "calendar", "targets", "conditions", "pauses", "steps", "place")}
    assert site.send("PUT", f"/policies/{policy['id']}", again, "admin")["steps"] == policy["steps"]
    assert [one["name"] for one in site.get("/policies")["items"]] == ["Usual"]
    wrong = {**step, "notify": ["everybody"]}
    site.send("POST", "/policies", {**body, "name": "Wrong", "steps": [wrong]}, "admin", 422)
    site.send("POST", "/policies", {**body, "name": "Nothing", "targets": {}}, "admin", 422)
    site.send("DELETE", f"/calendars/{made['id']}", None, "admin", 409)


def test_times_as_people_write_them() -> None:
    assert read_hours("9:00-12.30, 13–17") == ((540, 750), (780, 1020))
    assert read_hours("22 to 6") == ((1320, 1800),)
    assert read_hours("0-24") == ((0, 1440),)
    assert [read_minutes(text) for text in ("90", "1 h 30 min", "2d", "4h", "")] == [90, 90, 2880, 240, None]
    assert minutes_in_words(90) == "1 h 30 min"
    for wrong in ("25-26", "9-17:70", "nine"):
        with pytest.raises(BadInput):
            read_hours(wrong)
    for wrong in ("2026-02-30 Never", "Christmas"):
        with pytest.raises(BadInput):
            read_days(wrong)
