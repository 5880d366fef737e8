"""The mail doors as processes: where they listen, what they say when they cannot, and `up` with all of them."""

import smtplib
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cli.conftest import Mailgate, environment
from tests.support.mails import mail
from tests.support.processes import eventually
from tests.support.relay import free_port
from tests.support.world import DESK, World


def test_lmtp_says_where_it_could_listen(mailgate: Mailgate) -> None:
    said = mailgate("lmtp")
    assert said.code == 78
    assert "MAILGATE_LMTP_LISTEN is missing" in said.err


def test_a_port_that_is_taken_is_said_by_name(mailgate: Mailgate, certificate: Path) -> None:
    port = free_port()
    both = {"MAILGATE_TLS_CERT": str(certificate), "MAILGATE_TLS_KEY": str(certificate)}
    said = mailgate("smtp", MAILGATE_SMTP_LISTEN=f"127.0.0.1:{port}", MAILGATE_SMTPS_LISTEN=f"127.0.0.1:{port}", **both)
    assert said.code == 1
    assert said.err.startswith(f"mailgate: MAILGATE_SMTPS_LISTEN: cannot listen on 127.0.0.1:{port}")


def test_up_runs_all_doors_says_so_and_stops(
    world: World, settings: dict[str, str], tmp_path: Path, certificate: Path, trusting: ssl.SSLContext
) -> None:
    ports = {"smtp": free_port(), "smtps": free_port(), "lmtp": free_port(), "web": free_port()}
    more = {
        "MAILGATE_TLS_CERT": str(certificate),
        "MAILGATE_TLS_KEY": str(certificate),
        "MAILGATE_WEB_TLS": "off",
        "MAILGATE_SMTPS_LISTEN": f"127.0.0.1:{ports['smtps']}",
        "MAILGATE_TRUSTED_PROXIES": "192.0.2.1",
        "MAILGATE_PROXY_PROTOCOL": "on",
    }
    words = [f"--{door}={ports[door]}" for door in ("smtp", "lmtp", "web")]
    with _up({**settings, **more}, tmp_path, *words) as said:
        eventually(lambda: "ready: " in said.read_text(), within=60)
        where = f"web http://127.0.0.1:{ports['web']} smtp 127.0.0.1:{ports['smtp']} lmtp 127.0.0.1:{ports['lmtp']}"
        assert f"ready: {where}\n" in said.read_text()
        with smtplib.SMTP("localhost", ports["smtp"], timeout=10) as client:
            client.starttls(context=trusting)
            client.sendmail("ana@lusitel.example", [DESK], mail())
        with smtplib.SMTP_SSL("localhost", ports["smtps"], timeout=10, context=trusting) as secure:
            secure.sendmail("ana@lusitel.example", [DESK], mail())
        with smtplib.LMTP("127.0.0.1", ports["lmtp"], timeout=10) as local:
            local.sendmail("ana@lusitel.example", [DESK], mail())
        eventually(lambda: world.count("SELECT count(*) FROM kept_mail WHERE outcome = 'opened'") == 3)


@contextmanager
def _up(settings: dict[str, str], folder: Path, *words: str) -> Iterator[Path]:
    """`mailgate up`, what it says, and its end in good order."""
    said = folder / "up.log"
    with said.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "mailgate", "up", "--workers", "1", *words],
            env=environment(settings), cwd=folder, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        yield said
        process.terminate()
        assert process.wait(20) == 0, said.read_text()
    finally:
        process.kill()
        process.wait(10)
