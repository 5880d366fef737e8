"""Row 21. What a request may set, filter and sort by is what each operation names, and nothing beside it."""

from __future__ import annotations

import re
from typing import Any

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


def _require_refused(site: Site, operation: Any, unnamed: list[str], kind: str, value: Any) -> None:
    """Each of these names is refused by name; a few at once, for no more are told."""
    for start in range(0, len(unnamed), 10):
        sent = dict.fromkeys(unnamed[start : start + 10], value)
        answer = site.ask(operation.method, _path(operation.path), "owner", **{kind: sent})
        assert answer.status_code == 422, operation.name
        told = answer.get_json()["fields"]
        assert [name for name in sent if told.get(name) != "is not known here"] == [], operation.name


def test_a_field_that_is_not_named_is_refused_by_name(site: Site) -> None:
    site.open()
    for operation in OPERATIONS:
        if operation.body is None:
            continue
        unnamed = [name for name in (*COLUMNS, "__class__") if name not in operation.body.model_fields]
        assert len(unnamed) > 20
        _require_refused(site, operation, unnamed, "json", 1)


def test_a_filter_that_is_not_named_is_refused_by_name(site: Site) -> None:
    site.open()
    for operation in OPERATIONS:
        if operation.query is None:
            continue
        named = {field.alias or name for name, field in operation.query.model_fields.items()}
        _require_refused(site, operation, [name for name in COLUMNS if name not in named], "query_string", "1")


def test_lists_are_sorted_only_by_what_is_offered(site: Site) -> None:
    for column in (*COLUMNS, "requester.password_hash", "1;--", "created_at)", "--created"):
        for sort in (column, f"-{column}"):
            expected = 200 if sort.removeprefix("-") == "priority" else 422
            assert site.ask("GET", "/api/v1/tickets", query_string={"sort": sort}).status_code == expected, sort


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
