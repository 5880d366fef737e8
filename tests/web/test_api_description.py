"""The API describes itself by the schemas that validate, and asks nobody else to show it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.support.mails import mail
from tests.support.world import World
from tests.web.conftest import Site


@pytest.fixture
def described(site: Site) -> Any:
    return site.get("/openapi.json", None)


def _answered(described: Any, method: str, path: str, status: str) -> Any:
    ref = described["paths"][path][method]["responses"][status]["content"]["application/json"]["schema"]["$ref"]
    return described["components"]["schemas"][ref.rpartition("/")[2]]


def test_every_operation_is_described(site: Site, described: Any) -> None:
    told = {(method.upper(), "/api/v1" + path) for path, methods in described["paths"].items() for method in methods}
    routes = {
        (method, re.sub(r"<\w+:(\w+)>", r"{\1}", route.rule))
        for route in site.app.url_map.iter_rules()
        for method in (route.methods or set()) - {"HEAD", "OPTIONS"}
        if route.endpoint.startswith("api.") and route.endpoint not in ("api.description", "api.docs")
    }
    assert told == routes
    assert described["openapi"] == "3.1.0"
    for methods in described["paths"].values():
        for operation in methods.values():
            assert operation["summary"]
            assert {"401", "403"} <= set(operation["responses"])


def test_every_reference_leads_somewhere(site: Site, described: Any) -> None:
    text = site.ask("GET", "/api/v1/openapi.json", None).text
    for name in re.findall(r'"#/components/schemas/([^"]+)"', text):
        assert name in described["components"]["schemas"]


def test_answers_are_what_is_described(site: Site, described: Any, world: World) -> None:
    kept = world.receive(mail())
    number = world.ticket(kept.ticket_id).number
    for path, real in (
        ("/tickets/{number}", site.get(f"/tickets/{number}")),
        ("/inbound/{kept_id}", site.get(f"/inbound/{kept.id}")),
        ("/tickets", site.get("/tickets")),
        ("/outbound", site.get("/outbound")),
    ):
        schema = _answered(described, "get", path, "200")
        assert set(schema["properties"]) == set(real) == set(schema["required"])


def test_the_queries_are_described_with_their_choices(described: Any) -> None:
    parameters = {one["name"]: one for one in described["paths"]["/tickets"]["get"]["parameters"]}
    promised = "status priority category team assignee mailbox tag field.KEY requester from to q risk sort limit cursor"
    assert set(parameters) == set(promised.split())
    assert parameters["limit"]["schema"]["maximum"] == 200
    assert "-created" in parameters["sort"]["schema"]["enum"]
    assert parameters["status"]["schema"]["items"]["enum"][0] == "new"
    assert parameters["from"]["schema"]["format"] == "date-time"


def test_unknown_fields_are_described_as_refused(described: Any) -> None:
    for name in ("NewTicket", "TicketChange", "NewMessage", "NewCustomer"):
        assert described["components"]["schemas"][name]["additionalProperties"] is False
    change = described["components"]["schemas"]["TicketChange"]
    assert "required" not in change
    assert {"type": "null"} in change["properties"]["assignee"]["anyOf"]
    assert "anyOf" not in change["properties"]["status"]


def test_the_page_needs_nobody_else(site: Site) -> None:
    page = site.ask("GET", "/api/v1/docs", None).text
    assert "POST /api/v1/tickets/{number}/messages" in page
    assert "X-CSRF" not in page
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    assert "<script" not in page
    assert "<title>API" in page
