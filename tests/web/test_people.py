"""Agents, teams and categories by page and API: what each role may, what a limited agent sees, and the audit of it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from mailgate import clock
from mailgate.office.passwords import set_password
from mailgate.office.setup import add_agent, add_team
from mailgate.store.agents import agent_by_email
from mailgate.store.audit import entries
from tests.support.browsing import BASE, Browser
from tests.support.mails import mail
from tests.support.world import World
from tests.web.conftest import MARA, PASSWORD, Site


def _audit(world: World) -> list[tuple[str, str, str, str]]:
    with world.database.desk(1) as session:
        return [(one.by_name, one.deed, one.what, one.name) for one in reversed(entries(session, limit=100))]


def _browser(site: Site, world: World, role: str) -> Browser:
    """Somebody of this role, signed in."""
    with world.database.desk(1) as session:
        agent = agent_by_email(session, f"{role}@nordlicht.example") or add_agent(
            session, f"{role}@nordlicht.example", role, clock.now()
        )
        set_password(session, agent, PASSWORD)
    made = Browser(site.app.test_client(use_cookies=True))
    made.sign_in(agent.email, PASSWORD)
    made.get("/me")
    return made


def test_an_admin_invites_somebody_who_comes_in_by_the_link(site: Site, world: World) -> None:
    admin = _browser(site, world, "admin")
    with world.database.desk(1) as session:
        team = add_team(session, "Billing", clock.now())
    admin.get("/admin/agents/new")
    fields: dict[str, Any] = {
        "name": "",
        "role": "agent",
        "teams": [str(team.id)],
        "languages": "EN, de",
        "capacity": "12",
    }
    refused = admin.post("/admin/agents", 422, email="no address", **fields)
    assert "is not a mail address" in refused.text
    shown = admin.post(
        "/admin/agents", 201, email="ben@nordlicht.example", **fields, skills="Refunds ,  two  words"
    ).text
    (link,) = re.findall(rf"{BASE}(/sign-in/[\w-]+)", shown)
    ben = Browser(site.app.test_client(use_cookies=True))
    assert "Welcome, Ben" in ben.get(link)
    world.work()
    assert "It works once" in world.relay.to("ben@nordlicht.example")[-1].text
    ben.post(link)
    (told,) = [one for one in site.get("/agents")["items"] if one["email"] == "ben@nordlicht.example"]
    assert told | {"id": 0} == {
        "id": 0, "email": "ben@nordlicht.example", "name": "Ben", "role": "agent", "active": True, "teams": ["Billing"],
        "only_own_teams": False, "languages": ["en", "de"], "skills": ["refunds", "two words"], "capacity": 12,
        "presence": "available", "tier": 1, "region": "", "away_until": None, "language": None,
        "time_zone": None,
    }  # fmt: skip
    page = admin.get(f"/admin/agents/{told['id']}")
    assert "Sign out everywhere" in page
    reads = {"language": "fr", "time_zone": "Europe/Paris"}
    assert site.send("PATCH", f"/agents/{told['id']}", reads, "admin").items() >= reads.items()
    assert '<html lang="fr">' in ben.get("/me")
    fields |= {"name": "Ben Adler", "teams": [], "skills": "", "capacity": "", "only_own_teams": "true"}
    admin.post(f"/admin/agents/{told['id']}", **fields)
    admin.post(
        f"/admin/agents/{told['id']}/presence",
        presence="away",
        until=f"{clock.now() + timedelta(days=3):%Y-%m-%dT%H:%M}",
    )
    assert "Away" in admin.get("/admin/agents")
    admin.post(f"/admin/agents/{told['id']}/presence", 422, presence="away", until="2020-01-01T08:00")
    admin.post(f"/admin/agents/{told['id']}/sessions/removal")
    ben.get("/", 303)
    admin.post(f"/admin/agents/{told['id']}/activity", active="false")
    assert admin.post(f"/admin/agents/{told['id']}/link", 409).status_code == 409
    assert [one for one in _audit(world) if one[0] == "Admin" and one[2] == "agent"][-3:] == [
        ("Admin", "added", "agent", "ben@nordlicht.example"),
        ("Admin", "changed", "agent", "ben@nordlicht.example"),
        ("Admin", "changed", "agent", "ben@nordlicht.example"),
    ]
    with world.database.desk(1) as session:
        changed = entries(session, what="agent", limit=2)[1]
        added = entries(session, what="team member", limit=2)
    assert changed.data["only_own_teams"] == [False, True]
    assert changed.data["name"] == ["Ben", "Ben Adler"]
    assert [(one.deed, one.name) for one in added] == [
        ("removed", "ben@nordlicht.example in Billing"),
        ("added", "ben@nordlicht.example in Billing"),
    ]


def test_only_owners_make_owners_and_the_last_admin_stays(site: Site, world: World) -> None:
    admin, owner = _browser(site, world, "admin"), _browser(site, world, "owner")
    ids = {one["email"].partition("@")[0]: one["id"] for one in site.get("/agents")["items"]}
    fields = {"name": "Somebody", "languages": "", "skills": "", "capacity": ""}
    assert "Only an owner" in admin.post(f"/admin/agents/{ids['mara']}", 403, role="owner", **fields).text
    assert "Only an owner" in admin.post("/admin/agents", 403, email="x@nordlicht.example", role="owner", **fields).text
    for path in (f"{ids['owner']}/link", f"{ids['owner']}/sessions/removal"):
        assert admin.post(f"/admin/agents/{path}", 403)
    admin.post(f"/admin/agents/{ids['owner']}/activity", 403, active="false")
    site.send("PATCH", f"/agents/{ids['owner']}", {"active": False}, "admin", 403)
    owner.post(f"/admin/agents/{ids['mara']}", role="owner", **fields)
    owner.post(f"/admin/agents/{ids['mara']}", role="agent", **fields)
    owner.post(f"/admin/agents/{ids['admin']}/activity", active="false")
    admin.get("/admin/agents", 303)
    assert "is the last one" in owner.post(f"/admin/agents/{ids['owner']}/activity", 409, active="false").text
    assert "is the last one" in owner.post(f"/admin/agents/{ids['owner']}", 409, role="agent", **fields).text
    site.send("PATCH", f"/agents/{ids['owner']}", {"role": "viewer"}, "owner", 409)


def test_teams_and_categories_limit_what_an_agent_sees(site: Site, world: World) -> None:
    """By page, API, search, counts, files and bulk; an admin, and whoever is not limited, sees everything."""
    numbers = [
        world.ticket(world.receive(mail(subject=f"Contract {n}", message_id=f"<{n}@x.example>")).ticket_id).number
        for n in range(3)
    ]
    mara = next(one for one in site.get("/agents")["items"] if one["email"] == MARA)
    contracts = site.send("POST", "/categories", {"name": "Contracts", "description": "Paper"}, "admin", 201)
    team = site.send("POST", "/teams", {"name": "Legal", "members": [MARA], "categories": ["Contracts"]}, "admin", 201)
    assert team | {"id": 0} == {
        "id": 0,
        "name": "Legal",
        "tier": 1,
        "region": "",
        "parent": None,
        "members": [MARA],
        "mailboxes": [],
        "categories": ["Contracts"],
    }
    site.send("POST", "/teams", {"name": "Sales", "mailboxes": ["help@nordlicht.example"]}, "admin", 201)
    site.send("PATCH", f"/tickets/{numbers[0]}", {"team": "Legal"})
    site.send("PATCH", f"/tickets/{numbers[1]}", {"category": "Contracts", "team": "Sales"})
    browser = _browser(site, world, "agent")  # somebody else, who is not limited
    site.send("PATCH", f"/agents/{mara['id']}", {"only_own_teams": True}, "admin")
    with world.database.desk(1) as session:
        agent = agent_by_email(session, MARA)
        assert agent is not None
        set_password(session, agent, PASSWORD)
    limited = Browser(site.client)
    limited.sign_in(MARA, PASSWORD)
    limited.get("/me")
    assert all(number in browser.get("/?view=all") for number in numbers)
    for page in ("/?view=all", "/?q=contract"):
        text = limited.get(page)
        assert [number in text for number in numbers] == [True, True, False], page
    limited.get(f"/t/{numbers[0]}")
    for path in (f"/t/{numbers[2]}", f"/t/{numbers[2]}/why", f"/t/{numbers[2]}/print"):
        limited.get(path, 404)
    assert [one["number"] for one in site.get("/tickets", None)["items"]] == numbers[1::-1]
    headers = {"X-CSRF-Token": limited.csrf}
    answer = site.client.patch(f"/api/v1/tickets/{numbers[0]}", json={"team": "Sales"}, headers=headers, base_url=BASE)
    assert (answer.status_code, answer.get_json()["team"]) == (200, "Sales")  # given away, and told so
    assert site.ask("GET", f"/api/v1/tickets/{numbers[0]}", None).status_code == 404
    site.send("PATCH", f"/tickets/{numbers[0]}", {"team": "Legal"})
    sales = next(one["id"] for one in site.get("/teams")["items"] if one["name"] == "Sales")
    limited.get(f"/t/{numbers[0]}")
    away = limited.post(f"/t/{numbers[0]}/team", to=sales).headers["Location"]
    assert f"{numbers[0]} is with others now, and out of your sight." in limited.get(away)
    assert "out of your sight" not in limited.get("/?given=%3Cscript%3E")
    many = site.client.post(
        "/api/v1/tickets/bulk",
        json={"numbers": numbers, "action": "priority", "value": "high"},
        headers=headers,
        base_url=BASE,
    ).get_json()
    assert [one.get("error") is None for one in many["items"]] == [False, True, False]
    # Categories: a tree without circles, and nothing that is used goes.
    site.send("PATCH", f"/categories/{contracts['id']}", {"parent": "Contracts"}, "admin", 422)
    below = site.send("POST", "/categories", {"name": "Leases", "parent": "Contracts"}, "admin", 201)
    assert below["parent"] == "Contracts"
    site.send("PATCH", f"/categories/{contracts['id']}", {"parent": "Leases"}, "admin", 422)
    site.send("DELETE", f"/categories/{contracts['id']}", None, "admin", 409)
    site.send("DELETE", f"/teams/{team['id']}", None, "admin", 200)
    site.send("DELETE", f"/categories/{below['id']}", None, "admin", 200)
    site.send("PATCH", f"/categories/{contracts['id']}", {"active": False}, "admin")
    assert "Put aside" in _browser(site, world, "admin").get("/admin/categories")
    assert ">Contracts</option>" not in browser.get(f"/t/{numbers[2]}")


def test_pages_of_teams_and_categories(site: Site, world: World) -> None:
    admin = _browser(site, world, "admin")
    admin.get("/admin/teams/new")
    admin.post("/admin/teams", 422, name="")
    admin.post("/admin/teams", name="Returns", members=[])
    admin.post("/admin/teams", 422, name="Returns")
    page = admin.get("/admin/teams")
    (team_id,) = re.findall(r"/admin/teams/(\d+)", page)
    admin.post("/admin/categories", name="Goods", active="true")
    (category_id,) = re.findall(r"/admin/categories/(\d+)", admin.get("/admin/categories"))
    mara = next(one for one in site.get("/agents")["items"] if one["email"] == MARA)
    admin.post(f"/admin/teams/{team_id}", name="Returns", members=[mara["id"]], categories=[category_id])
    assert "1 member: Mara Koch" in admin.get("/admin/teams")
    assert "checked" in admin.get(f"/admin/teams/{team_id}")
    admin.post(f"/admin/categories/{category_id}", 422, name="Goods", parent=category_id)
    admin.post(f"/admin/categories/{category_id}", 422, name="", active="true")
    admin.post(f"/admin/teams/{team_id}/removal")
    admin.post(f"/admin/categories/{category_id}/removal")
    assert [one[1:3] for one in _audit(world) if one[2] in ("team", "category")] == [
        ("added", "team"), ("added", "category"), ("removed", "team"), ("removed", "category"),
    ]  # fmt: skip
