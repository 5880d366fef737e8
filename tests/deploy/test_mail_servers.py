"""Exim and procmail before Mailgate: their own programs accept the samples, and lose nothing that Mailgate refuses."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from mailgate.cli import COMMANDS

DEPLOY = Path(__file__).parents[2] / "deploy"
EXIM = DEPLOY / "exim" / "mailgate.conf"
PROCMAIL = DEPLOY / "procmail" / "procmailrc"
MAIL = b"From: ana@lusitel.example\nSubject: Hello\n\nHello.\n"

needs_exim = pytest.mark.skipif(
    shutil.which("exim4") is None, reason="exim4 is not installed (Debian: exim4-daemon-light)"
)
needs_procmail = pytest.mark.skipif(shutil.which("procmail") is None, reason="procmail is not installed")


@needs_exim
def test_exim_takes_the_sample_and_finds_its_way(tmp_path: Path) -> None:
    own = (
        f"spool_directory = {tmp_path}",
        f"log_file_path = {tmp_path}/%slog",
        "domainlist relay_to_domains = help.example.org",
    )
    (tmp_path / "conf").write_text("\n".join(own) + "\n" + EXIM.read_text())
    command = ["exim4", "-C", str(tmp_path / "conf")]
    found = subprocess.run(
        [*command, "-bt", "support+t1.x@help.example.org"], capture_output=True, text=True, check=True
    )
    assert "router = mailgate, transport = mailgate_lmtp" in found.stdout


@needs_procmail
@pytest.mark.parametrize(("code", "told"), [(0, 0), (75, 75), (67, 75), (65, 75), (1, 75), (127, 75)])
def test_procmail_keeps_in_the_queue_what_mailgate_did_not_take(tmp_path: Path, code: int, told: int) -> None:
    (tmp_path / "mailgate").write_text(f'#!/bin/sh\ncat > got\necho "$@" > words\nexit {code}\n')
    (tmp_path / "mailgate").chmod(0o755)
    rules = PROCMAIL.read_text().replace("/opt/mailgate/bin/mailgate", str(tmp_path / "mailgate"))
    (tmp_path / "rc").write_text(rules.replace("=/etc/mailgate", f"={tmp_path}"))
    (tmp_path / "rc").chmod(0o600)
    command = ["procmail", "-m", f"DEFAULT={tmp_path}/inbox", f"LOGFILE={tmp_path}/log", str(tmp_path / "rc")]
    assert subprocess.run(command, input=MAIL, check=False).returncode == told
    assert (tmp_path / "got").read_bytes().strip() == MAIL.strip()
    assert (tmp_path / "words").read_text() == "ingest --mailbox support@example.org\n"
    assert not (tmp_path / "inbox").exists()


@pytest.mark.parametrize("sample", [EXIM, PROCMAIL], ids=lambda sample: sample.name)
def test_the_samples_call_a_command_that_exists(sample: Path) -> None:
    (command,) = re.findall(r"/opt/mailgate/bin/mailgate (\w+)", sample.read_text())
    assert command in COMMANDS
