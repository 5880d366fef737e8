"""The demo as a process of its own, beside the gateway's."""

import json
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mailgate import clock
from mailgate.demo import prepare, ways_in
from mailgate.demo.mailboxes import Mailboxes
from mailgate.demo.samples import CUSTOMER
from mailgate.store.db import Database
from tests.support.databases import Fresh
from tests.support.processes import Gateway, eventually, gateway
from tests.support.relay import free_port


@contextmanager
def _demo(gate: Gateway, relay: int, mailbox: int) -> Iterator[subprocess.Popen[str]]:
    ports = ("--relay-port", str(relay), "--mailbox-port", str(mailbox))
    process = subprocess.Popen(
        [sys.executable, "-m", "mailgate.demo", *ports],
        env=gate._environment(), cwd=gate.folder, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_demo_plays_in_its_own_process_and_goes_on_after_a_stop(
    fresh: Fresh, database: Database, tmp_path: Path
) -> None:
    relay, mailbox, data = free_port(), free_port(), tmp_path / "data"
    with database.desk(1) as session:
        prepare(session, clock.now())
    with database.desk(1) as session:
        links = ways_in(session, clock.now(), public_url="http://desk.example", data=data, mailbox_port=mailbox)
    boxes, story = Mailboxes(data / "demo-mailbox"), data / "demo-mailbox" / "story.json"

    def answered() -> bool:
        return boxes.has(CUSTOMER) and any(not held.is_sent for held in boxes.letters(CUSTOMER))

    with gateway(fresh, tmp_path, relay_url=f"smtp://127.0.0.1:{relay}") as gate:
        gate.start("smtp", "worker-1", "clock")
        with _demo(gate, relay, mailbox) as demo:
            eventually(answered)
            with urllib.request.urlopen(links.mailbox, timeout=10) as page:
                assert "Two more lamps for the lobby" in page.read().decode()
            said = _heard(demo, "opened TKT-", "answered automatically")
            demo.terminate()
            demo.communicate(timeout=10)
            assert demo.returncode == 0
            assert "opened TKT-" in said
            assert "answered automatically" in said
        told = json.loads(story.read_text())["told"]
        with _demo(gate, relay, mailbox):
            eventually(lambda: json.loads(story.read_text())["told"] > told)
    assert links.inbox.startswith("http://desk.example/sign-in/")


def test_demo_without_its_office_or_port_says_so(fresh: Fresh, database: Database, tmp_path: Path) -> None:
    with gateway(fresh, tmp_path) as gate:
        with _demo(gate, free_port(), free_port()) as demo:
            assert "There is no sample office here" in demo.communicate(timeout=20)[1]
            assert demo.returncode == 1
        with database.desk(1) as session:
            prepare(session, clock.now())
        taken = free_port()
        with _demo(gate, taken, taken) as demo:
            assert f"cannot listen on port {taken}" in demo.communicate(timeout=20)[1]


def _heard(demo: subprocess.Popen[str], *words: str) -> str:
    """What it says until all these words have been said; it is ended when that takes too long."""
    assert demo.stderr is not None
    patience, said = threading.Timer(60, demo.kill), ""
    patience.start()
    for line in demo.stderr:
        said += line
        if all(word in said for word in words):
            break
    patience.cancel()
    return said
