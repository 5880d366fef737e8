"""`mailgate settings`: every setting is shown, no secret is."""

import json
from pathlib import Path

import pytest

from mailgate.settings import PREFIX, Settings
from tests.cli.conftest import call

SECRETS = {
    "MAILGATE_DATABASE_URL": "postgresql://app:geheim1@db.example:5433/desk?sslmode=require",
    "MAILGATE_DATABASE_OWNER_URL": "postgresql://owner@/desk?host=/run/pg&password=geheim2",
    "MAILGATE_REDIS_URL": "rediss://:geheim3@cache.example:6380/1",
    "MAILGATE_RELAY_URL": "smtp://us%40er:geheim4@relay.example:587",
    "MAILGATE_SECRET_KEY": "geheim5" * 8,
}


def _rows(folder: Path, **environment: str) -> dict[str, dict[str, str]]:
    said = call(environment, folder, "settings", "--json")
    assert (said.code, said.err) == (0, "")
    assert "geheim" not in said.out
    return {row["name"]: row for row in json.loads(said.out)}


def test_every_setting_has_a_line_a_source_and_a_meaning(tmp_path: Path) -> None:
    rows = _rows(tmp_path)
    assert set(rows) == {PREFIX + name.upper() for name in Settings.model_fields}
    assert all(row["meaning"] and row["source"] == "default" for row in rows.values())
    shown = call({}, tmp_path, "settings").out
    assert all(name in shown for name in rows)


def test_only_the_passwords_are_masked(tmp_path: Path) -> None:
    rows = _rows(tmp_path, **SECRETS)
    assert {name: rows[name]["value"] for name in SECRETS} == {
        "MAILGATE_DATABASE_URL": "postgresql://app:***@db.example:5433/desk?sslmode=require",
        "MAILGATE_DATABASE_OWNER_URL": "postgresql://owner@/desk?host=/run/pg&password=***",
        "MAILGATE_REDIS_URL": "rediss://:***@cache.example:6380/1",
        "MAILGATE_RELAY_URL": "smtp://us%40er:***@relay.example:587",
        "MAILGATE_SECRET_KEY": "***",
    }
    assert "geheim" not in call(SECRETS, tmp_path, "settings").out


def test_the_source_of_each_value_is_told(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MAILGATE_WORKERS=5\nMAILGATE_LOG=json\n")
    rows = _rows(tmp_path, MAILGATE_LOG="text")
    assert (rows["MAILGATE_WORKERS"]["value"], rows["MAILGATE_WORKERS"]["source"]) == ("5", ".env")
    assert (rows["MAILGATE_LOG"]["value"], rows["MAILGATE_LOG"]["source"]) == ("text", "environment")
    assert rows["MAILGATE_TRUSTED_PROXIES"]["source"] == "default"


@pytest.mark.parametrize(
    ("name", "value"), [("MAILGATE_WORKERS", "many"), ("MAILGATE_RELAY_URL", "http://geheim"), ("MAILGATE_LOG", "xml")]
)
def test_a_wrong_setting_is_refused_by_name(tmp_path: Path, name: str, value: str) -> None:
    said = call({name: value}, tmp_path, "settings")
    assert said.code == 78
    assert name in said.err
    assert "geheim" not in said.err
