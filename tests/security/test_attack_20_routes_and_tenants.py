"""Row 20. Every route, asked by everybody: it does what the one table says, and nobody sees another organisation."""

from __future__ import annotations

import re

import pytest
from werkzeug.routing import Rule as Route
from werkzeug.test import TestResponse

from mailgate import clock
from mailgate.office.fields import FieldSetup, save_field
from mailgate.office.links import make_api_token
from mailgate.office.replies import Words, save
from mailgate.office.senders import treat
from mailgate.office.setup import add_category, add_team
from mailgate.office.tags import TagSetup, save_tag
from mailgate.people.describe import CompanySetup, save_company
from mailgate.rights import Right, may
from mailgate.store.agents import ROLES, agents
from mailgate.store.messages import files_of
from mailgate.store.outbox import copies_of_messages
from mailgate.store.promises import calendar_rows
from tests.support.mails import mail
from tests.support.promises import promise
from tests.support.world import World
from tests.web.conftest import AFAR, Site
from web.access import POLICY

ATTACHED = mail(
    headers=(("MIME-Version", "1.0"), ("Content-Type", 'multipart/mixed; boundary="x"')),
    body="--x\r\n\r\nSee the file.\r\n--x\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nsecret\r\n--x--",
)


def _routes(site: Site) -> list[tuple[Route, str]]:
    return [
        (route, method)
        for route in site.app.url_map.iter_rules()
        for method in sorted((route.methods or set()) - {"OPTIONS"})
    ]


def _real_things(world: World) -> dict[str, str]:
    """One of each thing a path can name, all of the first organisation."""
    kept = world.receive(ATTACHED)
    ticket, thread = world.ticket(kept.ticket_id), world.thread(kept.ticket_id)
    with world.database.desk(world.org) as session:
        ids = [message.id for message in thread]
        (file,) = [file for files in files_of(session, ids).values() for file in files]
        rule = treat(session, "spam.nordlicht-customers.example", "hold", "Zoe", clock.now())
        reply = save(session, Words("Thanks", "Thank you."), "Mara", clock.now())
        (copy,) = [copy for copies in copies_of_messages(session, ids).values() for copy in copies]
    policy_id = promise(world)
    with world.database.desk(world.org) as session:
        (calendar,) = calendar_rows(session)
        people = {"agent_id": agents(session)[0].id, "team_id": add_team(session, "Ours", clock.now()).id}
        people["token_id"] = make_api_token(session, "Spare", "viewer", clock.now()).token.id
        people["person_id"] = ticket.requester_id
        people["company_id"] = save_company(session, CompanySetup("Lusitel"), clock.now()).id
        people["field_id"] = save_field(session, FieldSetup("Order"), clock.now()).id
        people["tag_id"] = save_tag(session, TagSetup("vip"), clock.now()).id
        people["category_id"] = add_category(session, "Ours", clock.now()).id
    return {
        **{name: str(value) for name, value in people.items()},
        "policy_id": str(policy_id), "calendar_id": str(calendar.id),
        "number": ticket.number, "kept_id": str(kept.id), "file_id": str(file.id), "copy_id": str(copy.id),
        "message_id": str(thread[0].id), "reply_id": str(reply.id), "mailbox_id": str(ticket.mailbox_id),
        "rule_id": str(rule.id),
        "view_id": "1", "session_id": "1",
    }  # fmt: skip


def _path(route: Route, things: dict[str, str]) -> str:
    """A route's path with real things in it; a secret nobody knows stands for itself."""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda place: things.get(place[1], place[1]), route.rule)


def _is_sent_away(answer: TestResponse) -> bool:
    """Programs are told 401; people are led to the sign-in page."""
    return answer.status_code == 401 or answer.headers.get("Location", "").startswith("/sign-in?next=")


def test_every_route_has_a_rule_and_every_rule_a_route(site: Site) -> None:
    assert {route.endpoint for route, _ in _routes(site)} == set(POLICY)


def test_a_route_without_a_rule_is_closed(site: Site) -> None:
    site.app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    answer = site.ask("GET", "/forgotten", "owner")
    assert answer.status_code == 403
    assert "secret" not in answer.text


def test_every_role_may_what_the_table_says(site: Site, world: World) -> None:
    things = _real_things(world)
    checked = 0
    for route, method in _routes(site):
        right = POLICY[route.endpoint].right
        for who in (None, "viewer", "agent", "admin", "owner", "stranger"):
            answer = site.ask(method, _path(route, things), who, environ_overrides=AFAR)
            where = (method, route.rule, who, answer.status_code)
            role = {"stranger": "admin"}.get(who or "", who)
            if right is None or (role is not None and may(role, right)):
                assert answer.status_code not in (401, 403), where
                assert not _is_sent_away(answer), where
            elif role is None:
                assert _is_sent_away(answer), where
            else:
                assert answer.status_code == 403, where
            assert answer.status_code < 500, where
            checked += 1
    assert checked > 200


def test_another_organisations_admin_finds_nothing_of_ours(site: Site, world: World) -> None:
    things = _real_things(world)
    for route, method in _routes(site):
        if POLICY[route.endpoint].right is None or route.endpoint == "health.metrics":
            continue
        answer = site.ask(method, _path(route, things), "stranger", json={})
        where = (method, route.rule, answer.status_code)
        if route.arguments:
            assert answer.status_code in (404, 422), where
        for of_ours in ("lusitel", "nordlicht", "Cannot sign in", "" if route.arguments else things["number"]):
            assert not of_ours or of_ours not in answer.text, where


def test_a_viewer_changes_nothing(site: Site, world: World) -> None:
    things = _real_things(world)
    before = site.get(f"/tickets/{things['number']}"), site.get(f"/tickets/{things['number']}/events")
    of_themselves = {name for name in POLICY if name.startswith("security.")}
    of_themselves |= {"sign_in.change_password", "sign_in.leave", "inbox.keep_view", "inbox.forget_view"}
    refused = 0
    for route, method in _routes(site):
        if method in ("GET", "HEAD") or POLICY[route.endpoint].right is None or route.endpoint in of_themselves:
            continue
        answer = site.ask(method, _path(route, things), "viewer", json={"status": "closed", "body": "x"})
        assert answer.status_code == 403, route.rule
        refused += 1
    assert refused >= 5
    assert before == (site.get(f"/tickets/{things['number']}"), site.get(f"/tickets/{things['number']}/events"))


@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_rights(role: str) -> None:
    assert may(role, Right.SEE)


def test_an_unknown_role_may_nothing() -> None:
    assert not any(may("", right) or may("root", right) for right in Right)
