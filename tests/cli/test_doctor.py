"""`mailgate doctor`: what is well is said to be, what is broken is named, and nothing else goes down with it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from mailgate import clock
from mailgate.cli.doctor import _clock
from mailgate.cli.house import House
from mailgate.embedded import Servers
from mailgate.settings import read_settings
from tests.cli.conftest import Mailgate
from tests.support.databases import Fresh
from tests.support.fetching import connect_mailbox
from tests.support.mails import mail
from tests.support.sign_in_provider import sign_in_provider
from tests.support.world import KEY, World


def _found(mailgate: Mailgate, code: int, **settings: str) -> dict[str, list[tuple[str, str]]]:
    said = mailgate("doctor", "--json", **settings)
    assert said.code == code, said.out + said.err
    found: dict[str, list[tuple[str, str]]] = {}
    for row in json.loads(said.out):
        found.setdefault(row["check"], []).append((row["state"], row["words"]))
    return found


def _states(found: dict[str, list[tuple[str, str]]]) -> dict[str, set[str]]:
    return {check: {state for state, _ in findings} for check, findings in found.items()}


def test_a_sound_installation_has_no_failure(world: World, mailgate: Mailgate) -> None:
    with sign_in_provider() as provider:
        known = {"MAILGATE_OIDC_ISSUER": provider.issuer, "MAILGATE_OIDC_CLIENT_ID": "mailgate"}
        found = _found(mailgate, 0, MAILGATE_RELAY_URL=world.relay.url, **known)
    assert _states(found) == {
        "database": {"ok"},
        "migrations": {"ok"},
        "redis": {"ok"},
        "workers": {"warn", "ok"},  # none runs beside this test
        "sending": {"ok"},
        "relay": {"ok"},
        "shelf": {"ok"},
        "clamav": {"skip"},
        "sign-in": {"ok"},
        "imap": {"ok"},
        "dns": {"skip"},
        "clock": {"ok"},
        "disk": {"ok"},
        "key": {"ok"},
    }
    assert "PostgreSQL 18" in found["database"][0][1]
    assert "Valkey" in found["redis"][0][1]
    assert "off" in found["dns"][0][1]
    assert world.relay.taken == []


def test_each_finding_is_one_line(mailgate: Mailgate) -> None:
    said = mailgate("doctor")
    assert said.code == 0
    assert all(line.split()[0] in {"ok", "warn", "fail", "skip"} for line in said.out.splitlines())
    assert "relay" in said.out
    assert "MAILGATE_RELAY_URL is not set" in said.out


@pytest.mark.parametrize(
    ("broken", "check", "words"),
    [
        ({"MAILGATE_RELAY_URL": "smtp://127.0.0.1:1"}, "relay", "cannot be reached"),
        ({"MAILGATE_REDIS_URL": "redis://:geheim@127.0.0.1:1/0"}, "redis", "cannot be reached"),
        ({"MAILGATE_DATABASE_URL": "postgresql://app:geheim@127.0.0.1:1/x"}, "database", "cannot be reached"),
    ],
)
def test_what_is_broken_fails_and_the_rest_is_still_looked_at(
    mailgate: Mailgate, broken: dict[str, str], check: str, words: str
) -> None:
    found = _found(mailgate, 1, **broken)
    assert any(state == "fail" and words in told for state, told in found[check])
    assert found["disk"][0][0] == "ok"
    assert "geheim" not in json.dumps(found)


def test_the_owners_role_is_no_role_for_daily_work(mailgate: Mailgate, fresh: Fresh) -> None:
    found = _found(mailgate, 1, MAILGATE_DATABASE_URL=fresh.owner_url)
    assert any(state == "fail" and "row-level security" in words for state, words in found["database"])


def test_a_database_of_another_version_fails(world: World, mailgate: Mailgate) -> None:
    with world.owner.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    found = _found(mailgate, 1)
    assert "mailgate migrate" in found["migrations"][0][1]


def test_mail_that_nobody_reads_fails(world: World, mailgate: Mailgate) -> None:
    world.deliver(mail())
    with world.owner.engine.begin() as connection:
        connection.execute(text("UPDATE kept_mail SET received_at = :then"), {"then": clock.now() - timedelta(hours=1)})
    assert "fail" in _states(_found(mailgate, 1))["workers"]


def test_mail_that_is_held_is_told(world: World, mailgate: Mailgate) -> None:
    assert _states(_found(mailgate, 0, MAILGATE_SENDING="hold"))["sending"] == {"warn"}
    with world.owner.engine.begin() as connection:
        connection.execute(text("UPDATE organisations SET is_holding = true"))
    found = _found(mailgate, 0)
    assert found["sending"][0][0] == "warn"
    assert "restore --release" in found["sending"][0][1]


@pytest.fixture
def moved_clock() -> Iterator[None]:
    clock.follow(lambda: datetime.now(UTC) + timedelta(seconds=30))
    yield
    clock.follow(None)


@pytest.mark.usefixtures("moved_clock")
def test_clocks_that_differ_fail(fresh: Fresh) -> None:
    house = House(read_settings(), Servers(fresh.app_url, fresh.owner_url, fresh.redis_url, KEY))
    (finding,) = _clock(house)
    assert finding.state == "fail"
    assert "30." in finding.words or "29." in finding.words


def test_an_unknown_resolver_is_a_warning_not_a_failure(world: World, mailgate: Mailgate) -> None:
    with world.owner.engine.begin() as connection:
        connection.execute(text("UPDATE mailboxes SET address = 'help@nordlicht-desk.eu'"))
    found = _found(mailgate, 0, MAILGATE_RESOLVER="127.0.0.1")
    assert found["dns"][0][0] == "warn"


def test_a_mailbox_that_is_not_fetched_fails_and_one_that_complains_warns(world: World, mailgate: Mailgate) -> None:
    connect_mailbox(world, 1, "secret")
    assert _states(_found(mailgate, 0))["imap"] == {"ok"}
    with world.owner.engine.begin() as connection:
        connection.execute(text("UPDATE imap_accounts SET complaint = 'it is closed'"))
    found = _found(mailgate, 0)
    assert ("warn", "help@nordlicht.example: it is closed") in found["imap"]
    with world.owner.engine.begin() as connection:
        then = clock.now() - timedelta(minutes=20)
        connection.execute(text("UPDATE imap_accounts SET changed_at = :then"), {"then": then})
    found = _found(mailgate, 1)
    assert any(state == "fail" and "it is closed" in words for state, words in found["imap"])
