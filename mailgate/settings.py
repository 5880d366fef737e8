"""Every setting, typed, in one class: read once at the front door and passed down."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from mailgate.errors import BadSettings

PREFIX = "MAILGATE_"
SECRET_KEY_LENGTH = 32
HIGHEST_PORT = 65535


class Listen(NamedTuple):
    """An address and a port to listen on."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def _listen(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<four>[^:\[\]\s]+)):(?P<port>\d{1,5})", value.strip())
    if match is None or int(match["port"]) > HIGHEST_PORT:
        message = "must be ADDRESS:PORT, for example 127.0.0.1:2525 or [::]:25"
        raise ValueError(message)
    return Listen(match["six"] or match["four"], int(match["port"]))


def _networks(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return tuple(str(ipaddress.ip_network(part.strip(), strict=False)) for part in value.split(",") if part.strip())


def _domains(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    domains = tuple(part.strip().lower() for part in value.split(",") if part.strip())
    if not all(re.fullmatch(r"[a-z0-9_.-]+", domain) for domain in domains):
        message = "must be names such as mx.example.org, separated by commas"
        raise ValueError(message)
    return domains


def _filters(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return tuple(part.strip().lower() for part in value.split(",") if part.strip())


def _url(*schemes: str) -> AfterValidator:
    def check(value: SecretStr) -> SecretStr:
        parts = urlsplit(value.get_secret_value())
        if parts.scheme not in schemes:
            message = f"must be a URL that starts with {' or '.join(s + '://' for s in schemes)}"
            raise ValueError(message)
        parts.port  # noqa: B018 - raises ValueError where the port is no number
        return value

    return AfterValidator(check)


def _base_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        message = "must be a URL such as https://help.example.org"
        raise ValueError(message)
    return value.rstrip("/")


def _key(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < SECRET_KEY_LENGTH:
        message = f"must have at least {SECRET_KEY_LENGTH} characters"
        raise ValueError(message)
    return value


def _resolver(value: str) -> str:
    if value not in ("system", "off"):
        ipaddress.ip_address(value)
    return value


def _issuer(value: str) -> str:
    parts = urlsplit(value)
    is_here = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
    if not parts.hostname or not (parts.scheme == "https" or is_here) or parts.query or parts.fragment:
        message = "must be an address such as https://sign-in.example.org, without /.well-known"
        raise ValueError(message)
    return value


def _clamav(value: str) -> str:
    parts = urlsplit(value)
    parts.port  # noqa: B018 - raises ValueError where the port is no number
    if not (parts.scheme == "tcp" and parts.hostname) and not (parts.scheme == "unix" and parts.path):
        message = "must be tcp://HOST:3310 or unix:///run/clamav/clamd.ctl"
        raise ValueError(message)
    return value


ListenAddress = Annotated[Listen, NoDecode, BeforeValidator(_listen)]
Networks = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_networks)]
Domains = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_domains)]
Filters = Annotated[tuple[Literal["rspamd", "spamassassin"], ...], NoDecode, BeforeValidator(_filters)]
Days = Annotated[int, Field(ge=0)]


class Settings(BaseSettings):
    """Settings of one process. Each field is a variable MAILGATE_<NAME>, also read from a `.env` file."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
    )

    data: Path = Field(Path("mailgate-data"), description="Folder for the embedded servers, files and the secret key.")
    database_url: Annotated[SecretStr, _url("postgresql", "postgres")] | None = Field(
        None, description="PostgreSQL for everything but migrations; must not own the tables. Unset: embedded."
    )
    database_owner_url: Annotated[SecretStr, _url("postgresql", "postgres")] | None = Field(
        None, description="PostgreSQL as the owner of the tables: migrate, org add, seed, backup, restore."
    )
    redis_url: Annotated[SecretStr, _url("redis", "rediss", "unix")] | None = Field(
        None, description="Redis or Valkey for nudges and live events. Unset: embedded."
    )
    base_url: Annotated[str, AfterValidator(_base_url)] | None = Field(
        None, description="How browsers reach the pages; used in letters. Unset: http:// and the web address."
    )
    smtp_listen: ListenAddress = Field(Listen("127.0.0.1", 2525), description="Where mail is received.")
    smtps_listen: ListenAddress | None = Field(
        None, description="Where mail is received with TLS from the first byte. Unset: nowhere."
    )
    lmtp_listen: ListenAddress | None = Field(
        None, description="Where a mail server of yours hands mail over by LMTP. Unset: nowhere."
    )
    mails_per_minute: int = Field(
        300, ge=0, description="Mails taken from one address in a minute; more are put off. 0: no limit."
    )
    unlimited: Networks = Field((), description="Networks no rate limit applies to, besides this machine.")
    imap_poll: int = Field(
        60, ge=1, le=3600, description="Seconds between looks into IMAP folders that tell of no new mail."
    )
    web_listen: ListenAddress = Field(Listen("127.0.0.1", 8025), description="Where the pages are served.")
    web_threads: int = Field(8, ge=1, le=256, description="Requests one web process works on at the same time.")
    tls_cert: Path | None = Field(None, description="Certificate chain (PEM) for mail and pages.")
    tls_key: Path | None = Field(None, description="Private key (PEM) of the certificate.")
    web_tls: Literal["on", "off"] = Field(
        "on", description="off: pages are served without TLS although there is a certificate; a proxy brings it."
    )
    trusted_proxies: Networks = Field(
        (), description="Networks whose X-Forwarded-* headers are believed, separated by commas."
    )
    proxy_protocol: Literal["on", "off"] = Field(
        "off", description="on: mail connections from MAILGATE_TRUSTED_PROXIES begin with a PROXY line."
    )
    workers: int = Field(2, ge=1, le=64, description="Worker processes that `mailgate up` starts.")
    sending: Literal["on", "hold"] = Field("on", description="hold: outgoing mail is written, but kept back.")
    relay_url: Annotated[SecretStr, _url("smtp", "smtps")] | None = Field(
        None, description="Where mail leaves: smtp://user:pass@host:587 or smtps://. Unset: kept in the outbox."
    )
    relay_connections: int = Field(4, ge=1, le=50, description="Connections to one relay at the same time, over all.")
    relay_per_minute: int = Field(
        0, ge=0, description="Letters handed to one relay in a minute, over all; 0: no limit."
    )
    resolver: Annotated[str, AfterValidator(_resolver)] = Field(
        "system", description="DNS resolver: system, an address, or off."
    )
    trusted_relays: Networks = Field(
        (), description="Networks from which your own relays hand mail over, besides this machine and private ones."
    )
    trusted_results: Domains = Field(
        (), description="Names under which your own relays write Authentication-Results; no others are believed."
    )
    trusted_sealers: Domains = Field(
        (), description="Domains that forward mail to you and whose ARC seals are believed, separated by commas."
    )
    trusted_spam_filters: Filters = Field(
        (), description="Spam filters your own relays run: rspamd, spamassassin. The headers of no others are believed."
    )
    clamav: Annotated[str, AfterValidator(_clamav)] | None = Field(
        None, description="ClamAV that checks files: tcp://HOST:3310 or unix:///run/clamav/clamd.ctl. Unset: nobody."
    )
    clamav_timeout: int = Field(20, ge=1, le=60, description="Seconds ClamAV may take for one file.")
    oidc_issuer: Annotated[str, AfterValidator(_issuer)] | None = Field(
        None,
        description="Where agents may sign in by OpenID Connect, e.g. https://sign-in.example.org. Unset: nowhere.",
    )
    oidc_client_id: str = Field("", description="As which application Mailgate is known there.")
    oidc_client_secret: SecretStr | None = Field(None, description="That application's secret, if it has one.")
    oidc_name: Annotated[str, Field(max_length=40)] = Field(
        "", description="What the button for it says after “Sign in with”. Unset: your organisation's account."
    )
    secret_key: Annotated[SecretStr, AfterValidator(_key)] | None = Field(
        None, description="Signs tokens and seals secrets. Made once and kept in the data folder when embedded."
    )
    former_secret_key: SecretStr | None = Field(
        None, description="The earlier secret key, while `mailgate mailbox reseal` has not been run."
    )
    blob_url: str | None = Field(None, description="Where files are kept: a folder, file:// or s3:// URL.")
    message_size: int = Field(50 * 2**20, ge=2**16, description="Largest mail taken, in bytes.")
    undo_seconds: int = Field(
        10,
        ge=0,
        le=600,
        description="An answer written in the page waits so long, and can be taken back; 0: it leaves.",
    )
    largest_files: int = Field(
        15 * 2**20, ge=0, description="Files that travel with one letter, in bytes together; larger ones are linked."
    )
    ack_per_sender: int = Field(5, ge=0, description="Acknowledgements per sender and mailbox in 24 h; 0: no cap.")
    ack_per_hour: int = Field(500, ge=0, description="Acknowledgements in an hour over all; 0: no breaker.")
    requests_per_sender: int = Field(
        500, ge=0, description="New requests of one sender in an hour; more of their mail is held. 0: no limit."
    )
    reopen_days: Days = Field(
        30, description="A reply reopens a ticket closed no longer than so many days; later, a new one follows it."
    )
    keep_shelf: Days = Field(
        0, description="Days that mail lies on the shelf before it is discarded and its bytes removed; 0: for ever."
    )
    keep_audit: Days = Field(0, description="Days that the audit of the set-up is kept; 0: for ever.")
    shelf_alarm: int = Field(
        100, ge=0, description="So many mails on the shelf are an alarm, in doctor and on its page; 0: never."
    )
    log: Literal["text", "json"] = Field("text", description="Log lines for people or for machines.")

    def require_complete(self) -> None:
        """Refuse combinations that cannot work."""
        if (self.tls_cert is None) != (self.tls_key is None):
            message = "MAILGATE_TLS_CERT and MAILGATE_TLS_KEY: set both or none."
            raise BadSettings(message)
        for name, path in (("MAILGATE_TLS_CERT", self.tls_cert), ("MAILGATE_TLS_KEY", self.tls_key)):
            if path is not None and not path.is_file():
                message = f"{name}: there is no file {path}."
                raise BadSettings(message)
        if self.smtps_listen is not None and self.tls_cert is None:
            message = "MAILGATE_SMTPS_LISTEN needs MAILGATE_TLS_CERT and MAILGATE_TLS_KEY."
            raise BadSettings(message)
        if self.proxy_protocol == "on" and not self.trusted_proxies:
            message = "MAILGATE_PROXY_PROTOCOL is on: name in MAILGATE_TRUSTED_PROXIES who may speak it."
            raise BadSettings(message)
        if (self.oidc_issuer is None) != (not self.oidc_client_id):
            message = "MAILGATE_OIDC_ISSUER and MAILGATE_OIDC_CLIENT_ID: set both or none."
            raise BadSettings(message)
        if self.database_owner_url is not None and self.database_url is None:
            message = "MAILGATE_DATABASE_URL is missing: MAILGATE_DATABASE_OWNER_URL alone is not enough."
            raise BadSettings(message)
        if self.database_url is not None and self.secret_key is None:
            message = (
                "MAILGATE_SECRET_KEY is missing: with a database of your own it must be the same on every machine. "
                "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
            )
            raise BadSettings(message)

    @property
    def serves_https(self) -> bool:
        """Whether the web process brings TLS itself."""
        return self.tls_cert is not None and self.web_tls == "on"

    @property
    def public_url(self) -> str:
        """How browsers reach the pages."""
        scheme = "https" if self.serves_https else "http"
        return self.base_url or f"{scheme}://{self.web_listen}"


def read_settings(**overrides: Any) -> Settings:
    """Read the environment and `.env`; a wrong setting stops the start, by name."""
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        settings = Settings(**given)
    except ValidationError as error:
        raise BadSettings("\n".join(_sentence(dict(problem)) for problem in error.errors())) from None
    settings.require_complete()
    return settings


def _sentence(problem: dict[str, Any]) -> str:
    field = str(problem["loc"][0]) if problem["loc"] else "?"
    reason = str(problem["msg"]).removeprefix("Value error, ")
    return f"{PREFIX}{field.upper()}: {reason[:1].lower()}{reason[1:]}."


def source_of(field: str) -> str:
    """Where a setting's value comes from, for `mailgate settings`."""
    import os  # noqa: PLC0415 - only this question needs it

    from dotenv import dotenv_values  # noqa: PLC0415 - as above

    name = PREFIX + field.upper()
    if os.environ.get(name):  # noqa: TID251 - the settings are where the environment is read
        return "environment"
    return ".env" if dotenv_values(".env").get(name) else "default"
