"""The letters of an office, by the API."""

from tests.support.world import DESK
from tests.web.conftest import Site

EN = {"language": "en"}


def test_a_letter_is_listed_written_switched_and_taken_back(site: Site) -> None:
    first = site.get("/letters", "admin", limit=3)
    assert first["next"]
    every = site.get("/letters", "admin")["items"]
    assert len(every) == 4 * 26
    assert [each["name"] for each in first["items"]] == [each["name"] for each in every[:3]]
    assert next(each for each in every if (each["name"], each["language"]) == ("received", "en"))["version"] is None
    words = {**EN, "mailbox": DESK, "subject": "Ours", "text": "It is {{ number }}."}
    written = site.send("PUT", "/letters/received", words, "admin")
    assert (written["version"], written["mailbox"], written["subject"]) == (1, DESK, "Ours")
    assert len(site.get("/letters", "admin")["items"]) == 4 * 26 + 1
    assert site.send("PUT", "/letters/received", {**words, "expected": 0}, "admin", 409)["error"] == "conflict"
    wrong = site.send("PUT", "/letters/received", {**words, "text": "{{ numbr }}"}, "admin", 422)
    assert 'Did you mean "number"?' in wrong["fields"]["text"]
    assert (
        site.send("POST", "/letters/received/switch", {**EN, "mailbox": DESK, "on": False}, "admin")["is_on"] is False
    )
    back = site.send("POST", "/letters/received/return", {**EN, "mailbox": DESK}, "admin")
    assert (back["version"], back["subject"]) == (None, "We have received your request")
    site.send("POST", "/letters/answered/switch", {**EN, "on": False}, "admin", 422)
    site.send("PUT", "/letters/nothing", words, "admin", 404)
    site.send("PUT", "/letters/received", {**words, "mailbox": "x@y.example"}, "admin", 404)
    site.send("PUT", "/letters/received", words, "agent", 403)
