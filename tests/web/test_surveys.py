"""Surveys: asked once and of people alone; a link followed is no vote, a button pressed is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from mailgate.store.people import stop_surveys
from mailgate.tickets.rate import CHANGEABLE
from tests.support.browsing import Browser
from tests.support.mails import mail
from tests.support.promises import Hands, moved_by_hand
from tests.support.ruled import asks, rule, shipped
from tests.support.world import World
from tests.web.conftest import MARA, Site

ANA = "ana@lusitel.example"


@pytest.fixture
def hands() -> Iterator[Hands]:
    with moved_by_hand(datetime.now(UTC).isoformat()) as made:
        yield made


def _solved(site: Site, world: World, *, answered: bool = True, sender: str = ANA, **more: str) -> str:
    number = world.ticket(world.receive(mail(sender=sender, **more), sender=sender).ticket_id).number  # type: ignore[arg-type] # headers of mail()
    if answered:
        site.send("POST", f"/tickets/{number}/messages", {"body": "Try again.", "status": "resolved"}, status=201)
    else:
        site.send("PATCH", f"/tickets/{number}", {"status": "resolved"})
    return str(number)


def _asked(world: World, address: str) -> list[str]:
    """The surveys somebody got."""
    world.work()
    return [letter.text for letter in world.relay.to(address) if "/rating?say=happy" in letter.text]


def test_a_customer_is_asked_once_and_only_a_button_counts(hands: Hands, site: Site, world: World) -> None:
    before = _solved(site, world)
    world.work()
    hands.moment += timedelta(days=2)
    shipped(world, "survey")
    hands.moment += timedelta(hours=1)
    number = _solved(site, world)
    by_nobody = _solved(site, world, answered=False, sender="ben@lusitel.example")  # no person answered it
    _solved(site, world, sender="eve@lusitel.example")
    with world.database.desk(1) as session:
        stop_surveys(session, "eve@lusitel.example", hands())
    hands.moment += timedelta(hours=23)
    assert _asked(world, ANA) == []
    hands.moment += timedelta(hours=2)
    (letter,) = _asked(world, ANA)
    assert number in letter
    assert before not in letter
    assert _asked(world, "ben@lusitel.example") == _asked(world, "eve@lusitel.example") == []
    site.send("PATCH", f"/tickets/{number}", {"status": "open"})
    site.send("PATCH", f"/tickets/{number}", {"status": "resolved"})
    hands.moment += timedelta(hours=30)
    assert len(_asked(world, ANA)) == 1
    kinds = [event["kind"] for event in site.get(f"/tickets/{number}/events")["items"]]
    assert kinds.count("survey_asked") == 1
    did = [
        [event["data"]["reasons"] for event in site.get(f"/tickets/{one}/events")["items"] if event["kind"] == "ruled"]
        for one in (by_nobody, number)
    ]
    does = "sk the customer whether we were of help."
    refused = f"Not done: a{does} Its customer was asked before, or has said something already."
    assert did == [[], [[f"A{does}"], [refused]]]
    links = re.findall(r"https://desk\.example(/s/\S+/rating\?say=\w+)", letter)
    assert len(set(links)) == 2
    browser = Browser(site.client)
    for link in links:  # as a scanner of mail does
        browser.get(link)
    assert site.get("/surveys")["items"] == []
    page = browser.get(links[1])
    assert re.search(r'value="unhappy"[^>]* checked', page)
    url = links[0].partition("?")[0]
    browser.post(url, 422, rating="furious")
    browser.post(url, rating="unhappy", comment="It took <b>long</b>.")
    said = site.get("/surveys")["items"]
    assert [(one["ticket"], one["rating"], one["comment"]) for one in said] == [
        (number, "unhappy", "It took <b>long</b>.")
    ]
    assert site.get(f"/tickets/{number}")["unread"]
    browser.post(url, rating="happy", comment="")
    assert [one["rating"] for one in site.get("/surveys")["items"]] == ["happy"]
    assert "Thank you." in browser.get(f"{url}?done=rated")
    hands.moment += CHANGEABLE + timedelta(minutes=1)
    browser.post(url, 409, rating="unhappy", comment="")
    assert "cannot be rated now" in browser.get(url)
    site.send("POST", f"/tickets/{number}/rate", {"rating": "unhappy"}, status=409)


def test_the_page_of_a_request_offers_to_rate_it_in_its_language(browser: Browser, site: Site, world: World) -> None:
    number = _solved(
        site, world, body="Guten Tag, seit gestern kann ich mich leider nicht mehr anmelden. Bitte helfen Sie."
    )
    world.work()
    text = world.relay.to(ANA)[-1].text
    (link,) = set(re.findall(r"https://desk\.example(/s/\S+)", text))
    assert f"{link}/rating" in browser.get(link)
    assert "Waren Sie mit unserer Hilfe zufrieden?" in browser.get(f"{link}/rating")
    browser.post(f"{link}/rating", rating="happy", comment="Danke!")
    assert "Content: “Danke!”" in browser.get(f"/t/{number}")
    with world.owner.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE agents SET role = 'admin' WHERE email = '{MARA}'")
    assert "Nobody is asked" in browser.get("/admin/surveys")
    browser.post("/admin/rules/shipped/survey")
    assert "1 day has passed since it was resolved" in browser.get("/admin/surveys")
    browser.post("/admin/surveys", 422, questions="\n".join("abcdef"))
    browser.post("/admin/surveys", questions="How quick?\n\nHow kind?")
    assert "How quick?" in browser.get(f"{link}/rating")
    marks = {"question": ["How quick?", "Asked no more", "How kind?"], "answer_1": "4", "answer_2": "1"}
    browser.post(f"{link}/rating", 422, rating="unhappy", comment="Langsam.", **{**marks, "answer_1": "6"})
    rule(world, "Not content", "rated", ("tag", "sorry"), where=[asks("rating", "is", "unhappy")])
    browser.post(f"{link}/rating", rating="unhappy", comment="Langsam.", **marks)
    world.work()
    assert site.get(f"/tickets/{number}")["tags"] == ["sorry"]
    assert site.get("/surveys")["items"][0]["answers"] == {"How quick?": 4}
    site.send("POST", f"/tickets/{number}/rate", {"rating": "happy", "answers": {"How kind?": 9}}, status=422)
    said = {"rating": "happy", "comment": "Danke!", "answers": {"How kind?": 5}}
    assert site.send("POST", f"/tickets/{number}/rate", said)["answers"] == {"How kind?": 5}
    page = browser.get("/admin/surveys")
    assert "100 % of them were content" in page
    assert "5.0 of 5 (1 answered)" in page
    assert "Danke!" in page
    assert site.send("PUT", "/surveys", {"questions": ["How kind?"]}, "admin") == {"questions": ["How kind?"]}
