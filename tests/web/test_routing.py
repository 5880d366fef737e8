"""Routing and escalation on pages and by the API."""

from __future__ import annotations

import pytest

from mailgate.store.agents import agent_by_email, agents
from mailgate.store.office import team_named
from tests.support.browsing import Browser
from tests.support.desks import staff
from tests.support.mails import mail
from tests.support.world import World
from tests.web.conftest import MARA, Site

ZOE = "zoe@nordlicht.example"


@pytest.fixture
def number(world: World) -> str:
    """A ticket, and a desk of two teams: the second knows more."""
    with world.database.desk(1) as session:
        staff(session, "First line", ["Ann", "Bob"], capacity=2)
        staff(session, "Second line", ["Zoe"], tier=2)
        second = team_named(session, "Second line")
        assert second is not None
        second.tier = 2
    return world.ticket(world.receive(mail()).ticket_id).number


def _kinds(site: Site, number: str) -> list[str]:
    return [event["kind"] for event in site.get(f"/tickets/{number}/events")["items"]]


def test_a_ticket_is_escalated_and_brought_back(browser: Browser, site: Site, world: World, number: str) -> None:
    url = f"/tickets/{number}"
    site.send("PATCH", url, {"team": "First line"})
    assert (
        site.send("POST", f"{url}/assign", {"assignee": "ann@nordlicht.example"})["assignee"] == "ann@nordlicht.example"
    )
    assert "is required" in str(site.send("POST", f"{url}/escalate", {"tier": 2}, status=422))
    up = site.send("POST", f"{url}/escalate", {"reason": "The customer is a hospital."})
    assert (up["escalation"], up["team"], up["assignee"], up["status"]) == (1, "Second line", None, "open")
    world.work()
    (told,) = world.relay.to(ZOE)
    assert "The customer is a hospital." in told.text
    page = browser.get(f"/t/{number}")
    assert "Escalated, level 1, by The agent: The customer is a hospital." in page
    browser.post(f"/t/{number}/escalation", reason="Zoe knows it", assignee=_id_of(world, ZOE))
    twice = site.get(url)
    assert (twice["escalation"], twice["assignee"]) == (2, ZOE)
    browser.post(f"/t/{number}/escalation/removal")
    assert (site.get(url)["escalation"], site.get(url)["assignee"]) == (1, None)
    back = site.send("POST", f"{url}/deescalate", {})
    assert (back["escalation"], back["team"], back["assignee"]) == (0, "First line", "ann@nordlicht.example")
    assert _kinds(site, number)[-4:] == ["escalated_by_hand", "escalated_by_hand", "brought_back", "brought_back"]
    assert site.send("POST", f"{url}/deescalate", {}, status=409)["error"] == "conflict"
    site.send("PATCH", url, {"status": "resolved"})
    site.send("POST", f"{url}/escalate", {"reason": "x"}, status=409)


def test_an_admin_sets_up_routing_and_an_agent_is_there_or_not(
    browser: Browser, site: Site, world: World, number: str
) -> None:
    with world.database.desk(1) as session:
        for one in agents(session):
            one.region = "North" if one.email == ZOE else "South"
    site.send("PUT", f"/tickets/{number}/region", {"region": " north "})
    chosen = site.send("POST", f"/tickets/{number}/route", {})  # asked for, also by hand
    assert chosen["assignee"] == ZOE
    assert chosen["reasons"][0] == "Zoe: is in north, has 0."
    assert "set the region to north" in browser.get(f"/t/{number}")
    way = {"team": "First line", "method": "round_robin", "language": "require", "when_away": "hand_on"}
    shown = site.send("PUT", "/routing", way, "admin")
    assert shown["known"] == "prefer"
    assert [one["method"] for one in site.get("/routing")["items"]] == ["round_robin", "by_hand", "by_hand"]
    site.send("PUT", "/routing", {**way, "team": "Nobody's"}, "admin", status=422)
    with world.database.desk(1) as session:
        mara = agent_by_email(session, MARA)
        assert mara is not None
        mara.role, mara_id = "admin", mara.id
        team = team_named(session, "Second line")
        assert team is not None
        team_id = team.id
    page = browser.get("/admin/routing")
    assert "Only to somebody who speaks the language." in page
    assert "Zoe" in page
    form = {
        "method": "least_loaded", "skill": "prefer", "language": "ignore", "region": "ignore", "known": "ignore",
        "when_away": "return", "away_minutes": "15",
    }  # fmt: skip
    browser.get(f"/admin/routing/{team_id}")
    browser.post(f"/admin/routing/{team_id}", 422, **{**form, "away_minutes": "999999"})
    browser.post(f"/admin/routing/{team_id}", **form)
    assert "come back to the team" in browser.get("/admin/routing")
    browser.post("/me/presence", presence="busy")
    assert "(busy)" in browser.get("/me")
    site.send("PUT", f"/agents/{mara_id}/presence", {"presence": "away", "until": "2020-01-01T00:00:00Z"}, "admin", 422)
    assert site.send("PUT", f"/agents/{mara_id}/presence", {"presence": "away"}, "admin")["presence"] == "away"
    site.send("PUT", "/agents/999999/presence", {"presence": "away"}, "admin", 404)


def test_the_next_ticket_is_taken_with_one_press(browser: Browser, site: Site, world: World, number: str) -> None:
    assert "Take next" in browser.get("/?view=unassigned")
    assert browser.post("/next").headers["Location"] == f"/t/{number}"
    assert site.get(f"/tickets/{number}")["assignee"] == MARA
    assert browser.post("/next").headers["Location"] == "/?view=unassigned"
    site.send("POST", "/tickets/next", {}, status=409)  # an application has no hands
    browser.post(f"/t/{number}/routing")  # whoever has it keeps it
    assert site.get(f"/tickets/{number}")["assignee"] == MARA
    site.send("POST", f"/tickets/{number}/assign", {"assignee": None})
    with world.database.desk(1) as session:
        for one in agents(session):
            one.presence = "away"
    browser.post(f"/t/{number}/routing")
    assert "Nobody could be given it yet: Mara Koch: away. Ann: away." in browser.get(f"/t/{number}")


def _id_of(world: World, email: str) -> int:
    with world.database.desk(1) as session:
        return next(one.id for one in agents(session) if one.email == email)
