"""The built wheel is complete: installed elsewhere, a letter travels through it from end to end."""

import os
import re
import signal
import smtplib
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.mails import mail
from tests.support.processes import eventually
from tests.support.relay import Relay, free_port

ROOT = Path(__file__).parents[2]
PATIENCE = 300


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds nothing but the wheel and what the lock file names."""
    folder = tmp_path_factory.mktemp("elsewhere")
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=ROOT)
    (wheel,) = folder.glob("mailgate-*.whl")
    _run(sys.executable, "-m", "venv", "--without-pip", str(folder / "venv"), cwd=folder)
    into = ("--python", str(folder / "venv/bin/python"), "--disable-pip-version-check")
    pip = (sys.executable, "-m", "pip", *into, "install", "-q")
    _run(*pip, "--require-hashes", "-r", str(ROOT / "requirements.lock"), cwd=folder)
    _run(*pip, "--no-deps", str(wheel), cwd=folder)
    return folder


def test_a_letter_travels_through_an_installed_wheel(installed: Path, tmp_path: Path) -> None:
    with Relay() as relay, _up(installed / "venv/bin/mailgate", tmp_path, relay.url) as (smtp, web):
        with smtplib.SMTP("127.0.0.1", smtp, timeout=20) as client:
            client.sendmail("ana@lusitel.example", ["help@nordlicht.example"], mail())
        eventually(lambda: len(relay.to("ana@lusitel.example")) == 1)
        (letter,) = relay.taken
        assert re.search(r"\[#TKT-\d{4}-000001\]", str(letter.mail["Subject"]))
        with urllib.request.urlopen(f"http://127.0.0.1:{web}/sign-in", timeout=20) as page:  # static files, templates
            (sheet,) = re.findall(r'href="(/assets/[^"]+\.css)"', page.read().decode())
        with urllib.request.urlopen(f"http://127.0.0.1:{web}{sheet}", timeout=20) as css:
            assert b"--accent" in css.read()


@contextmanager
def _up(mailgate: Path, folder: Path, relay_url: str) -> Iterator[tuple[int, int]]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("MAILGATE_")}
    environment = {**own, "MAILGATE_DATA": str(folder / "data"), "MAILGATE_RELAY_URL": relay_url}
    _run(str(mailgate), "migrate", cwd=folder, env=environment)
    _run(str(mailgate), "mailbox", "add", "help@nordlicht.example", cwd=folder, env=environment)
    smtp, web = free_port(), free_port()
    command = [str(mailgate), "up", "--smtp", str(smtp), "--web", str(web), "--workers", "1"]
    with (folder / "up.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        eventually(lambda: "ready: web" in (folder / "up.log").read_text(), within=60)
        yield smtp, web
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0
    finally:
        process.kill()
        process.wait(10)


def _run(*command: str, cwd: Path, env: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
