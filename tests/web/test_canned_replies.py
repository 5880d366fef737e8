"""Canned replies: written by admins, found, filled and put into answers, with and without scripts."""

from __future__ import annotations

import pytest

from mailgate.compose import canned
from mailgate.errors import BadInput
from tests.support.browsing import Browser
from tests.support.mails import mail
from tests.support.world import World
from tests.web.conftest import Site

THANKS = {
    "name": "Thanks", "body": "Hello {{ first_name }},\n\nthank you. {{ number }}\n", "shortcut": ";thanks",
    "category": "Courtesy", "language": "en",
}  # fmt: skip


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{{ custmer }}", "Did you mean customer"),
        ("{{ zzz }}", "There are customer"),
        ("{{ number.x }}", "only {{ names }}"),
        ("{{ number|upper }}", "only {{ names }}"),
        ("{% for x in number %}{% endfor %}", "only {{ names }}"),
        ("{{ 'a' * 10**9 }}", "only {{ names }}"),
        ("\n{{ number", "Line 2"),
        ("{{ ''.__class__ }}", "only {{ names }}"),
        ("{% include 'x' %}", "only {{ names }}"),
    ],
)
def test_a_reply_holds_words_and_names_alone(template: str, words: str) -> None:
    with pytest.raises(BadInput, match=words.replace("{", r"\{")):
        canned.check(template)


def test_what_is_filled_in_is_never_a_template_itself() -> None:
    assert canned.fill("<{{ customer }}> {{ agent }}", {"customer": "{{ number }}"}) == "<{{ number }}> "


def test_replies_are_written_found_used_and_removed(site: Site, browser: Browser, world: World) -> None:
    made = site.send("POST", "/replies", THANKS, "admin", 201)
    assert (made["shortcut"], made["uses"], made["language"]) == ("thanks", 0, "en")
    for wrong in ({}, {"name": "Other"}, {"name": "X", "shortcut": "a b"}, {"name": ""}):
        site.send("POST", "/replies", {**THANKS, **wrong}, "admin", 422)
    site.send("POST", "/replies", {"name": "Danke", "body": "Danke 100 %", "language": "de"}, "admin", 201)
    site.send("POST", "/replies", THANKS, "agent", 403)
    assert [each["name"] for each in site.get("/replies")["items"]] == ["Danke", "Thanks"]
    assert [each["name"] for each in site.get("/replies", q="COURT thank")["items"]] == ["Thanks"]
    assert [each["name"] for each in site.get("/replies", language="de")["items"]] == ["Danke"]
    assert site.get("/replies", q="%x")["items"] == []
    assert [each["name"] for each in site.get("/replies", q="100 %")["items"]] == ["Danke"]
    number = world.ticket(world.receive(mail()).ticket_id).number
    filled = f"Hello Ana,\n\nthank you. {number}"
    assert site.send("POST", f"/tickets/{number}/replies/{made['id']}", None)["text"] == filled
    url = f"/t/{number}"
    page = browser.get(url)
    assert '<option value="Thanks">;thanks · Courtesy · en</option>' in page
    page = browser.write(f"{url}/answers/canned", "Hi ;thanks there ;nothing", 200, reply="Danke").text
    assert f"Hi {filled} there ;nothing\n\nDanke 100 %</textarea>" in page
    assert "no canned reply “x”" in browser.write(f"{url}/answers/canned", "Kept.", 422, reply="x").text
    assert browser.post(f"{url}/replies", 200, reply=";thanks").text == filled
    changed = site.send("PATCH", f"/replies/{made['id']}", {"shortcut": "", "body": "New {{ desk }}"}, "admin")
    assert (changed["shortcut"], changed["uses"], changed["name"]) == (None, 3, "Thanks")
    site.send("PATCH", f"/replies/{made['id']}", {"body": "{{ dsk }}"}, "admin", 422)
    site.send("DELETE", f"/replies/{made['id']}", None, "admin")
    site.send("DELETE", f"/replies/{made['id']}", None, "admin", 404)


def test_replies_have_their_pages(site: Site, world: World) -> None:
    def ask(method: str, path: str, **data: str) -> str:
        answer = site.ask(method, f"/admin/replies{path}", "admin", data=data or None)
        assert answer.status_code in (200, 303, 422)
        return answer.text if answer.status_code != 303 else answer.headers["Location"]

    assert "There is no canned reply yet" in ask("GET", "")
    assert "{{ first_name }}" in ask("GET", "/new")
    fields = {key: value for key, value in THANKS.items() if key != "body"}
    assert "Did you mean number" in (page := ask("POST", "", body="{{ nmber }} <b>", **fields))
    assert "{{ nmber }} &lt;b&gt;</textarea>" in page
    assert ask("POST", "", body="Hello.", **fields) == "/admin/replies"
    (reply,) = site.get("/replies")["items"]
    assert ";thanks" in ask("GET", "?q=hello")
    assert "No reply has these words" in ask("GET", "?q=zzz")
    assert "Hello.</textarea>" in ask("GET", f"/{reply['id']}")
    assert ask("POST", f"/{reply['id']}", body="Bye.", **fields) == "/admin/replies"
    assert ask("POST", f"/{reply['id']}/removal") == "/admin/replies"
    assert site.get("/replies")["items"] == []
