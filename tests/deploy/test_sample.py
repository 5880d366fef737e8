"""deploy/env.example: what it shows is accepted, and where it shows a default it is the default."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from mailgate.settings import PREFIX, Settings, read_settings

SAMPLE = Path(__file__).parents[2] / "deploy" / "env.example"
SHOWN: dict[str, str] = dict(re.findall(r"^# (MAILGATE_\w+)=(.*)$", SAMPLE.read_text(), re.MULTILINE))
KEY = "0123456789012345678901234567890123456789"


def test_all_that_is_shown_can_be_set_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = tmp_path / "tls.pem"
    certificate.touch()
    changed = {"SECRET_KEY": KEY, "TLS_CERT": str(certificate), "TLS_KEY": str(certificate)}
    for name, value in SHOWN.items():
        monkeypatch.setenv(name, changed.get(name.removeprefix(PREFIX), value))
    assert read_settings().public_url == "https://help.example.org"


@pytest.mark.parametrize("name", SHOWN)
def test_a_setting_that_has_a_default_is_shown_with_it(name: str) -> None:
    field = name.removeprefix(PREFIX).lower()
    default = Settings.model_fields[field].default
    if default not in (None, (), ""):  # nothing by default: an example is shown
        assert SHOWN[name].removeprefix("./") == _written(default)


def _written(value: Any) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)
