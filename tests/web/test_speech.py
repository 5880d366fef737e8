"""Pages of customers, and of whoever signs in, speak the languages of letters: all of each page, and nothing twice."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import lxml.html
import pytest

from mailgate import clock
from mailgate.office.links import conversation_link
from mailgate.store.tickets import by_id
from tests.support import sentences
from tests.support.browsing import BASE, Browser
from tests.support.mails import mail
from tests.support.world import World
from tests.web.conftest import MARA, Site
from web import speech, templating

WEB = Path(speech.__file__).parent
ANA = "ana@lusitel.example"
NAMES = r"Support|Mailgate|Nordlicht|Ana Ferreira|Mara Koch|TKT-[\d-]+|invoice|plans\.txt|[\w.]+@[\w.]+\.example"
FACTS = r"\d+ [KM]?B\b|CET|UTC|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d+ \w{3} \d{4}|today"
VALUES = re.compile(r"%\(\w+\)s|<[^>]+>|\{\w*\}")
MOST_ALIKE = 2  # words of a sentence that may be the same in two languages
NO_PAGES = (
    "/api",
    "/healthz",
    "/readyz",
    "/metrics",
    "/live",
    "/palette",
    "/figures.csv",
    "/status",
    "/sign-in",
    "/forgotten",
    "/next",
)
DATA_ALIKE = {"English"}  # as those who read it call it
DATA = re.compile(f"{NAMES}|{FACTS}")


@pytest.mark.parametrize("language", [each for each in speech.LANGUAGES if each != "en"])
def test_every_sentence_is_translated_and_no_translation_is_left_over(language: str) -> None:
    words = json.loads((WEB / "words" / f"{language}.json").read_text())
    said = sentences.everything()
    assert sorted(said - set(words)) == [], f"say these in web/words/{language}.json"
    assert sorted(set(words) - said) == [], "nobody says these any more"
    for english, other in words.items():
        assert sorted(VALUES.findall(english)) == sorted(VALUES.findall(other)), other
        assert other.strip()
        assert english.endswith(".") == other.endswith("."), other
        assert english != other or len(english.split()) <= MOST_ALIKE or "IN TXT" in english, other


class _Echo(dict[str, str]):
    """A language in which every sentence says that it was translated."""

    def get(self, key: str, default: object = None) -> str:
        return f"⟦{key}⟧"


@pytest.fixture
def echo(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (speech, templating):
        monkeypatch.setattr(module, "catalogue", lambda _: _Echo())
    monkeypatch.setattr(templating.Speaking, "language", "echo")  # compiled templates are told apart by it


@pytest.fixture
def link(world: World) -> str:
    """Of a request with a quote, an automatic answer and a file."""
    parts = (
        "--x\r\n\r\nIt fails.\r\n\r\nOn Monday, Ana wrote:\r\n> invoice\r\n> invoice\r\n"
        "--x\r\nContent-Disposition: attachment; filename=plans.txt\r\n\r\nplans\r\n--x--"
    )
    headers = (("MIME-Version", "1.0"), ("Content-Type", 'multipart/mixed; boundary="x"'))
    kept = world.receive(mail(subject="invoice", headers=headers, body=parts))
    with world.database.desk(1) as session:
        ticket = by_id(session, kept.ticket_id or 0)
        assert ticket is not None
        ticket.language = None
        return conversation_link(session, ticket, clock.now(), "")


def _english(page: str) -> Iterator[str]:
    """What a reader sees, or is read to, that is neither translated nor their own or a name."""
    tree = lxml.html.document_fromstring(page)
    foreign = [
        each for each in tree.iter() if each.tag in ("style", "script") or "words" in each.get("class", "").split()
    ]
    for element in foreign:
        element.clear()
    named = (element.get(name, "") for element in tree.iter() for name in ("aria-label", "placeholder", "title", "alt"))
    whole = "\n".join(" ".join(each.split()) for each in [*map(str, tree.itertext()), *named])
    return iter(re.findall(r"[A-Za-z]{2,}", DATA.sub("", re.sub(r"⟦[^⟧]*⟧", "", whole))))


@pytest.mark.usefixtures("echo")
def test_whatever_a_customer_reads_is_translated(site: Site, world: World, link: str) -> None:
    browser = Browser(site.client)
    number = world.ticket(1).number
    pages = [
        browser.get("/status"), browser.post("/status", 200, number=number, email=ANA).text,
        browser.post("/status", 422, number="", email="x").text, browser.post("/status/links", 200, email=ANA).text,
        browser.post("/status", 200, number="TKT-0", email=ANA).text, browser.get(link),
        browser.write(f"{link}/answers", "", 422).text, browser.get(f"{link}?done=sent"),
        browser.get(f"{link}/rating"),
        browser.get("/s/nothing", 410), browser.get("/status/nowhere", 404),
        *(browser.get(f"/stop/{world.shop.marks.stop(1, *one)}")
          for one in (("digest", "a", 1), ("survey", "t", 1), ("reminder", "a", 1))),
        browser.get(f"/stop/{world.shop.marks.stop(1, 'survey', 't', 1)}?done=stopped"),
        browser.get("/sign-in"), browser.get("/forgotten-password"),
        browser.post("/sign-in", 422, email=MARA, password="wrong").text,
        browser.post("/forgotten-password", 200, email=MARA).text, browser.get("/sign-in/nothing", 410),
    ]  # fmt: skip
    for place, page in enumerate(pages):
        assert "⟦" in page, place
        left = [*_english(page.replace("⟦⟦", "⟦").replace("⟧⟧", "⟧"))]
        assert not left, (place, left)


def test_the_language_is_the_customers_else_the_browsers_else_the_offices(site: Site, world: World, link: str) -> None:
    def said(path: str, asked: str) -> tuple[str, str]:
        page = site.client.get(path, base_url=BASE, headers={"Accept-Language": asked}).text
        tree = lxml.html.document_fromstring(page)
        boxes = [box.get("placeholder", "") for box in tree.iter("textarea")]
        return tree.get("lang", ""), (boxes or [str(next(tree.iter("h1")).text)])[-1]

    assert said("/status", "de-AT,en;q=0.5") == ("de", "Ihre Anfrage nachschlagen")
    assert said("/status", "pt,ja") == ("en", "Look up your request")
    assert said(link, "es") == ("es", "Escribir una respuesta")
    with world.database.desk(1) as session:
        ticket = by_id(session, 1)
        assert ticket is not None
        ticket.language = "fr"
    assert said(link, "es") == ("fr", "Écrire une réponse")
    assert "aujourd’hui" in site.client.get(link, base_url=BASE).text


def test_no_page_of_the_desk_has_a_sentence_left_in_english(site: Site, world: World, browser: Browser) -> None:
    """Walk every page that has an address of its own, and a ticket's, as somebody who reads German."""
    words = speech.catalogue("de")
    english = {each for each, other in words.items() if each != other} - set(words.values()) - DATA_ALIKE
    world.receive(mail(subject="Lamp").replace(b" +0000", b" -0300"))
    number = world.ticket(1).number
    with world.owner.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE agents SET role = 'owner', language = 'de' WHERE email = '{MARA}'")
    rules = [rule for rule in site.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    plain = {rule.rule for rule in rules if not rule.arguments and not rule.rule.startswith(NO_PAGES)}
    more = (
        f"/t/{number}",
        f"/t/{number}/why",
        f"/t/{number}/print",
        "/admin/letters/received",
        "/?view=all&q=status:ope",
    )
    left: dict[str, set[str]] = {}
    for path in sorted(plain | set(more)):
        page = lxml.html.document_fromstring(browser.get(path))
        assert page.get("lang") == "de", path
        for code in page.iter("code"):  # a variable's name
            code.text = ""
        said = [" ".join(str(each).split()) for each in page.itertext()]
        named = [each.get(name, "") for each in page.iter() for name in ("aria-label", "placeholder", "title", "alt")]
        left[path] = english & {*said, *named}
    assert not {path: found for path, found in left.items() if found}
    assert "nach der Uhr der letzten Mail (UTC-03:00)" in browser.get(f"/t/{number}")
