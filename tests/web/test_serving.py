"""`mailgate web` as a process: it answers, refuses what cannot work by name, and stops in time."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.databases import Fresh
from tests.support.relay import free_port
from tests.support.world import KEY

WEB = [sys.executable, "-m", "mailgate", "web"]


@pytest.fixture
def environment(fresh: Fresh, tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "MAILGATE_DATA": str(tmp_path),
        "MAILGATE_DATABASE_URL": fresh.app_url,
        "MAILGATE_REDIS_URL": fresh.redis_url,
        "MAILGATE_SECRET_KEY": KEY,
        "MAILGATE_WEB_LISTEN": f"127.0.0.1:{free_port()}",
        "MAILGATE_LOG": "json",
    }


@pytest.fixture
def running(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(WEB, env=environment, stderr=subprocess.PIPE, text=True, process_group=0)
    try:
        _wait(environment)
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _get(environment: dict[str, str], path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(environment["MAILGATE_WEB_LISTEN"], timeout=10)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def _wait(environment: dict[str, str]) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            if _get(environment, "/readyz")[0] == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the pages never answered")


def _refused(environment: dict[str, str]) -> str:
    done = subprocess.run(WEB, env=environment, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode not in (0, -signal.SIGKILL)
    assert "Traceback" not in done.stderr
    return done.stderr


def test_it_answers_and_stops_in_time(running: subprocess.Popen[str], environment: dict[str, str]) -> None:
    assert _get(environment, "/healthz") == (200, '{"status":"ok"}\n')
    assert _get(environment, "/api/v1/tickets")[0] == 401
    kept_open = http.client.HTTPConnection(environment["MAILGATE_WEB_LISTEN"], timeout=10)
    kept_open.request("GET", "/healthz")
    kept_open.getresponse().read()
    started = time.monotonic()
    running.send_signal(signal.SIGTERM)
    words = running.communicate(timeout=10)[1]
    assert time.monotonic() - started < 5
    assert running.returncode == 0
    assert "GET" not in words  # no line per request
    kept_open.close()
    with pytest.raises(ProcessLookupError):
        os.killpg(running.pid, 0)


def test_a_port_that_is_taken_is_said_by_name(running: subprocess.Popen[str], environment: dict[str, str]) -> None:
    words = _refused(environment)
    assert f"MAILGATE_WEB_LISTEN: cannot listen on {environment['MAILGATE_WEB_LISTEN']}" in words


def test_the_owner_of_the_tables_is_refused(environment: dict[str, str], fresh: Fresh) -> None:
    words = _refused({**environment, "MAILGATE_DATABASE_URL": fresh.owner_url})
    assert "MAILGATE_DATABASE_URL" in words
    assert "row-level security" in words


def test_forwarded_headers_of_strangers_mean_nothing(
    running: subprocess.Popen[str], environment: dict[str, str]
) -> None:
    connection = http.client.HTTPConnection(environment["MAILGATE_WEB_LISTEN"], timeout=10)
    connection.request("GET", "/metrics", headers={"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"})
    assert connection.getresponse().status == 401
    connection.close()
    assert _get(environment, "/metrics")[0] == 200


def test_the_pages_load_neither_parser_nor_migrations_nor_mail_servers() -> None:
    heavy = [
        "alembic",
        "lxml",
        "mailparser",
        "aiosmtpd",
        "rich",
        "css_inline",
        "chardet",
        "ftfy",
        "gunicorn",
        "marshmallow",
    ]
    code = f"import sys, web.app; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
