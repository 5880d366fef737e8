"""Rules in the API and on their pages, which need no scripts; what trying one on the past says."""

from datetime import timedelta
from typing import Any

from mailgate import clock
from mailgate.office.rules import export_rules
from mailgate.store.tickets import by_id
from mailgate.tickets.change import change
from mailgate.tickets.history import MAILGATE
from tests.support.mails import mail
from tests.support.world import World
from tests.web.conftest import Site

REFUNDS = {
    "name": "Refunds",
    "when": "created",
    "if": {"all": [{"field": "words", "op": "contains", "value": "refund"}]},
    "then": [{"do": "tag", "value": "refund"}],
}


def test_programs_set_up_rules_and_read_what_they_did(site: Site, world: World) -> None:
    made = site.send("POST", "/rules", REFUNDS, "admin", 201)
    assert (
        made["sentence"] == "When a ticket is created, and the subject or text contains “refund”: add the tag “refund”."
    )
    assert (made["active"], made["version"], made["if"]) == (False, 1, REFUNDS["if"])
    site.send("POST", "/rules", REFUNDS, "admin", 422)
    site.send("POST", "/rules", REFUNDS, "agent", 403)
    wrong = {**REFUNDS, "if": {"all": [{"field": "wards", "op": "is", "value": "x"}]}}
    assert "there is no field wards" in str(site.send("POST", "/rules", wrong, "admin", 422))
    on = site.send("PUT", f"/rules/{made['id']}", {**REFUNDS, "active": True}, "admin")
    assert (on["active"], on["version"]) == (True, 2)
    ticket = world.ticket(world.receive(mail(subject="Refund, please")).ticket_id)
    (run,) = site.get(f"/rules/{made['id']}/runs", "admin")["items"]
    assert (run["ticket"], run["version"], run["did"]) == (ticket.number, 2, ["Add the tag “refund”."])
    assert run["saw"]["words"].startswith("Refund, please")
    with world.database.desk(1) as session:
        assert [each["name"] for each in export_rules(session)][2:] == ["Refunds"]
    why = site.ask("GET", f"/t/{ticket.number}/why", "admin").text
    assert "The rule “Refunds” acted" in why
    site.send("DELETE", f"/rules/{made['id']}", None, "admin")
    assert [each["then"][0]["do"] for each in site.get("/rules", "admin")["items"]] == [
        "digest",
        "notify",
    ]  # as they ship
    assert "refund" in site.get(f"/tickets/{ticket.number}")["tags"]


def _try(site: Site, rule: dict[str, Any], days: int = 7) -> list[tuple[str, list[str]]]:
    tried = site.send("POST", "/rules/trial", {"rule": rule, "days": days}, "admin")
    return [(hit["ticket"], hit["would"]) for hit in tried["hits"]]


def test_a_rule_is_tried_on_tickets_as_they_were(site: Site, world: World) -> None:
    begun = clock.now()
    ticket = world.ticket(world.receive(mail(subject="Refund, please")).ticket_id)
    rules = world.count("SELECT count(*) FROM rules")
    clock.follow(lambda: begun + timedelta(days=4))
    try:
        with world.database.desk(1) as session:
            again = by_id(session, ticket.id, lock=True)
            assert again is not None
            change(session, again, MAILGATE, clock.now(), status="resolved", priority="low", tags=["refund"])
        world.receive(mail(subject="Something else", message_id="else@lusitel.example"))
        before = world.count("SELECT count(*) FROM events")
        new = {"field": "status", "op": "is", "value": "new"}
        low = {"field": "priority", "op": "is", "value": "low"}
        refunds = {**REFUNDS, "if": {"all": [*REFUNDS["if"]["all"], new]}}  # type: ignore[index]
        assert _try(site, refunds) == [(ticket.number, ["add the tag “refund”"])]
        assert _try(site, {**refunds, "if": {"all": [low]}}) == []
        assert _try(site, refunds, days=3) == []
        assert _try(site, {**refunds, "when": "priority", "if": {"all": [low]}}) == [(ticket.number, [])]
        wait = {"since": "created", "minutes": 3 * 24 * 60}
        waits = {**refunds, "when": "time", "wait": wait, "if": {"all": [new]}}
        assert _try(site, waits) == [(ticket.number, ["add the tag “refund”"])]
        assert _try(site, {**waits, "wait": {**wait, "minutes": 5 * 24 * 60}}) == []
        done = {"since": "resolved", "minutes": 1}  # one ticket never was, the other is since just now
        assert _try(site, {**waits, "wait": done, "if": {"all": [low]}}) == []
        clock.follow(lambda: begun + timedelta(days=4, minutes=2))
        assert _try(site, {**waits, "wait": done, "if": {"all": [low]}}) == [(ticket.number, [])]
        daily = {**refunds, "when": "schedule", "schedule": {"days": [0], "at": "08:00"}, "if": {"all": [low]}}
        assert _try(site, daily) == [(ticket.number, [])]
        assert world.count("SELECT count(*) FROM events") == before
        assert world.count("SELECT count(*) FROM rules") == rules
    finally:
        clock.follow(None)


def _page(site: Site, path: str, status: int = 200, **fields: Any) -> str:
    answer = site.ask("POST" if fields else "GET", f"/admin/rules{path}", "admin", data=fields or None)
    assert answer.status_code == status, answer.text
    return answer.text


FORM: dict[str, Any] = {
    "name": "Slow", "when": "time", "group_number": ["0", "1"], "group_parent": ["", "0"],
    "group_match": ["all", "any"],
    "test_group": ["0", "1", "1"], "test_field": ["header.", "tags", "status"], "test_own": ["X-Spam", "", ""],
    "test_op": ["is", "is", "is"], "test_value": ["yes", "vip", "open"], "minutes": "72 h", "since": "created",
    "do": ["note", "tag"], "do_value": ["", "slow"], "do_text": ["It takes long.", ""],
}  # fmt: skip


def test_the_editor_needs_no_scripts(site: Site, world: World) -> None:
    for each in site.get("/rules", "admin")["items"]:
        site.send("DELETE", f"/rules/{each['id']}", None, "admin")
    assert "Nothing is done by itself yet" in _page(site, "")
    assert "Remove condition 3" in _page(site, "/new", deed="refresh", **FORM)
    assert "Remove condition 4" in _page(site, "/new", deed="test:1", **FORM)
    assert "Remove condition 5" in _page(site, "/new", deed="group:1", **FORM)
    assert "Remove condition 3" not in _page(site, "/new", deed="untest:0", **FORM)
    assert "Remove the group" not in _page(site, "/new", deed="ungroup:1", **FORM)
    assert "Remove action 3" in _page(site, "/new", deed="act", **FORM)
    assert "Remove action 2" not in _page(site, "/new", deed="unact:0", **FORM)
    called = FORM | {"do": ["webhook"], "do_value": ["https://hook.example/"], "do_text": [""]}
    assert "whsec_" in _page(site, "/new", deed="refresh", **called)
    assert "Time of day" in _page(site, "/new", deed="refresh", **(FORM | {"when": "schedule"}))
    assert "Say how “its tags” is to be asked" in _page(site, "/new", 422, deed="save", **FORM)
    form = FORM | {"test_op": ["is", "has", "is"]}
    refused = _page(site, "/new", 422, deed="save", **(form | {"do": ["note"]}))
    assert "plain-why" in refused
    assert "is no length of time" in _page(site, "/new", 422, deed="save", **(form | {"minutes": "long"}))
    assert "0 of 0 tickets" in _page(site, "/new", deed="try", **form)
    _page(site, "/new", 303, deed="save", **form)
    (rule,) = site.get("/rules", "admin")["items"]
    assert rule["if"] == {"all": [
        {"field": "header.X-Spam", "op": "is", "value": "yes"},
        {"any": [{"field": "tags", "op": "has", "value": "vip"}, {"field": "status", "op": "is", "value": "open"}]},
    ]}  # fmt: skip
    own = f"/{rule['id']}"
    assert 'value="72 h"' in _page(site, own)
    _page(site, own, 303, deed="on", **(form | {"name": "Slower"}))
    _page(site, "/shipped/auto-close", 303, x="")
    for deed in ("up", "down", "off"):
        _page(site, f"{own}/deeds", 303, deed=deed)
    assert [each["name"] for each in site.get("/rules", "admin")["items"]] == ["Close what is solved", "Slower"]
    _page(site, f"{own}/version", 303, version="1")
    assert "Version 4" in _page(site, f"{own}/log")
    _page(site, f"{own}/deeds", 303, deed="remove")
    _page(site, own, 404)
