"""The container image and the compose file: what they copy, start and set exists."""

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from mailgate.cli import COMMANDS
from mailgate.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()
COMPOSE = ROOT / "deploy" / "compose.yaml"
VARIABLES = {PREFIX + name.upper() for name in Settings.model_fields}
OURS = {"migrate", "smtp", "imap", "worker-1", "worker-2", "clock", "web", "admin"}
WITH_OWNER = {"migrate", "admin"}


def test_what_the_image_copies_is_enough_to_build_the_wheel(tmp_path: Path) -> None:
    copied = [
        name for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE) for name in line.split()[:-1]
    ]
    for name in copied:
        source = ROOT / name
        assert source.exists(), name
        (shutil.copytree if source.is_dir() else shutil.copyfile)(source, tmp_path / name)
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel"], cwd=tmp_path, check=True, capture_output=True
    )
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    assert {"mailgate/jobs.py", "web/app.py", "mailgate/_shipped/migrations/env.py"} <= held
    assert any(name.startswith("mailgate/_shipped/email_templates/received/") for name in held)
    assert any(name.endswith("/licenses/LICENSE") for name in held)


def test_the_image_installs_by_hash_and_runs_without_rights() -> None:
    assert "--require-hashes -r requirements.lock" in DOCKERFILE
    users = re.findall(r"^USER (.+)$", DOCKERFILE, re.MULTILINE)
    assert users == ["mailgate"]
    assert DOCKERFILE.rindex("USER ") < DOCKERFILE.index("ENTRYPOINT") < DOCKERFILE.index('CMD ["up"]')


def test_the_image_is_asked_for_its_health() -> None:
    assert re.search(r"HEALTHCHECK .*\\\n +CMD \[.*/readyz", DOCKERFILE)


@pytest.mark.parametrize("file", ["Dockerfile", "compose.yaml", "nginx.conf"])
def test_settings_named_are_settings(file: str) -> None:
    named = set(re.findall(r"\bMAILGATE_[A-Z_]+\b", (ROOT / "deploy" / file).read_text()))
    assert named
    assert named <= VARIABLES


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed, so compose.yaml is not read")
    return dict(yaml.safe_load(COMPOSE.read_text())["services"])


def test_compose_starts_commands_that_exist(services: dict[str, Any]) -> None:
    assert services.keys() - OURS == {"postgres", "valkey"}
    assert {services[name]["command"][0] for name in OURS} <= set(COMMANDS)


def test_compose_gives_the_owners_credential_to_migrations_and_admins_only(services: dict[str, Any]) -> None:
    knowing = {name for name in OURS if "MAILGATE_DATABASE_OWNER_URL" in services[name]["environment"]}
    assert knowing == WITH_OWNER
    assert all("OWNER_PASSWORD" not in str(services[name]) for name in OURS - WITH_OWNER)


def test_compose_waits_for_the_migrations(services: dict[str, Any]) -> None:
    for name in OURS - {"migrate"}:
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert services["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}


def test_compose_names_its_workers_for_good_and_lets_one_only_read(services: dict[str, Any]) -> None:
    workers = [services[name]["command"] for name in sorted(OURS) if name.startswith("worker")]
    assert len({command[command.index("--name") + 1] for command in workers}) == len(workers)
    assert [command[command.index("--queues") + 1] for command in workers] == ["mail", "send,mail"]


def test_compose_mounts_what_exists_and_asks_for_health(services: dict[str, Any]) -> None:
    mounted = [volume.split(":")[0] for service in services.values() for volume in service.get("volumes", [])]
    assert all((COMPOSE.parent / path).exists() for path in mounted if path.startswith("."))
    assert {path for path in mounted if not path.startswith(".")} == {"database", "files"}
    for name in ("postgres", "valkey", "smtp"):
        assert services[name]["healthcheck"]["test"][0] == "CMD"
    assert "healthcheck" not in services["web"]  # the image's own, which asks the pages
