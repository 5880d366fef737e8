"""Messages by the API: the thread, answers that leave by mail, notes that never do, and files that only download."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import text

from tests.support.mails import mail
from tests.support.world import World
from tests.web.conftest import Site

ANA = "ana@lusitel.example"


def _multipart(file_headers: str, content: str = "<script>alert(1)</script>") -> bytes:
    return mail(
        headers=(("MIME-Version", "1.0"), ("Content-Type", 'multipart/mixed; boundary="x"')),
        body=f"--x\r\n\r\nSee the file.\r\n--x\r\n{file_headers}\r\n\r\n{content}\r\n--x--",
    )


def _number(world: World, raw: bytes) -> str:
    return world.ticket(world.receive(raw).ticket_id).number


def test_a_thread_is_told_in_order_with_its_deliveries(site: Site, world: World) -> None:
    number = _number(world, mail(body="New words.\r\n\r\nOn Friday, Ben wrote:\r\n> old words"))
    answer = site.send("POST", f"/tickets/{number}/messages", {"body": "Try again."}, status=201)
    assert (answer["direction"], answer["kind"], answer["delivery"]) == ("out", "answered", [])
    world.work()
    items = site.get(f"/tickets/{number}/messages")["items"]
    assert [item["direction"] for item in items] == ["in", "system", "out"]
    first, acknowledged, answered = items
    assert (first["reply"], first["from"]["address"], first["kind"]) == ("New words.", ANA, "person")
    assert "old words" in first["text"]
    assert acknowledged["delivery"][0]["state"] == "sent"
    assert acknowledged["from"]["address"] == "help@nordlicht.example"
    assert answered["from"] == {"address": "help@nordlicht.example", "name": "The agent"}
    assert answered["delivery"] == [
        {
            **answered["delivery"][0],
            "to": ANA,
            "state": "sent",
            "tries": 1,
            "next_try": None,
            "answer": "250 2.0.0 Taken",
        }
    ]
    assert all(isinstance(item[name], str) for item in items for name in ("text", "reply"))


def test_an_answer_leaves_by_mail_and_sets_the_ticket_to_waiting(site: Site, world: World) -> None:
    number = _number(world, mail())
    site.send("POST", f"/tickets/{number}/messages", {"body": "Try again.", "cc": ["Bob@Lusitel.example"]}, status=201)
    assert site.get(f"/tickets/{number}")["status"] == "pending"
    world.work()
    assert "Try again." in world.relay.to(ANA)[-1].text
    (copied,) = world.relay.to("bob@lusitel.example")
    assert "The agent" in str(copied.mail["From"])
    event = site.get(f"/tickets/{number}/events")["items"][-1]
    assert event["kind"] == "answered"
    assert event["actor"] == {"kind": "token", "name": "The agent"}


def test_an_answer_may_say_the_status(site: Site, world: World) -> None:
    number = site.open()["number"]
    site.send("POST", f"/tickets/{number}/messages", {"body": "Done.", "status": "resolved"}, status=201)
    ticket = site.get(f"/tickets/{number}")
    assert ticket["status"] == "resolved"
    assert ticket["resolved_at"] == ticket["first_response_at"] == ticket["updated_at"]
    refused = site.send("POST", f"/tickets/{number}/messages", {"body": "No.", "status": "pending"}, status=409)
    assert "cannot become pending" in refused["message"]
    assert len(site.get(f"/tickets/{number}/messages")["items"]) == 2


def test_a_note_never_leaves(site: Site, world: World) -> None:
    number = site.open()["number"]
    body = {"body": "Between us: he is right.", "internal": True, "status": "open"}
    note = site.send("POST", f"/tickets/{number}/messages", body, status=201)
    assert (note["direction"], note["to"], note["message_id"]) == ("note", [], None)
    assert note["from"] == {"address": None, "name": "The agent"}
    world.work()
    assert world.relay.taken == []
    assert site.get(f"/tickets/{number}")["status"] == "open"
    refused = site.send("POST", f"/tickets/{number}/messages", {**body, "cc": [ANA]}, status=422)
    assert set(refused["fields"]) == {"cc"}


def test_a_wrong_message_is_refused_by_name(site: Site) -> None:
    number = site.open()["number"]
    for wrong, field in (
        ({"body": ""}, "body"),
        ({"body": "  \n"}, "body"),
        ({"body": 1}, "body"),
        ({"internal": "yes"}, "internal"),
        ({"internal": 0}, "internal"),
        ({"cc": ["nobody"]}, "cc.0"),
        ({"cc": ["a@b.example\r\nBcc: x@y.example"]}, "cc.0"),
        ({"cc": ANA}, "cc"),
        ({"status": "gone"}, "status"),
        ({"agent_id": 1}, "agent_id"),
        ({"from": ANA}, "from"),
    ):
        answer = site.send("POST", f"/tickets/{number}/messages", {"body": "x", **wrong}, status=422)
        assert set(answer["fields"]) == {field}, answer
    assert len(site.get(f"/tickets/{number}/messages")["items"]) == 1


def test_a_thread_and_a_history_are_walked_page_by_page(site: Site) -> None:
    number = site.open()["number"]
    for words in "abcd":
        site.send("POST", f"/tickets/{number}/messages", {"body": words, "internal": True}, status=201)
    for what in ("messages", "events"):
        whole = [item["id"] for item in site.get(f"/tickets/{number}/{what}")["items"]]
        assert len(whole) == 5
        seen: list[Any] = []
        cursor = ""
        while cursor is not None:
            page = site.get(f"/tickets/{number}/{what}", limit=2, cursor=cursor)
            seen, cursor = seen + [item["id"] for item in page["items"]], page["next"]
        assert seen == whole


def test_a_file_only_downloads(site: Site, world: World) -> None:
    number = _number(
        world, _multipart('Content-Type: text/html; name="pa\'ge.html"\r\nContent-Disposition: attachment')
    )
    (file,) = site.get(f"/tickets/{number}/messages")["items"][0]["files"]
    answer = site.ask("GET", file["url"])
    assert answer.data.strip() == b"<script>alert(1)</script>"
    assert file["size"] == len(answer.data)
    assert file["sha256"] == hashlib.sha256(answer.data).hexdigest()
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox;")
    assert "no-store" in answer.headers["Cache-Control"]
    assert site.ask("GET", file["url"], "stranger").status_code == 404
    assert site.ask("GET", "/api/v1/files/999999").status_code == 404
    assert site.ask("GET", "/api/v1/files/99999999999999999999").status_code == 404


def test_a_files_name_and_type_cannot_write_headers(site: Site, world: World) -> None:
    number = _number(world, _multipart('Content-Type: image/png; name="x.png"\r\nContent-Disposition: attachment'))
    (file,) = site.get(f"/tickets/{number}/messages")["items"][0]["files"]
    with world.owner.engine.begin() as connection:  # whatever reading a mail may once have let through
        connection.execute(
            text("UPDATE files SET name = :name, type = :type"),
            {"name": 'a"\r\nX-Evil: 1\u202egpj.exe', "type": "text/html\r\nX-Evil: 1"},
        )
    answer = site.ask("GET", file["url"])
    assert answer.status_code == 200
    assert "X-Evil" not in answer.headers
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "%E2%80%AE" not in answer.headers["Content-Disposition"]
