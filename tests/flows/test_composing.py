"""What goes with an agent's answer, end to end: formatted words, pictures, files, links, signatures, quotes."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from io import BytesIO

import pytest

from mailgate import clock
from mailgate.office.writing import set_manners, set_signature
from mailgate.store.agents import agent_by_email
from mailgate.store.office import mailbox_by_address
from mailgate.store.people import mark_failing
from tests.support.browsing import BASE, Browser
from tests.support.mails import mail
from tests.support.world import DESK, World
from tests.web.conftest import MARA, Site, browser, password, settings, site

__all__ = ["browser", "password", "settings", "site"]

ANA, BEN = "ana@lusitel.example", "ben@elsewhere.example"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture(autouse=True)
def _real_time() -> Iterator[None]:
    yield
    clock.follow(None)


def _last(world: World, to: str = ANA) -> EmailMessage:
    message = BytesParser(policy=default).parsebytes(world.relay.to(to)[-1].raw)
    assert isinstance(message, EmailMessage)
    return message


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def _set(world: World, *, signature: str = "", **manners: object) -> None:
    with world.database.desk(1) as session:
        mara, desk = agent_by_email(session, MARA), mailbox_by_address(session, DESK)
        assert mara is not None
        assert desk is not None
        set_signature(mara, signature)
        set_manners(desk, **manners)  # type: ignore[arg-type] # as the test names them


def test_an_answer_from_the_page_carries_everything_it_was_given(browser: Browser, world: World) -> None:
    _set(world, signature="Mara Koch\nTeam lead", quoting="last", largest_files=2000)
    index = base64.b64encode(b"\x01" + b"x" * 21).decode()
    kept = world.receive(mail(body="I cannot sign in.", headers=(("Thread-Index", index),)))
    url = f"/t/{world.ticket(kept.ticket_id).number}"
    browser.get(url)
    words = "Please **wait**, see ![the dialog](Dialog.png) and the rest."
    files = [
        (BytesIO(PNG), "dialog.png", "image/png"),
        (BytesIO(b"small"), "small.txt", "text/plain"),
        (BytesIO(b"x" * 3000), "../large.bin", "application/octet-stream"),
    ]
    page = browser.post(f"{url}/answers/preview", 200, body=words, once=browser.once, cc=BEN).text
    assert "<strong>wait</strong>" in page
    assert "ben@elsewhere.example (new here)" in page
    assert "Team lead" in page
    assert "Please **wait**" in page  # what was typed stands in its box again
    browser.post(f"{url}/answers", body=words, once=browser.once, files=files, status="pending")
    world.work()
    message = _last(world)
    assert base64.b64decode(message["Thread-Index"])[:22] == b"\x01" + b"x" * 21
    text, html = _part(message, "plain"), _part(message, "html")
    assert "<strong>wait</strong>" in html
    shown = next(part for part in message.walk() if part["Content-ID"])
    assert f'src="cid:{shown["Content-ID"][1:-1]}"' in html
    assert [part.get_filename() for part in message.walk() if part.get_filename()] == ["dialog.png", "small.txt"]
    assert "-- \nMara Koch\nTeam lead\n" in text
    assert "> I cannot sign in." in text
    link = re.search(r"large\.bin \(3 KB\): (https://desk\.example/f/[\w-]+)", text)
    assert link is not None
    path = link[1].removeprefix("https://desk.example")
    answer = browser.client.get(path, base_url=BASE)
    assert answer.data == b"x" * 3000
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert browser.client.get("/f/nonsense", base_url=BASE).status_code == 404
    page = browser.get(url)
    assert "large.bin" in page
    formatted = re.search(r'src="(/t/[^"]+/html)"', page)
    assert formatted is not None
    assert "pictures/" in browser.get(formatted[1])
    clock.follow(lambda: datetime.now(UTC) + timedelta(days=61))
    assert browser.client.get(path, base_url=BASE).status_code == 404


def test_who_is_new_gets_no_history_and_is_told_of_before(browser: Browser, world: World) -> None:
    _set(world, quoting="all")
    kept = world.receive(mail(body="The secret is 1234.", headers=(("Cc", f"Ben <{BEN}>, {DESK}"),)))
    url = f"/t/{world.ticket(kept.ticket_id).number}"
    page = browser.get(url)
    assert f'value="{BEN}"' in page
    assert f"<strong>{BEN}</strong> is new here, and from another house than the customer" in page
    browser.write(f"{url}/answers", "Hello both.", cc=BEN)
    world.work()
    assert "1234" not in _part(_last(world, BEN), "plain")
    assert "is new here" not in browser.get(url)
    browser.write(f"{url}/answers", "Hello again.", cc=BEN)
    world.work()
    assert "1234" not in _part(_last(world, BEN), "plain")
    browser.get(url)
    browser.write(f"{url}/answers", "To Ana alone.", cc="")
    world.work()
    assert "> The secret is 1234." in _part(_last(world), "plain")


def test_the_api_sends_files_and_says_whom_it_reaches(site: Site, world: World) -> None:
    kept = world.receive(mail(headers=(("Cc", BEN),)))
    number = world.ticket(kept.ticket_id).number
    assert site.get(f"/tickets/{number}/recipients") == {
        "to": ANA, "cc": [{"address": BEN, "is_new": True, "is_outside": True, "is_failing": False}],
    }  # fmt: skip
    world.receive(mail(sender=BEN), sender=BEN)
    with world.database.desk(1) as session:
        mark_failing(session, BEN, clock.now())
    assert site.get(f"/tickets/{number}/recipients")["cc"][0]["is_failing"]
    file = {"name": "a.txt", "type": "text/plain", "content": base64.b64encode(b"hello").decode()}
    said = site.send(
        "POST",
        f"/tickets/{number}/messages",
        {"body": "# Title\n\nsee", "files": [file], "reply_all": True},
        status=201,
    )
    assert (said["files"][0]["name"], said["files"][0]["size"]) == ("a.txt", 5)
    assert "<h1" in said["html"]
    plain = site.send("POST", f"/tickets/{number}/messages", {"body": "# x", "format": "text"}, status=201)
    assert plain["html"] is None
    wrong = site.send(
        "POST", f"/tickets/{number}/messages", {"body": "x", "files": [{**file, "content": "%"}]}, status=422
    )
    assert wrong["fields"] == {"files": "hold what is not base64"}
    world.work()
    assert "Title" in _part(_last(world, BEN), "html")


def test_signatures_and_manners_are_set_on_pages_and_by_the_api(browser: Browser, site: Site, world: World) -> None:
    browser.get("/me")
    browser.post("/me", signature="Mara\r\nDesk\r\n\r\n")
    assert "Mara\nDesk</textarea>" in browser.get("/me?done=saved")
    assert "20 lines" in browser.post("/me", 422, signature="x\n" * 30).text
    with world.database.desk(1) as session:
        assert getattr(mailbox_by_address(session, DESK), "quoting", None) == "off"
    (box,) = site.get("/mailboxes", "admin")["items"]
    changed = site.send("PATCH", f"/mailboxes/{box['id']}", {"quoting": "all", "signature": "N"}, "admin")
    assert (changed["quoting"], changed["signature"], changed["largest_files"]) == ("all", "N", None)
    site.send("PATCH", f"/mailboxes/{box['id']}", {"quoting": "x"}, "admin", 422)
    site.send("PATCH", "/mailboxes/99999", {"quoting": "all"}, "admin", 404)
    answer = site.ask(
        "POST", f"/admin/mailboxes/{box['id']}/manners", "admin",
        data={"signature": "House", "quoting": "last", "largest": "3"},
    )  # fmt: skip
    assert answer.status_code == 303
    (box,) = site.get("/mailboxes", "admin")["items"]
    assert (box["signature"], box["quoting"], box["largest_files"]) == ("House", "last", 3 * 2**20)
    assert "How it writes" in site.ask("GET", "/admin/mailboxes", "admin").text
