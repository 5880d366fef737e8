"""The systemd units: systemd accepts them, they name commands that exist, and all are equally well guarded."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mailgate.cli import COMMANDS

UNITS = Path(__file__).parents[2] / "deploy" / "systemd"
SERVICES = sorted(UNITS.glob("*.service"))
BIN = "/opt/mailgate/bin"
MOST_EXPOSURE = "25"  # of 100; a unit without any guard has 92

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed (Debian: systemd)"
)


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The units as they lie on a machine, with this Python's mailgate; the worker has an instance."""
    shutil.copytree(UNITS, tmp_path, dirs_exist_ok=True)
    for unit in tmp_path.glob("*.service"):
        unit.write_text(unit.read_text().replace(BIN, f"{sys.prefix}/bin"))
    (tmp_path / "mailgate-worker@.service").rename(tmp_path / "mailgate-worker@1.service")
    return tmp_path


@needs_systemd
def test_systemd_accepts_every_unit(installed: Path) -> None:
    units = sorted(str(unit) for unit in (*installed.glob("*.service"), *installed.glob("*.target")))
    assert len(units) == len(SERVICES) + 1
    done = _analyze("verify", "--man=no", *units)
    assert (done.returncode, done.stderr) == (0, "")


@needs_systemd
def test_systemd_refuses_a_unit_with_a_wrong_line(installed: Path) -> None:
    unit = installed / "mailgate-clock.service"
    unit.write_text(unit.read_text().replace("ProtectSystem=strict", "ProtectSytem=strict"))
    assert "ProtectSytem" in _analyze("verify", "--man=no", str(unit)).stderr


@needs_systemd
def test_every_unit_is_well_guarded(installed: Path) -> None:
    for unit in installed.glob("*.service"):
        done = _analyze("security", "--offline=true", f"--threshold={MOST_EXPOSURE}", str(unit))
        assert done.returncode == 0, f"{unit.name}: {done.stdout.splitlines()[-1:]}"


def test_every_unit_has_the_same_guard() -> None:
    guards = {service.name: _guard(service) for service in SERVICES}
    assert len(guards) >= 6
    assert len(set(guards.values())) == 1, guards


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_units_start_commands_that_exist(service: Path) -> None:
    (start,) = re.findall(r"^ExecStart=(.+)$", service.read_text(), re.MULTILINE)
    program, command, *_ = start.split()
    assert program == f"{BIN}/mailgate"
    assert command in COMMANDS


def test_only_migrations_get_the_owners_credential() -> None:
    assert [
        service.name for service in SERVICES if "EnvironmentFile=/etc/mailgate/owner.env" in service.read_text()
    ] == ["mailgate-migrate.service"]


def test_one_worker_never_sends_and_the_others_do() -> None:
    drop_in = (UNITS / "mailgate-worker@1.service.d" / "reads-only.conf").read_text()
    template = (UNITS / "mailgate-worker@.service").read_text()
    assert re.findall(r"^Environment=QUEUES=(.+)$", drop_in, re.MULTILINE) == ["mail"]
    assert re.findall(r"^Environment=QUEUES=(.+)$", template, re.MULTILINE) == ["send,mail"]
    assert "--name %i@%H --queues ${QUEUES}" in template


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("runuser") is None, reason="mailgate-admin is run by root")
def test_admins_run_commands_as_the_account_with_the_owners_credential(tmp_path: Path) -> None:
    (tmp_path / "owner.env").write_text("MAILGATE_DATABASE_OWNER_URL='postgresql://owner:a$b@/mailgate'\n")
    script = tmp_path / "mailgate-admin"
    script.write_text(
        (UNITS / "mailgate-admin")
        .read_text()
        .replace("/etc/mailgate", str(tmp_path))
        .replace("-u mailgate", "-u nobody")
        .replace(f"{BIN}/mailgate", "/bin/sh -c 'id -un; pwd; echo $MAILGATE_DATABASE_OWNER_URL; echo \"$@\"' sh")
    )
    tmp_path.chmod(0o755)
    done = subprocess.run(["sh", str(script), "user", "add", "a b"], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["nobody", str(tmp_path), "postgresql://owner:a$b@/mailgate", "user add a b"]


def _guard(service: Path) -> frozenset[str]:
    """The lines below the heading of the guard, without the one capability that opens port 25."""
    _, heading, rest = service.read_text().partition("# What it may not do; the same in every unit.\n")
    assert heading, service.name
    lines = rest.partition("\n\n")[0].splitlines()
    return frozenset(line.removesuffix("CAP_NET_BIND_SERVICE") for line in lines)


def _analyze(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["systemd-analyze", *arguments], capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]}
    )
