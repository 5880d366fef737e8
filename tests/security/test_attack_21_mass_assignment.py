"""Row 21. What a request may set, filter and sort by is what each operation names, and nothing beside it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mailgate.store.agents import Agent, Token
from mailgate.store.tickets import Ticket
from tests.support.browsing import Browser
from tests.support.world import World
from tests.web.conftest import Site
from web.api.operations import OPERATIONS

COLUMNS = sorted({column.key for table in (Agent, Token, Ticket) for column in table.__mapper__.columns})
NUMBER = "TKT-2026-000001"


def _path(path: str) -> str:
    return "/api/v1" + re.sub(r"<key:\w+>", "1", path.replace("<number:number>", NUMBER))


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.body], ids=lambda one: one.name)
def test_a_field_that_is_not_named_is_refused_by_name(site: Site, operation: Any) -> None:
    site.open()
    unnamed = [name for name in COLUMNS if name not in operation.body.model_fields]
    assert len(unnamed) > 20
    for name in [*unnamed, "__class__", "org_id", "id"]:
        answer = site.ask(operation.method, _path(operation.path), "owner", json={name: 1})
        assert answer.status_code == 422, name
        assert answer.get_json()["fields"][name] == "is not known here"


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.query], ids=lambda one: one.name)
def test_a_filter_that_is_not_named_is_refused_by_name(site: Site, operation: Any) -> None:
    site.open()
    named = {field.alias or name for name, field in operation.query.model_fields.items()}
    for name in [column for column in COLUMNS if column not in named]:
        answer = site.ask(operation.method, _path(operation.path), "owner", query_string={name: "1"})
        assert answer.status_code == 422, name
        assert answer.get_json()["fields"][name] == "is not known here"


@pytest.mark.parametrize("column", [*COLUMNS, "requester.password_hash", "1;--", "created_at)", "--created"])
def test_lists_are_sorted_only_by_what_is_offered(site: Site, column: str) -> None:
    for sort in (column, f"-{column}"):
        offered = sort.removeprefix("-") == "priority"
        assert site.ask("GET", "/api/v1/tickets", query_string={"sort": sort}).status_code == (200 if offered else 422)


def test_what_is_not_offered_cannot_be_changed(site: Site) -> None:
    ticket = site.open()
    for name in ("id", "org_id", "number", "subject", "requester", "created_at", "message_count", "escalation"):
        site.send("PATCH", f"/tickets/{ticket['number']}", {name: ticket.get(name, 2)}, status=422)
    assert site.get(f"/tickets/{ticket['number']}") == ticket


def test_a_page_takes_no_field_it_did_not_offer(browser: Browser, site: Site, world: World) -> None:
    number = site.open()["number"]
    browser.get(f"/t/{number}")
    browser.post(f"/t/{number}/priority", 422, priority="urgent", assignee_id="1")
    assert site.get(f"/tickets/{number}")["priority"] == "normal"
