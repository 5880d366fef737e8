"""Figures: what is drawn is what happened, counted day by day, and said the same by page, file and API."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
from sqlalchemy import event

from mailgate import jobs
from mailgate.steps.figures import DAYS_AT_ONCE, count_days, count_months
from mailgate.store.agents import agent_by_email
from mailgate.store.figures import write_sums
from tests.support.browsing import Browser
from tests.support.desks import staff
from tests.support.mails import mail
from tests.support.promises import Hands, moved_by_hand, promise
from tests.support.world import World
from tests.web.conftest import MARA, Site


@pytest.fixture
def hands() -> Iterator[Hands]:
    """Friday, nine o'clock in Berlin."""
    with moved_by_hand("2026-11-20T09:00+01:00") as made:
        yield made


@pytest.fixture
def busy(hands: Hands, world: World, site: Site) -> list[str]:
    """A Friday with three requests, one answered after an hour and one over a weekend; the third was missed."""
    promise(world)
    with world.database.desk(1) as session:
        staff(session, "=Service", ["Ann"])
    numbers = [world.ticket(world.receive(mail(subject=f"No. {number}")).ticket_id).number for number in range(3)]
    site.send("PATCH", f"/tickets/{numbers[0]}", {"team": "=Service", "assignee": "ann@nordlicht.example"})
    hands.moment += timedelta(hours=1)
    site.send("POST", f"/tickets/{numbers[0]}/messages", {"body": "Done.", "status": "resolved"}, status=201)
    site.send("POST", f"/tickets/{numbers[0]}/rate", {"rating": "happy"})
    hands.moment += timedelta(days=3)
    site.send("POST", f"/tickets/{numbers[1]}/messages", {"body": "Sorry."}, status=201)
    world.work()
    while count_days(world.database, 1) == DAYS_AT_ONCE:
        pass
    return numbers


def test_page_file_and_api_say_the_same(busy: list[str], site: Site, hands: Hands) -> None:
    found = site.get("/stats", **{"from": "2026-11-20", "to": "2026-11-23"})
    total = found["total"]
    assert (total["opened"], total["resolved"], total["answered"], total["happy"]) == (3, 1, 2, 1)
    assert (total["kept"], total["missed"]) == (2, 2)  # the first answer and the solution; the others' first answers
    assert total["sent"] == 6  # three receipts, two answers, and Ann was told
    # An hour, and a Friday of eight with an hour of Monday: the weekend is not worked.
    assert total["first_response"]["median"] == pytest.approx(60, rel=0.05)
    assert total["first_response"]["nine_of_ten"] == pytest.approx(9 * 60, rel=0.05)
    assert [(line["name"], line["opened"]) for line in found["items"]] == [("No team", 2), ("=Service", 1)]
    stands = {"open": 2, "unassigned": 2, "late": 1, "at_risk": 0}
    assert found["now"] == stands
    assert [line["stood"] for line in found["items"]] == [stands, None]  # of each part, on the last of these days
    for by in ("agent", "category", "priority", "mailbox", "channel"):
        lines = site.get("/stats", by=by, **{"from": "2026-11-20", "to": "2026-11-23"})["items"]
        assert [line["stood"] for line in lines if line["stood"]] == [stands], by
    by_day = site.get("/stats", by="day", **{"from": "2026-11-19", "to": "2026-11-23"})["items"]
    assert [(line["key"][-2:], line["opened"]) for line in by_day][::-1] == [
        ("19", 0), ("20", 3), ("21", 0), ("22", 0), ("23", 0),
    ]  # fmt: skip
    narrowed = site.get("/stats", of="priority:normal")
    assert (narrowed["total"]["opened"], narrowed["now"]) == (3, stands)
    assert site.get("/stats", of="priority:high")["now"] is None
    answer = site.ask("GET", "/figures.csv?period=7&by=team")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    lines = list(csv.DictReader(StringIO(answer.text)))
    assert [(line["team"], line["opened"]) for line in lines] == [("No team", "2"), ("'=Service", "1")]
    assert [(line["open"], line["late"], line["at_risk"]) for line in lines] == [("2", "1", "0"), ("", "", "")]
    page = site.ask("GET", "/figures?period=7&by=agent").text
    assert "<svg" in page
    assert page.count("<figure") == 3
    assert "9 of 10 within 9 h" in page
    assert "is no day" in site.ask("GET", "/figures?from=yesterday").text
    assert site.ask("GET", "/figures?of=team:999").status_code == 200
    site.ask("GET", "/api/v1/stats?from=2020-01-01")
    assert site.ask("GET", "/api/v1/stats?from=2020-01-01").status_code == 422


def test_days_are_counted_anew_less_and_less_often(busy: list[str], world: World, hands: Hands) -> None:
    assert count_days(world.database, 1) == 0
    hands.moment += timedelta(minutes=5)
    assert count_days(world.database, 1) == 2  # today and yesterday
    hands.moment += timedelta(hours=1)
    assert count_days(world.database, 1) == 4
    hands.moment += timedelta(minutes=10)
    world.deliver(mail())
    asked: list[str] = []
    event.listen(world.database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    jobs.sweep()
    assert not any("figures" in one and "INSERT" in one for one in asked)  # mail first
    world.work()
    jobs.sweep()
    assert any("INSERT INTO figures" in one for one in asked)


def test_whole_months_add_up_as_their_days_do(world: World, site: Site, hands: Hands) -> None:
    """However a span begins and ends."""
    today = hands().date()
    days = [today - timedelta(days=back) for back in range(100)]
    with world.database.desk(1) as session:
        for day in days:
            numbers = {"opened": day.day, "first": {str(day.month): 1}}
            write_sums(session, day, {("all", ""): numbers, ("priority", "low"): numbers}, hands())
        count_months(session, {day.replace(day=1) for day in days}, hands())
    for since, until in ((0, 0), (99, 0), (60, 31), (50, 20), (19, 0), (80, 51), (49, 19), (30, 1)):
        span = {"from": str(days[since]), "to": str(days[until])}
        found = site.get("/stats", by="priority", **span)
        wanted = sum(day.day for day in days[until : since + 1])
        assert (found["total"]["opened"], found["items"][0]["opened"]) == (wanted, wanted), span
        assert found["total"]["first_response"] == found["items"][0]["first_response"]


def test_whoever_sees_their_teams_alone_sees_no_sums(browser: Browser, world: World) -> None:
    assert "/figures" in browser.get("/")
    with world.database.desk(1) as session:
        mara = agent_by_email(session, MARA)
        assert mara is not None
        mara.only_own_teams = True
    assert "/figures" not in browser.get("/")
    browser.get("/figures", 403)
    browser.get("/figures.csv", 403)
