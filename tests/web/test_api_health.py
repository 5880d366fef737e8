"""Probes and metrics: what is missing is named, what is counted reconciles."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from mailgate.settings import Settings
from mailgate.store.counts import shipped_version
from mailgate.store.migrate import newest_version
from tests.support.mails import mail
from tests.support.world import World
from tests.web.conftest import AFAR, Site
from web.app import make


def _metrics(site: Site) -> dict[tuple[str, ...], float]:
    text = site.ask("GET", "/metrics", None).text
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def lost(settings: Settings) -> Iterator[Site]:
    """A web process whose database and Redis are not there."""
    gone = {
        "database_url": SecretStr("postgresql://nobody:x@127.0.0.1:1/none"),
        "redis_url": SecretStr("redis://127.0.0.1:1"),
    }
    app = make(settings.model_copy(update=gone))
    yield Site(app, app.test_client(), {})
    app.extensions["mailgate"].database.close()


def test_the_process_lives_even_when_all_else_is_away(lost: Site) -> None:
    assert lost.ask("GET", "/healthz", None).get_json() == {"status": "ok"}
    answer = lost.ask("GET", "/readyz", None)
    assert answer.status_code == 503
    assert answer.get_json()["missing"] == ["database", "redis"]


def test_it_is_ready_when_everything_is_there(site: Site) -> None:
    answer = site.ask("GET", "/readyz", None)
    assert (answer.status_code, answer.get_json()["missing"]) == (200, [])


def test_it_is_not_ready_before_the_migration(site: Site, world: World) -> None:
    with world.owner.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    answer = site.ask("GET", "/readyz", None)
    assert answer.status_code == 503
    assert "mailgate migrate" in answer.get_json()["missing"][0]


def test_the_newest_migration_is_known_without_alembic() -> None:
    assert shipped_version() == newest_version()


def test_counts_reconcile(site: Site, world: World) -> None:
    raw = mail()
    world.receive(raw)
    world.receive(raw)
    world.deliver(mail())
    told = _metrics(site)
    outcomes = {name[1]: value for name, value in told.items() if name[0] == "mailgate_outcome_total"}
    assert (outcomes["opened"], outcomes["duplicate"], outcomes["quarantined"]) == (1, 1, 0)
    assert told["mailgate_kept_total",] == sum(outcomes.values()) + told["mailgate_waiting",] == 3
    assert told["mailgate_outbox", "sent"] == 1
    assert told["mailgate_outbox", "failed"] == 0
    assert told["mailgate_queue_age_seconds", "read"] > 0
    assert told["mailgate_queue_age_seconds", "send"] == 0


def test_requests_are_timed_by_route(site: Site) -> None:
    number = site.open()["number"]
    name = ("mailgate_request_seconds_count", "GET", "/api/v1/tickets/<number:number>", "200")
    before = _metrics(site).get(name, 0)
    site.get(f"/tickets/{number}")
    assert _metrics(site)[name] == before + 1


def test_metrics_are_for_this_machine_trusted_networks_and_admins(site: Site) -> None:
    def ask(who: str | None, address: str, **headers: str) -> int:
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        return site.ask("GET", "/metrics", who, headers=told, environ_overrides={"REMOTE_ADDR": address}).status_code

    assert ask(None, "127.0.0.1") == ask(None, "::1") == ask(None, "::ffff:127.0.0.1") == 200
    assert ask(None, "198.51.100.3") == 200
    assert ask(None, AFAR["REMOTE_ADDR"]) == 401
    assert ask("agent", AFAR["REMOTE_ADDR"]) == 403
    assert ask("admin", AFAR["REMOTE_ADDR"]) == 200
    # A proxy nobody named passes the world on, also when it runs on this machine; and nobody gets in by saying so.
    assert ask(None, "127.0.0.1", X_Forwarded_For="203.0.113.7") == 401
    assert ask(None, AFAR["REMOTE_ADDR"], X_Forwarded_For="127.0.0.1") == 401
    assert ask(None, "198.51.100.3", X_Forwarded_For="203.0.113.7") == 401
