"""`mailgate user` and `token`: letting people and programs in, and showing them out."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from mailgate.cli.web_address import noted, served_at
from mailgate.store.agents import find_agent, find_token
from mailgate.tokens import hashed
from tests.cli.conftest import Mailgate
from tests.support.world import World

MARA = "mara@nordlicht.example"


def _is_known(world: World, kind: str, secret: str) -> bool:
    with world.database.crossing() as connection:
        return find_token(connection, kind, hashed(secret)) is not None


def test_tokens_are_listed_without_their_secrets_and_revoked_by_name(mailgate: Mailgate, world: World) -> None:
    first, second = (mailgate("token", "create", "scripts").out.strip() for _ in range(2))
    kept = mailgate("token", "create", "the shop", "--expires", "30").out.strip()
    listed = json.loads(mailgate("token", "list", "--json").out)
    assert [(row["name"], row["role"]) for row in listed] == [("scripts", "agent")] * 2 + [("the shop", "agent")]
    assert listed[0]["expires"] is None
    assert listed[2]["expires"] > listed[2]["created"]
    assert not any(secret in json.dumps(listed) for secret in (first, second, kept))
    assert mailgate("token", "revoke", "scripts").out == "Revoked 2 tokens named scripts.\n"
    assert [_is_known(world, "api", secret) for secret in (first, second, kept)] == [False, False, True]


def test_a_token_nobody_has_cannot_be_revoked(mailgate: Mailgate) -> None:
    said = mailgate("token", "revoke", "nothing")
    assert (said.code, said.out) == (1, "")
    assert said.err == "mailgate: There is no token 'nothing'; `mailgate token list` shows them.\n"


def test_a_sign_in_link_is_no_token_to_revoke(mailgate: Mailgate, world: World) -> None:
    link = mailgate("user", "add", "ben@nordlicht.example").out.strip()
    assert mailgate("token", "revoke", "ben@nordlicht.example").code == 1
    assert _is_known(world, "sign-in", link.rpartition("/")[2])


def test_whoever_is_switched_off_is_nobody_until_they_are_switched_on(mailgate: Mailgate, world: World) -> None:
    link = mailgate("user", "add", "ben@nordlicht.example").out.strip()
    assert mailgate("user", "off", "Ben@nordlicht.example").out == "ben@nordlicht.example is switched off.\n"
    with world.database.crossing() as connection:
        assert find_agent(connection, "ben@nordlicht.example") is None
    assert not _is_known(world, "sign-in", link.rpartition("/")[2])
    assert {row["email"]: row["active"] for row in json.loads(mailgate("user", "list", "--json").out)} == {
        "ben@nordlicht.example": False,
        MARA: True,
    }
    again = mailgate("user", "on", "ben@nordlicht.example").out.strip()
    assert again != link
    assert _is_known(world, "sign-in", again.rpartition("/")[2])
    with world.database.crossing() as connection:
        assert find_agent(connection, "ben@nordlicht.example") is not None


def test_switching_off_tells_what_they_leave_behind(mailgate: Mailgate, world: World) -> None:
    ticket = world.ticket(world.receive(b"From: ana@lusitel.example\r\nSubject: Lamp\r\n\r\nHelp!\r\n").ticket_id)
    with world.owner.desk(1) as session:
        session.merge(ticket).assignee_id = 1
    said = mailgate("user", "off", MARA)
    assert said.err == "1 unsolved ticket is still assigned to them.\n"


@pytest.mark.parametrize("verb", ["off", "on", "password"])
def test_somebody_unknown_is_said_so(mailgate: Mailgate, verb: str) -> None:
    said = mailgate("user", verb, "nobody@nordlicht.example")
    assert said.code == 1
    assert said.err == "mailgate: There is no user nobody@nordlicht.example; `mailgate user list` shows them.\n"


def test_a_link_leads_to_where_the_running_gateway_serves(mailgate: Mailgate, tmp_path: Path) -> None:
    with noted(tmp_path / "data", "http://127.0.0.1:8765"):
        assert mailgate("user", "add", "ben@nordlicht.example").out.startswith("http://127.0.0.1:8765/sign-in/")
        by_setting = mailgate("user", "on", MARA, MAILGATE_BASE_URL="https://desk.example").out
        assert by_setting.startswith("https://desk.example/sign-in/")
    assert mailgate("user", "on", MARA).out.startswith("http://127.0.0.1:8025/sign-in/")


def test_a_note_of_a_gateway_that_was_killed_does_not_count(tmp_path: Path) -> None:
    child = os.fork()
    if not child:
        with noted(tmp_path, "http://127.0.0.1:8765"):
            os._exit(0 if served_at(tmp_path) else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert (tmp_path / "web.url").exists()
    assert served_at(tmp_path) is None
    with noted(tmp_path, "http://127.0.0.1:9000"), noted(tmp_path, "http://127.0.0.1:9999"):
        assert served_at(tmp_path) == "http://127.0.0.1:9000"
    assert served_at(tmp_path) is None


def test_teams_are_founded_joined_left_and_removed(mailgate: Mailgate) -> None:
    assert mailgate("team", "add", "Service").out == "Added Service.\n"
    assert mailgate("team", "add", "Night", "--tier", "2", "--region", "north", "--parent", "Service").code == 0
    assert mailgate("team", "join", "Night", MARA).out == f"{MARA} belongs to Night.\n"
    listed = json.loads(mailgate("team", "list", "--json").out)
    assert {"name": "Night", "tier": 2, "region": "north", "members": [MARA]} in listed
    assert f"Night  2  north  {MARA}" in mailgate("team", "list").out
    assert mailgate("team", "leave", "Night", MARA).code == 0
    assert mailgate("team", "remove", "Night").out == "Removed Night.\n"
    for wrong, words in (
        (("add", "Service"), "already"), (("join", "Service", "nobody@nordlicht.example"), "no user"),
        (("remove", "Night"), "no team 'Night'"), (("add", "Day", "--parent", "Night"), "no team"),
    ):  # fmt: skip
        said = mailgate("team", *wrong)
        assert (said.code in (1, 65), words in said.err) == (True, True), wrong
