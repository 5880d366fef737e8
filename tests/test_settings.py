"""A wrong setting stops the start, by name."""

from pathlib import Path

import pytest

from mailgate.errors import BadSettings
from mailgate.settings import Listen, read_settings

KEY = "x" * 40


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("MAILGATE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SMTP_LISTEN", "2525"),
        ("SMTP_LISTEN", "127.0.0.1:99999"),
        ("WEB_LISTEN", "[::1"),
        ("DATABASE_URL", "mysql://x"),
        ("REDIS_URL", "http://x"),
        ("RELAY_URL", "mail.example.org:25"),
        ("BASE_URL", "help.example.org"),
        ("TRUSTED_PROXIES", "300.1.1.1"),
        ("SENDING", "maybe"),
        ("SECRET_KEY", "short"),
        ("RESOLVER", "nonsense"),
        ("WORKERS", "0"),
        ("ACK_PER_SENDER", "-1"),
        ("LOG", "xml"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"MAILGATE_{name}", value)
    with pytest.raises(BadSettings, match=f"MAILGATE_{name}: "):
        read_settings()


def test_a_secret_never_stands_in_what_is_said_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILGATE_RELAY_URL", "http://user:hunter2@relay.example")
    with pytest.raises(BadSettings) as caught:
        read_settings()
    assert "hunter2" not in str(caught.value)


def test_several_wrong_settings_are_all_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILGATE_WORKERS", "none")
    monkeypatch.setenv("MAILGATE_LOG", "xml")
    with pytest.raises(BadSettings, match=r"(?s)MAILGATE_WORKERS.*MAILGATE_LOG"):
        read_settings()


def test_an_external_database_demands_a_key_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILGATE_DATABASE_URL", "postgresql://app:pw@db.example/mailgate")
    with pytest.raises(BadSettings, match="MAILGATE_SECRET_KEY is missing"):
        read_settings()
    monkeypatch.setenv("MAILGATE_SECRET_KEY", KEY)
    assert read_settings().database_url is not None


def test_tls_needs_both_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MAILGATE_TLS_CERT", str(tmp_path / "cert.pem"))
    with pytest.raises(BadSettings, match="MAILGATE_TLS_KEY"):
        read_settings()
    monkeypatch.setenv("MAILGATE_TLS_KEY", str(tmp_path / "key.pem"))
    with pytest.raises(BadSettings, match="there is no file"):
        read_settings()


def test_an_encrypted_door_needs_a_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILGATE_SMTPS_LISTEN", "127.0.0.1:4650")
    with pytest.raises(BadSettings, match="MAILGATE_SMTPS_LISTEN needs MAILGATE_TLS_CERT"):
        read_settings()


def test_whoever_may_speak_for_others_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILGATE_PROXY_PROTOCOL", "on")
    with pytest.raises(BadSettings, match="MAILGATE_TRUSTED_PROXIES"):
        read_settings()
    monkeypatch.setenv("MAILGATE_TRUSTED_PROXIES", "10.0.0.1, 10.1.0.0/16")
    assert read_settings().trusted_proxies == ("10.0.0.1/32", "10.1.0.0/16")


def test_pages_can_stay_without_tls_behind_a_proxy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "both.pem").touch()
    monkeypatch.setenv("MAILGATE_TLS_CERT", str(tmp_path / "both.pem"))
    monkeypatch.setenv("MAILGATE_TLS_KEY", str(tmp_path / "both.pem"))
    assert read_settings().public_url == "https://127.0.0.1:8025"
    monkeypatch.setenv("MAILGATE_WEB_TLS", "off")
    assert read_settings().public_url == "http://127.0.0.1:8025"
    assert not read_settings().serves_https


def test_a_file_and_the_environment_are_read_and_the_environment_wins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("MAILGATE_WORKERS=3\nMAILGATE_SMTP_LISTEN=[::]:25\nUNRELATED=1\n")
    monkeypatch.setenv("MAILGATE_WORKERS", "5")
    settings = read_settings()
    assert settings.workers == 5
    assert settings.smtp_listen == Listen("::", 25)
    assert str(settings.smtp_listen) == "[::]:25"


def test_pages_are_at_the_base_url_or_where_they_are_served(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings().public_url == "http://127.0.0.1:8025"
    monkeypatch.setenv("MAILGATE_BASE_URL", "https://help.example.org/")
    assert read_settings().public_url == "https://help.example.org"
