"""Many tickets at once, views of one's own, and tickets that are out of sight for a while."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from mailgate import clock, jobs
from mailgate.office.setup import add_team
from mailgate.store.agents import TeamMember, agent_by_email
from mailgate.store.base import add
from mailgate.store.tickets import tags_of
from tests.support.browsing import Browser
from tests.support.mails import mail
from tests.support.world import World
from tests.web.conftest import MARA, Site
from tests.web.test_api_effort import MOST, counted


def _subjects(page: str) -> list[str]:
    return re.findall(r'class="row-link cut"[^>]*>(?:<span[^>]*>Unread: </span>)?([^<]*)</a>', page)


def _told(answer: str) -> str:
    found = re.search(r'inbox-told"[^>]*>(.*?)</div></div>', answer, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split()) if found else ""


@pytest.fixture
def numbers(world: World) -> list[str]:
    kept = [world.deliver(mail(subject=f"Request {one}", message_id=f"r{one}@lusitel.example")) for one in range(3)]
    world.work()
    return [world.ticket(world.kept(one).ticket_id).number for one in kept]


def test_one_deed_for_many_tells_what_became_of_each(browser: Browser, world: World, numbers: list[str]) -> None:
    browser.get("/?view=all")
    browser.post(f"/t/{numbers[0]}/status", status="resolved")
    page = browser.post("/bulk", 200, number=[*numbers, "TKT-0"], deed="status:open", query="view=all").text
    assert _told(page) == "3 set to “Open”, 1 not: There is no ticket TKT-0."
    page = browser.post("/bulk", 200, number=numbers, deed="assignee:me", query="view=mine").text
    assert _told(page) == "3 assigned."
    assert len(_subjects(page)) == 3
    page = browser.post("/bulk", 200, number=numbers, deed="status:new", query="view=mine").text
    assert "3 not: A ticket that is open cannot become new" in _told(page)
    for tag in ("VIP", "vip "):
        page = browser.post("/bulk", 200, number=numbers, deed="tag:", tag=tag, query="").text
    assert _told(page) == "0 tagged, 3 were so already."
    ids = [world.kept(one).ticket_id or 0 for one in (1, 2, 3)]
    with world.database.desk(1) as session:
        assert tags_of(session, ids) == {one: ["vip"] for one in ids}
    assert len(_subjects(browser.get("/?q=tag:vip+assignee:mara+is:unread"))) == 3
    assert "Tick some tickets first" in browser.post("/bulk", 422, deed="status:open").text
    assert "Write a tag first" in browser.post("/bulk", 422, deed="tag:", number=numbers).text
    browser.post("/bulk", 422, deed="explode:now", number=numbers)


def test_a_wrong_word_finds_nothing_and_is_marked(browser: Browser, numbers: list[str]) -> None:
    page = browser.get("/?q=Request+status:opne")
    assert "<mark>status:opne</mark>" in page
    assert "Did you mean status:open?" in page
    assert _subjects(page) == []
    page = browser.get("/?q=Request+status:new")
    assert len(_subjects(page)) == 3
    assert 'Status: New</span><a href="/?q=Request"' in page


def test_a_question_is_kept_as_a_view_of_ones_own(browser: Browser, world: World, numbers: list[str]) -> None:
    browser.get("/?view=all&priority=urgent")
    browser.post("/views", name="Burning", query="view=all&priority=urgent")
    browser.post("/t/" + numbers[0] + "/priority", priority="urgent")
    page = browser.get("/?view=all&priority=urgent")
    assert re.search(r'aria-current="page" title="Burning, 1"', page)
    browser.post("/views", 422, name=" ", query="view=all")
    removal = re.search(r'action="(/views/\d+/removal)"', page)
    assert removal
    browser.post(removal[1])
    browser.post(removal[1], 404)
    assert "Burning" not in browser.get("/")


def test_my_teams_tickets_have_a_view(browser: Browser, world: World, numbers: list[str], site: Site) -> None:
    with world.database.desk(1) as session:
        team, mara = add_team(session, "Second level", clock.now()), agent_by_email(session, MARA)
        assert mara is not None
        add(session, TeamMember(team_id=team.id, agent_id=mara.id))
    assert _subjects(browser.get("/?view=teams")) == []
    site.send("PATCH", f"/tickets/{numbers[1]}", {"team": "Second level"})
    assert _subjects(browser.get("/?view=teams")) == ["Request 1"]
    assert _subjects(browser.get('/?q=team:"second level"')) == ["Request 1"]


def test_a_snoozed_ticket_comes_back_in_time_or_with_its_customer(
    browser: Browser, world: World, numbers: list[str], site: Site
) -> None:
    start = clock.now()
    until = (start + timedelta(hours=3)).isoformat()
    assert site.send("POST", f"/tickets/{numbers[0]}/snooze", {"until": until})["snoozed_until"]
    page = browser.get("/")
    page = browser.post("/bulk", 200, number=numbers[1:2], deed="later:tomorrow", query="view=all").text
    assert _told(page) == "1 snoozed."
    assert _subjects(browser.get("/?view=all")) == ["Request 2"]
    assert sorted(_subjects(browser.get("/?view=snoozed"))) == ["Request 0", "Request 1"]
    site.send("POST", f"/tickets/{numbers[2]}/snooze", {"until": start.isoformat()}, status=422)
    world.receive(mail(subject=f"Re: [#{numbers[1]}] again"))
    jobs.sweep()
    assert sorted(_subjects(browser.get("/?view=all"))) == ["Request 1", "Request 2"]
    clock.follow(lambda: start + timedelta(hours=4))
    try:
        jobs.sweep()
        assert len(_subjects(browser.get("/?view=all"))) == 3
    finally:
        clock.follow(None)
    kinds = [event["kind"] for event in site.get(f"/tickets/{numbers[0]}/events")["items"]]
    assert kinds[-2:] == ["snoozed", "woke"]
    site.send("POST", f"/tickets/{numbers[0]}/snooze", {"until": None})


def test_programs_change_many_at_once(site: Site, numbers: list[str]) -> None:
    def ask(action: str, value: str | None, status: int = 200) -> list[tuple[bool, str | None]]:
        body = {"numbers": [*numbers[:2], "X-1"], "action": action, "value": value}
        answer = site.send("POST", "/tickets/bulk", body, status=status)
        return [(one["changed"], one["error"]) for one in answer.get("items", [])]

    unknown = (False, "There is no ticket X-1.")
    assert ask("priority", "high") == [(True, None), (True, None), unknown]
    assert ask("priority", "high") == [(False, None), (False, None), unknown]
    assert ask("assign", MARA)[0] == (True, None)
    assert ask("assign", None)[0] == (True, None)
    assert ask("tag", "VIP")[0] == (True, None)
    assert ask("untag", "vip")[0] == (True, None)
    later = (clock.now() + timedelta(days=1)).isoformat()
    assert ask("snooze", later)[0] == (True, None)
    for action, value in (("snooze", "soon"), ("status", "lost"), ("assign", "x@y.example"), ("tag", " ")):
        ask(action, value, 422)
    assert datetime.fromisoformat(site.get(f"/tickets/{numbers[0]}")["snoozed_until"]) > clock.now()


def test_the_inbox_asks_the_same_however_much_there_is(browser: Browser, site: Site, world: World) -> None:
    def cost(path: str) -> int:
        with counted(site) as sent:
            browser.get(path)
        return len(sent)

    paths = ("/?view=all", "/?q=status:new+tag:vip+from:ana@lusitel.example+help")
    before = {path: cost(path) for path in paths}
    for one in range(4):
        world.receive(mail(subject=f"More {one}", message_id=f"m{one}@lusitel.example"))
        browser.post("/views", name=f"View {one}", query=f"view=all&q=tag:t{one}")
    assert {path: cost(path) for path in paths} == before
    assert max(before.values()) <= MOST, before
