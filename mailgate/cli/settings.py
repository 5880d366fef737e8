"""`mailgate settings`: every setting, its value, where it comes from and what it means."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click
from pydantic import SecretStr

if TYPE_CHECKING:
    from mailgate.settings import Settings

MASKED = "***"


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def settings(as_json: bool) -> None:
    """Show every setting: its variable, value, source and meaning. Secrets and passwords are masked.

    A setting is a MAILGATE_… variable, or a line in a file named .env in the current folder.
    """
    from mailgate.settings import read_settings

    rows = list(_rows(read_settings()))
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    width = max(len(row["name"]) for row in rows)
    for row in rows:
        value = "(not set)" if row["value"] is None else row["value"] or '""'
        click.echo(f"{click.style(row['name'].ljust(width), bold=True)}  {value}  ({row['source']})")
        click.echo(f"{'':{width}}  {row['meaning']}")


def _rows(settings: Settings) -> list[dict[str, Any]]:
    from mailgate.settings import PREFIX, source_of

    return [
        {
            "name": PREFIX + name.upper(),
            "value": _shown(name, getattr(settings, name)),
            "source": source_of(name),
            "meaning": field.description,
        }
        for name, field in type(settings).model_fields.items()
    ]


def _shown(name: str, value: Any) -> str | None:
    """The value as it would be written down, without what must stay secret."""
    if value is None:
        return None
    plain = value.get_secret_value() if isinstance(value, SecretStr) else value
    if name.endswith("_url"):
        return _without_password(str(plain))
    if isinstance(value, SecretStr):
        return MASKED
    if name == "trusted_proxies":
        return ",".join(plain)
    return str(plain)


def _without_password(url: str) -> str:
    """A URL with its password masked, whether it stands before the host or among the options."""
    parts = urlsplit(url)
    if parts.password is not None:
        before, _, host = parts.netloc.rpartition("@")
        parts = parts._replace(netloc=f"{before.partition(':')[0]}:{MASKED}@{host}")
    options = [
        f"{option.partition('=')[0]}={MASKED}" if _is_secret(option) else option for option in parts.query.split("&")
    ]
    return parts._replace(query="&".join(options)).geturl()


def _is_secret(option: str) -> bool:
    return any(word in option.partition("=")[0].lower() for word in ("password", "secret", "key", "token"))
