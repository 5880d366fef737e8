"""Kept mail and the outbox by the API: what came of each, reading again, sending again."""

from __future__ import annotations

from typing import Any

from mailgate.store.outbox import list_copies
from tests.support.mails import mail
from tests.support.world import World
from tests.web.conftest import Site

ANA = "ana@lusitel.example"


def _quarantine(world: World, kept_id: int) -> None:
    with world.owner.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE kept_mail SET state = 'quarantined', outcome = 'quarantined', tries = 3,"
            f" last_error = 'ValueError: x', reasons = '[\"It could not be read.\"]' WHERE id = {kept_id}"
        )


def test_kept_mail_tells_what_became_of_it_and_why(site: Site, world: World) -> None:
    raw = mail()
    first, again = world.receive(raw), world.receive(raw)
    waiting = world.deliver(mail(subject="Not read yet"))
    items = site.get("/inbound")["items"]
    assert [item["id"] for item in items] == [waiting, again.id, first.id]
    assert [item["outcome"] for item in items] == [None, "duplicate", "opened"]
    assert [item["state"] for item in items] == ["waiting", "done", "done"]
    number = world.ticket(first.ticket_id).number
    assert items[2]["ticket"] == number
    assert items[2]["reasons"]
    assert (items[2]["sender"], items[2]["recipient"], items[2]["size"]) == (ANA, "help@nordlicht.example", len(raw))
    assert [item["id"] for item in site.get("/inbound", state="waiting")["items"]] == [waiting]
    assert [item["id"] for item in site.get("/inbound", state="waiting,done", limit=2)["items"]] == [waiting, again.id]
    assert site.get(f"/inbound/{first.id}") == {**items[2], "explanation": []}
    reply = world.receive(mail(subject=f"Re: [#{number}] Cannot sign in"))
    explained = site.get(f"/inbound/{reply.id}")
    assert (explained["outcome"], explained["ticket"]) == ("appended", number)
    assert set(explained["explanation"][0]) == {"signal", "value", "result"}


def test_kept_mail_is_walked_page_by_page(site: Site, world: World) -> None:
    ids = [world.deliver(mail()) for _ in range(5)]
    seen: list[Any] = []
    cursor = ""
    while cursor is not None:
        page = site.get("/inbound", limit=2, cursor=cursor)
        seen, cursor = seen + [item["id"] for item in page["items"]], page["next"]
    assert seen == ids[::-1]


def test_raw_mail_is_what_came_in_byte_for_byte(site: Site, world: World) -> None:
    raw = mail(body="caf\u00e9").replace("é".encode(), b"\xe9")
    kept = world.receive(raw)
    answer = site.ask("GET", f"/api/v1/inbound/{kept.id}/raw")
    assert answer.data == raw
    assert answer.headers["Content-Type"] == "message/rfc822"
    assert answer.headers["Content-Disposition"] == f"attachment; filename={kept.id}.eml"
    with world.owner.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE kept_mail SET raw = NULL WHERE id = {kept.id}")
    world.shop.blobs.put(1, raw)
    assert site.ask("GET", f"/api/v1/inbound/{kept.id}/raw").data == raw


def test_held_mail_has_one_cause_and_is_found_by_it(site: Site, world: World) -> None:
    circling = world.receive(b"Received: from a by b\r\n" * 51 + mail())
    bomb = world.receive(mail(headers=(("To", ", ".join(f"p{n}@x.example" for n in range(2000))),)))
    opened = world.receive(mail())
    assert (circling.cause, bomb.cause, opened.cause) == ("loop", "hostile", None)
    (item,) = site.get("/inbound", cause="loop")["items"]
    assert (item["id"], item["cause"]) == (circling.id, "loop")
    assert [each["id"] for each in site.get("/inbound", cause="loop,hostile")["items"]] == [bomb.id, circling.id]
    assert site.get("/inbound", cause="spam")["items"] == []
    again = site.send("POST", f"/inbound/{circling.id}/replay", None)
    assert again["cause"] is None


def test_quarantined_mail_is_read_again(site: Site, world: World) -> None:
    kept_id = world.deliver(mail())
    _quarantine(world, kept_id)
    shelved = site.get(f"/inbound/{kept_id}")
    assert (shelved["state"], shelved["error"], shelved["tries"]) == ("quarantined", "ValueError: x", 3)
    again = site.send("POST", f"/inbound/{kept_id}/replay", None)
    assert (again["state"], again["outcome"], again["tries"], again["reasons"]) == ("waiting", None, 0, [])
    assert site.get(f"/inbound/{kept_id}") == again
    world.work()
    assert site.get(f"/inbound/{kept_id}")["outcome"] == "opened"
    assert site.send("POST", f"/inbound/{kept_id}/replay", None, status=409)["error"] == "conflict"
    assert site.send("POST", "/inbound/999/replay", None, status=404)["error"] == "not_found"
    assert world.reconciles()


def test_the_outbox_tells_each_recipients_copy(site: Site, world: World) -> None:
    world.relay.answer = "450 4.2.1 Try later"
    number = world.ticket(world.receive(mail()).ticket_id).number
    (item,) = site.get("/outbound")["items"]
    assert (item["to"], item["ticket"], item["letter"], item["state"]) == (ANA, number, "received", "waiting")
    assert number in item["subject"]
    assert item["tries"] == 1
    assert item["next_try"] > item["created_at"]
    assert "4.2.1" in item["answer"]
    assert site.get("/outbound", state="sent,failed")["items"] == []
    assert site.get("/outbound", state="waiting")["items"] == [item]


def test_a_failed_letter_is_sent_again(site: Site, world: World) -> None:
    world.relay.answer = "550 5.1.1 No such user"
    world.receive(mail())
    (item,) = site.get("/outbound", state="failed")["items"]
    world.relay.answer = "250 2.0.0 Taken"
    again = site.send("POST", f"/outbound/{item['id']}/retry", None)
    assert (again["state"], again["tries"]) == ("waiting", 0)
    world.work()
    (sent,) = site.get("/outbound")["items"]
    assert (sent["state"], sent["next_try"]) == ("sent", None)
    assert len(world.relay.to(ANA)) == 1
    assert site.send("POST", f"/outbound/{item['id']}/retry", None, status=409)["error"] == "conflict"
    assert site.send("POST", "/outbound/999/retry", None, status=404)["error"] == "not_found"
    with world.database.desk(1) as session:
        assert len(list_copies(session, states=(), before=None, limit=10)) == 1


def test_the_set_up_is_listed_without_secrets(site: Site, world: World) -> None:
    with world.owner.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE agents SET password_hash = 'a secret'")
    (mara,) = site.get("/agents", "viewer")["items"]
    assert (mara["email"], mara["name"], mara["role"], mara["active"], mara["teams"]) == (
        "mara@nordlicht.example", "Mara Koch", "agent", True, [],
    )  # fmt: skip
    (box,) = site.get("/mailboxes", "viewer")["items"]
    assert box["address"] == "help@nordlicht.example"
    for path in ("/agents", "/teams", "/categories", "/mailboxes"):
        assert "secret" not in site.ask("GET", f"/api/v1{path}").text


def test_the_set_up_is_walked_page_by_page(site: Site, world: World) -> None:
    with world.owner.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO teams (org_id, name, created_at) SELECT 1, 'Team ' || n, now() FROM generate_series(1, 5) n"
        )
        connection.exec_driver_sql(
            "INSERT INTO categories (org_id, name, parent_id, created_at) VALUES (1, 'Top', NULL, now())"
        )
        connection.exec_driver_sql(
            "INSERT INTO categories (org_id, name, parent_id, created_at) SELECT 1, 'Below', id, now() FROM categories"
        )
        connection.exec_driver_sql(
            "INSERT INTO team_members (org_id, team_id, agent_id)"
            " SELECT 1, t.id, a.id FROM teams t, agents a WHERE a.org_id = 1 AND t.name IN ('Team 2', 'Team 4')"
        )
    seen: list[Any] = []
    cursor = ""
    while cursor is not None:
        page = site.get("/teams", limit=2, cursor=cursor)
        seen, cursor = seen + [item["name"] for item in page["items"]], page["next"]
    assert seen == [f"Team {number}" for number in range(1, 6)]
    assert [(item["name"], item["parent"]) for item in site.get("/categories")["items"]] == [
        ("Top", None),
        ("Below", "Top"),
    ]
    assert site.get("/agents")["items"][0]["teams"] == ["Team 2", "Team 4"]


def test_held_mail_is_put_on_a_ticket_or_discarded(site: Site, world: World) -> None:
    number = world.ticket(world.receive(mail()).ticket_id).number
    first, second, third = (world.receive(b"Received: from a by b\r\n" * 51 + mail(body=str(n))) for n in range(3))
    filed = site.send("POST", f"/inbound/{first.id}/file", {"ticket": number})
    assert (filed["state"], filed["cause"]) == ("waiting", None)
    site.send("POST", f"/inbound/{second.id}/file", {"ticket": None})
    world.work()
    assert site.get(f"/inbound/{first.id}")["ticket"] == number
    assert site.get(f"/inbound/{second.id}")["outcome"] == "opened"
    assert site.send("POST", f"/inbound/{third.id}/discard", None)["outcome"] == "discarded"
    site.send("POST", f"/inbound/{third.id}/discard", None, status=409)
    site.send("POST", f"/inbound/{third.id}/file", {"ticket": number}, status=409)
    site.send("POST", f"/inbound/{first.id}/file", {}, status=422)
    unknown = world.receive(b"Received: from a by b\r\n" * 51 + mail(body="4"))
    said = site.send("POST", f"/inbound/{unknown.id}/file", {"ticket": "NOPE-1"}, status=422)
    assert said["fields"] == {"ticket": "is not known"}
    site.send("POST", "/inbound/999999/discard", None, status=404)
