"""Fields of one's own and tags: set up by page and API, filled in, searched, and told in the history."""

from __future__ import annotations

import re

import pytest

from mailgate import clock
from mailgate.office.passwords import set_password
from mailgate.office.setup import add_agent
from mailgate.store.founding import found
from tests.support.browsing import Browser
from tests.support.mails import mail
from tests.support.world import World
from tests.web.conftest import PASSWORD, Site


@pytest.fixture
def admin(site: Site, world: World) -> Browser:
    """Ida, an admin, signed in."""
    with world.database.desk(1) as session:
        ida = add_agent(session, "ida@nordlicht.example", "admin", clock.now(), name="Ida Holm")
        set_password(session, ida, PASSWORD)
    made = Browser(site.client)
    made.sign_in(ida.email, PASSWORD)
    made.get("/me")
    return made


def test_fields_are_set_up_filled_in_and_searched(admin: Browser, site: Site, world: World) -> None:
    assert "There is no field yet" in admin.get("/admin/fields")
    admin.get("/admin/fields/new")
    for wrong, words in (
        ({"name": ""}, "needs a name"), ({"name": "订单"}, "short name in plain letters"),
        ({"name": "Device", "kind": "choice"}, "something to choose from"),
        ({"name": "X", "kind": "choice", "choices": "A\na"}, "capital letters alone"),
        ({"name": "X", "kind": "colour"}, "is one of"), ({"name": "X", "place": "up"}, "0 to"),
        ({"name": "X", "hint": "x" * 201}, "hint has"),
    ):  # fmt: skip
        assert words in admin.post("/admin/fields", 422, **wrong).text, wrong
    admin.post("/admin/fields", name="Order number", active="true", hint="On the invoice.")
    admin.post("/admin/fields", name="Device", kind="choice", choices="Lamp\nHeater", active="true", place="5")
    assert "already" in admin.post("/admin/fields", 422, name="order number").text
    made = site.send("POST", "/fields", {"name": "Weight", "kind": "number"}, "admin", 201)
    site.send("POST", "/fields", {"name": "Insured", "kind": "yes_no", "key": "Order Number"}, "admin", 422)
    for name, words in (("", "must not be empty"), ("x" * 300, "must have at most 200 characters")):
        assert site.send("POST", "/fields", {"name": name}, "admin", 422)["fields"] == {"name": words}
    insured = site.send("POST", "/fields", {"name": "Insured", "kind": "yes_no"}, "admin", 201)
    site.send("POST", "/fields", {"name": "Bought", "kind": "date"}, "admin", 201)
    assert [one["key"] for one in site.get("/fields")["items"]] == [
        "order_number", "device", "weight", "insured", "bought",
    ]  # fmt: skip

    number = world.ticket(world.receive(mail()).ticket_id).number
    other = site.open("Another", fields={"weight": 3, "device": "lamp"})
    assert other["fields"] == {"weight": 3, "device": "Lamp"}
    page = admin.get(f"/t/{number}")
    assert page.index("Weight") < page.index("Device")
    admin.post(f"/t/{number}/fields", key="order_number", value="A-17")
    refused = admin.post(f"/t/{number}/fields", 422, key="weight", value="heavy").text
    assert "Weight: a number such as 12 or 12.50." in refused
    assert 'value="heavy"' in refused
    admin.post(f"/t/{number}/fields", 422, key="nothing", value="x")
    site.send("PATCH", f"/tickets/{number}", {"fields": {"weight": "x"}}, status=422)
    changed = site.send(
        "PATCH", f"/tickets/{number}", {"fields": {"weight": 2.5, "insured": True, "device": "heater", "bought": ""}}
    )
    assert changed["fields"] == {"order_number": "A-17", "weight": 2.5, "insured": True, "device": "Heater"}
    site.send("PATCH", f"/tickets/{number}", {"fields": {"insured": None}})
    assert "A-17" in admin.get(f"/t/{number}/print")
    assert site.get(f"/tickets/{number}/events")["items"][-1]["data"] == {"fields": {"Insured": ["yes", None]}}
    assert "You set the Order number to A-17" in admin.get(f"/t/{number}")

    for asked, numbers in (
        ({"field.order_number": "a-17"}, [number]), ({"field.weight": "3.0"}, [other["number"]]),
        ({"field.device": "HEATER", "field.weight": "2.50"}, [number]), ({"field.order_number": "A"}, []),
    ):  # fmt: skip
        assert [one["number"] for one in site.get("/tickets", **asked)["items"]] == numbers, asked
    for query in ("field.nothing=1", "field.weight=heavy", "field=1"):
        assert site.ask("GET", f"/api/v1/tickets?{query}").status_code == 422, query
    for typed, count in (
        ('field.order_number:"A-17"', 1), ("field.device:lamp", 1), ("field.weight:3", 1), ("field.insured:yes", 0),
    ):  # fmt: skip
        found_rows = admin.get(f"/?q={typed.replace(':', '%3A')}")
        assert len(re.findall(r'name="number" value="', found_rows)) == count, typed
    assert "Did you mean" in admin.get("/?q=field.device%3Alam2")

    field_id = made["id"]
    assert "its kind stays" in admin.post(f"/admin/fields/{field_id}", 422, name="Weight", kind="date").text
    assert "Put it aside instead" in admin.post(f"/admin/fields/{field_id}/removal", 409).text
    admin.post(f"/admin/fields/{field_id}", name="Weight in kg", kind="number")
    assert "Put aside" in admin.get("/admin/fields")
    assert "put aside" in admin.post(f"/t/{number}/fields", 422, key="weight", value="9").text
    assert site.get(f"/tickets/{number}")["fields"]["weight"] == 2.5
    site.send("DELETE", f"/fields/{insured['id']}", None, "admin")
    with world.owner.desk(0) as session:
        branch = found(session, "Branch").id
    with world.database.desk(branch) as session:
        assert site.get("/fields", "stranger")["items"] == []
    assert "Ida Holm changed field Weight in kg" in admin.get("/admin/audit?what=field")


def test_tags_have_a_meaning_other_names_and_can_be_made_one(admin: Browser, site: Site) -> None:
    one = site.open("One", tags=["vip", "big customer"])["number"]
    two = site.open("Two", tags=["big customer"])["number"]
    assert "No tag is defined yet" in admin.get("/admin/tags")
    admin.get("/admin/tags/new")
    for wrong, words in (
        ({"name": " "}, "needs a name"), ({"name": "a,b"}, "without commas"),
        ({"name": "x", "colour": "mauve"}, "is one of"),
        ({"name": "x", "description": "x" * 201}, "description has"),
    ):  # fmt: skip
        assert words in admin.post("/admin/tags", 422, **wrong).text, wrong
    admin.post("/admin/tags", name=" VIP", colour="purple", description="An answer within the hour.")
    assert "Change that one" in admin.post("/admin/tags", 422, name="vip").text
    big = site.send("POST", "/tags", {"name": "Big customer"}, "admin", 201)
    page = admin.get(f"/t/{one}")
    assert re.search(r'class="chip chip-hue tag-purple"[^>]*title="An answer within the hour."', page)
    vip = next(tag for tag in site.get("/tags")["items"] if tag["name"] == "vip")
    assert "Merge this one into it" in admin.post(f"/admin/tags/{big['id']}", 422, name="vip").text
    admin.post(f"/admin/tags/{big['id']}", name="Large customer")
    assert site.get(f"/tickets/{two}")["tags"] == ["large customer"]
    assert "Choose the tag that stays" in admin.post(f"/admin/tags/{big['id']}/merge", 422, into="").text
    admin.post(f"/admin/tags/{big['id']}/merge", 422, into=big["id"])
    admin.post(f"/admin/tags/{big['id']}/merge", into=vip["id"])
    assert [site.get(f"/tickets/{each}")["tags"] for each in (one, two)] == [["vip"], ["vip"]]
    site.send("POST", f"/tags/{vip['id']}/merge", {"into": "nobody"}, "admin", 422)
    site.send("PATCH", f"/tags/{vip['id']}", {"colour": "red"}, "admin")
    admin.post(f"/admin/tags/{vip['id']}/removal")
    assert site.get(f"/tickets/{one}")["tags"] == []
    assert [item["deed"] for item in site.get("/audit", "admin", what="tag")["items"]] == [
        "removed", "changed", "removed", "changed", "added", "added",
    ]  # fmt: skip
