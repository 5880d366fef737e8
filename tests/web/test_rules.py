"""Rules in the API and on their pages."""

from mailgate.office.rules import export_rules
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
        assert [each["name"] for each in export_rules(session)] == ["Refunds"]
    site.send("DELETE", f"/rules/{made['id']}", None, "admin")
    assert site.get("/rules", "admin")["items"] == []
    assert "refund" in site.get(f"/tickets/{ticket.number}")["tags"]
