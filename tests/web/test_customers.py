"""What is known of customers and companies, by page and API; rules, promises and routing go by it."""

from __future__ import annotations

from datetime import timedelta

from tests.support.browsing import Browser
from tests.support.mails import mail
from tests.support.promises import require_rebuilt
from tests.support.ruled import asks, rule, runs
from tests.support.world import World
from tests.web.conftest import Site


def test_promises_and_rules_go_by_what_is_known(browser: Browser, site: Site, world: World) -> None:
    rule(
        world, "Gold", "created", ("tag", "gold"),
        where=[asks("customer.seats", "above", "9"), asks("company.plan", "is", "Gold"), asks("region", "is", "north")],
    )  # fmt: skip
    quick = {
        "name": "Gold", "targets": {"normal": {"first_response": 30}},
        "conditions": {"properties": {"company.plan": ["gold", "platinum"]}},
    }  # fmt: skip
    made = site.send("POST", "/policies", quick, "admin", 201)
    assert made["conditions"]["properties"] == {"company.plan": ["gold", "platinum"]}
    site.send("POST", "/policies", {**quick, "name": "Usual", "conditions": {}}, "admin", 201)
    site.send("POST", "/policies", {**quick, "conditions": {"properties": {"plan": ["gold"]}}}, "admin", 422)
    early = world.receive(mail())
    body = {"name": "Lusitel", "domains": ["lusitel.example"], "properties": {"Plan": "Gold"}}
    company = site.send("POST", "/companies", body, "admin", 201)
    assert company["properties"] == {"plan": "Gold"}
    site.send("POST", "/companies", {**body, "name": "Another"}, "admin", 422)
    world.work()
    assert world.ticket(early.ticket_id).policy_id == made["id"], "timed anew when a company became gold"
    ana = site.get("/customers", email="ana@lusitel.example")
    assert (ana["company"], ana["properties"]) == ("Lusitel", {})
    site.send("PATCH", f"/customers/{ana['id']}", {"region": "North", "properties": {"seats": "12"}})
    late = world.receive(mail(message_id="late@lusitel.example"))
    (run,) = runs(world, late.ticket_id)
    assert run.saw == {"customer.seats": "12", "company.plan": "Gold", "region": "North"}
    ticket = world.ticket(late.ticket_id)
    assert ticket.first_response_due == ticket.created_at + timedelta(minutes=30)
    page = browser.get(f"/t/{ticket.number}")
    for words in ("Lusitel", "plan", "Gold", "seats", "North", f'href="/customers/{ana["id"]}"'):
        assert words in page
    other = site.send("POST", "/companies", {"name": "Fjord"}, "admin", 201)
    site.send("PATCH", f"/customers/{ana['id']}", {"company": "Fjord"})
    world.work()
    assert world.ticket(late.ticket_id).policy_id != made["id"], "timed anew when its customer is of another company"
    site.send("DELETE", f"/companies/{other['id']}", None, "admin", 409)
    _require_fields_asked(site, world)
    require_rebuilt(world)


def _require_fields_asked(site: Site, world: World) -> None:
    """Fields of one's own stand beside properties."""
    site.send("POST", "/fields", {"name": "Weight", "kind": "number"}, "admin", 201)
    rule(world, "Heavy", "created", ("tag", "heavy"), where=[asks("field.weight", "above", "2.5")])
    slow = {"name": "Heavy", "targets": {"normal": {"resolution": 60}}, "place": 1}
    made = site.send("POST", "/policies", {**slow, "conditions": {"properties": {"field.weight": ["3"]}}}, "admin", 201)
    heavy, light = site.open("Heavy", fields={"weight": 3}), site.open("Light", fields={"weight": 2})
    world.work()
    assert [site.get(f"/tickets/{one['number']}")["tags"] for one in (heavy, light)] == [["heavy"], []]
    assert world.count(f"SELECT count(*) FROM tickets WHERE policy_id = {made['id']}") == 1


def test_a_customer_is_described_on_a_page(browser: Browser, site: Site, world: World) -> None:
    world.receive(mail())
    ana = site.get("/customers", email="ana@lusitel.example")
    url = f"/customers/{ana['id']}"
    assert "ana@lusitel.example" in browser.get(url)
    said = {"name": "Ana Ferreira", "phone": "+351 555 0100", "language": "pt", "region": "South", "company": ""}
    assert "is no property" in browser.post(url, 422, **said, properties="plan").text
    browser.post(url, 422, **{**said, "language": "Portuguese"}, properties="")
    browser.post(url, **said, properties="Plan: gold\nseats: 3")
    assert "plan: gold\nseats: 3" in browser.get(url)
    shown = site.send("PATCH", url, {"properties": {"seats": ""}, "language": None})
    assert (shown["properties"], shown["language"], shown["phone"]) == ({"plan": "gold"}, None, "+351 555 0100")
    assert shown["region"] == "South"
    site.send("PATCH", url, {"properties": {"no key": "x"}}, status=422)
    site.send("PATCH", url, {"company": "Nobody's"}, status=422)
    site.send("POST", "/customers", {"email": "ana@lusitel.example"}, status=409)
    new = {"email": "ben@fjord.example", "name": "Ben", "properties": {"plan": "silver"}}
    assert site.send("POST", "/customers", new, status=201)["emails"] == ["ben@fjord.example"]
    site.ask("GET", "/api/v1/customers/999999")
    admin = {"name": "Lusitel", "domains": "lusitel.example\n@lusitel2.example", "properties": "plan: gold"}
    for path, status, fields in (
        ("", 422, {**admin, "domains": "no domain"}), ("", 422, {**admin, "name": ""}), ("", 303, admin),
    ):  # fmt: skip
        assert site.ask("POST", f"/admin/companies{path}", "admin", data=fields).status_code == status
    (company,) = site.get("/companies", limit=1)["items"]
    own = f"/admin/companies/{company['id']}"
    assert "lusitel2.example" in site.ask("GET", own, "admin").text
    assert "plan: gold" in site.ask("GET", "/admin/companies", "admin").text
    renamed = site.send(
        "PATCH", f"/companies/{company['id']}", {"name": "Lusitel SA", "domains": ["b.example"]}, "admin"
    )
    assert (renamed["domains"], renamed["properties"]) == (["b.example"], {"plan": "gold"})
    assert "changed company Lusitel SA" in site.ask("GET", "/admin/audit", "admin").text
    assert site.ask("POST", f"{own}/removal", "admin").status_code == 303
    assert site.get("/companies")["items"] == []
