"""For whoever watches over us: does the process live, can it serve, and what has it counted."""

from __future__ import annotations

from collections.abc import Iterable
from time import perf_counter

from flask import Blueprint, Flask, Response, g, jsonify, request
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from mailgate import clock
from mailgate.errors import Temporary
from mailgate.mail import Cause
from mailgate.store.counts import Count, count_everything, schema_version, shipped_version
from mailgate.store.kept import OUTCOMES
from mailgate.store.outbox import STATES
from web.db import tools

health = Blueprint("health", __name__)

_SECONDS = Histogram(
    "mailgate_request_seconds", "Time to answer a request.", ["method", "route", "status"], registry=None,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)  # fmt: skip


@health.get("/healthz")
def lives() -> Response:
    """The process lives. It asks nobody else, so that a database that is away restarts no web process."""
    return jsonify(status="ok")


@health.get("/readyz")
def ready() -> tuple[Response, int]:
    """It can serve: the database answers and stands at our version, and so does Redis. 503 names what is missing."""
    missing = [*_missing_in_database(), *_missing_in_redis()]
    if missing:
        return jsonify(status="not ready", missing=missing), 503
    return jsonify(status="ready", missing=[]), 200


@health.get("/metrics")
def metrics() -> Response:
    """Counts and timings for Prometheus.

    Anybody on this machine or in a network of MAILGATE_TRUSTED_PROXIES may read them; from elsewhere an admin's token
    is needed. Counts of mail are the database's, over all organisations and processes; timings are this process's.
    """
    with tools().database.crossing() as connection:
        counts = count_everything(connection, clock.now())
    registry = CollectorRegistry()
    registry.register(_Counted(counts))
    registry.register(_SECONDS)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def install(app: Flask) -> None:
    """Take the time of every request."""
    app.before_request(_start)
    app.after_request(_stop)


class _Counted(Collector):
    """What was counted in the database, in Prometheus' words."""

    def __init__(self, counts: Iterable[Count]) -> None:
        self._counts = list(counts)

    def collect(self) -> Iterable[Metric]:
        by_outcome, by_state = self._of("kept"), self._of("outbox")
        outcomes = CounterMetricFamily("mailgate_outcome", "Kept mail by what became of it.", labels=["outcome"])
        for outcome in OUTCOMES:
            outcomes.add_metric([outcome], by_outcome.get(outcome, 0))
        outbox = GaugeMetricFamily("mailgate_outbox", "Copies in the outbox by state.", labels=["state"])
        for state in STATES:
            outbox.add_metric([state], by_state.get(state, 0))
        shelf = GaugeMetricFamily("mailgate_shelf", "Mail on the shelf by its cause.", labels=["cause"])
        for cause in (*Cause, "quarantined"):
            shelf.add_metric([str(cause)], self._of("shelf").get(str(cause), 0))
        unchecked = sum(self._of("unchecked").values())
        return (
            shelf,
            GaugeMetricFamily("mailgate_unchecked_files", "Files that wait for ClamAV to check them.", value=unchecked),
            CounterMetricFamily("mailgate_kept", "Mail accepted and kept.", value=sum(by_outcome.values())),
            outcomes,
            GaugeMetricFamily("mailgate_waiting", "Kept mail that waits to be read.", value=by_outcome.get("", 0)),
            outbox,
            self._gauge("mailgate_queue_age_seconds", "Age of the oldest that waits.", "queue", "age"),
            self._gauge(
                "mailgate_fetch_age_seconds", "Time since a mailbox was last fetched by IMAP.", "mailbox", "fetch"
            ),
            self._gauge(
                "mailgate_sign_in_left_seconds",
                "Time until a mailbox's password or sign-in ends.",
                "mailbox",
                "sign_in",
            ),
        )

    def _gauge(self, name: str, words: str, label: str, what: str) -> Metric:
        gauge = GaugeMetricFamily(name, words, labels=[label])
        for which, number in self._of(what).items():
            gauge.add_metric([which], number)
        return gauge

    def _of(self, what: str) -> dict[str, float]:
        return {count.which: count.number for count in self._counts if count.what == what}


def _missing_in_database() -> list[str]:
    newest = shipped_version()
    try:
        with tools().database.crossing() as connection:
            version = schema_version(connection)
    except Temporary:
        return ["database"]
    return (
        [] if version == newest else [f"migrations: the database is at {version}, not {newest}; run mailgate migrate"]
    )


def _missing_in_redis() -> list[str]:
    return [] if tools().bell.is_reachable() else ["redis"]


def _start() -> None:
    g.started = perf_counter()


def _stop(response: Response) -> Response:
    route = request.url_rule.rule if request.url_rule is not None else "none"
    if "started" in g:
        _SECONDS.labels(request.method, route, str(response.status_code)).observe(perf_counter() - g.started)
    return response
