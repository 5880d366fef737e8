"""Idle: what all processes of `mailgate up --workers 2` hold in memory while nothing happens."""

from __future__ import annotations

import time
from urllib.request import urlopen

from mailgate.bench.figures import Plan, Row
from mailgate.bench.machine import watched
from mailgate.bench.site import Site, free_port, wait_for_port

_SETTLING = 10.0  # seconds


def measure(plan: Plan, site: Site) -> Row:
    """After some seconds of rest, and a page asked for once, so that nothing is still to be loaded."""
    del plan
    smtp, web = free_port(), free_port()
    with site.running(["up", "--workers", "2", "--smtp", str(smtp), "--web", str(web)]):
        wait_for_port(smtp)
        wait_for_port(web)
        with urlopen(f"http://127.0.0.1:{web}/sign-in", timeout=30):
            time.sleep(_SETTLING)
        with watched(without=site.helpers) as cost:
            time.sleep(2)
    return Row("idle", cost)
