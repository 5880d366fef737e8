"""`mailgate up`: everything on one machine. Kept light, because it stays for as long as its children do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from socket import gethostname

import click

from mailgate import log
from mailgate.cli.outcome import Ended
from mailgate.cli.web_address import noted
from mailgate.embedded import Servers, running
from mailgate.settings import Listen, Settings, read_settings
from mailgate.supervise import (
    Role,
    exit_on_signals,
    mailgate_role,
    next_free,
    page_answers,
    refuse_taken,
    supervise,
    takes_mail,
)

_DEMO_RELAY_PORT = 2526
_IMAP_FLAG = "imap-wanted"  # in the data folder
_LMTP = Listen("127.0.0.1", 2424)


@click.command()
@click.option("--data", type=click.Path(path_type=Path), help="The data folder (MAILGATE_DATA).")
@click.option("--smtp", "smtp_port", type=click.IntRange(1, 65535), help="Port for mail (MAILGATE_SMTP_LISTEN).")
@click.option("--lmtp", "lmtp_port", type=click.IntRange(1, 65535), help="Port for LMTP (MAILGATE_LMTP_LISTEN).")
@click.option("--web", "web_port", type=click.IntRange(1, 65535), help="Port for the pages (MAILGATE_WEB_LISTEN).")
@click.option("--workers", type=click.IntRange(1, 64), help="Worker processes (MAILGATE_WORKERS).")
@click.option(
    "--demo", is_flag=True, help="With sample data and a mailbox to answer from; nothing leaves this machine."
)
def up(
    data: Path | None,
    smtp_port: int | None,
    lmtp_port: int | None,
    web_port: int | None,
    workers: int | None,
    demo: bool,
) -> None:
    """Run everything on this machine: mail, workers, clock and pages.

    Prints `ready: web URL smtp HOST:PORT` when mail is accepted and the page answers. Ctrl-C stops it in order.
    """
    settings = read_settings(data=data, workers=workers)
    smtp, web = _port(settings.smtp_listen, smtp_port), _port(settings.web_listen, web_port)
    lmtp = _port(settings.lmtp_listen or _LMTP, lmtp_port) if lmtp_port else settings.lmtp_listen
    if demo:
        smtp, web = _free(smtp, "mail"), _free(web, "the pages")
    else:
        refuse_taken("MAILGATE_SMTP_LISTEN", "--smtp", smtp)
        refuse_taken("MAILGATE_WEB_LISTEN", "--web", web)
    if lmtp is not None:
        refuse_taken("MAILGATE_LMTP_LISTEN", "--lmtp", lmtp)
    settings = settings.model_copy(update={"smtp_listen": smtp, "lmtp_listen": lmtp, "web_listen": web})
    log.start("up", settings.log)
    exit_on_signals()
    with running(settings) as servers, noted(settings.data, settings.public_url):
        environment, roles, steps = _environment(settings, servers), _roles(settings), []
        if demo:
            relay = next_free(Listen("127.0.0.1", _DEMO_RELAY_PORT))
            mailbox = next_free(Listen("127.0.0.1", web.port + 1))
            roles.append(_demo_role(relay, mailbox))
            # Whatever else is set: mail of the demo goes to its own post office and never leaves this machine.
            environment |= {"MAILGATE_RELAY_URL": f"smtp://{relay}", "MAILGATE_SENDING": "on"}
            steps = ["--demo-mailbox", str(mailbox.port)]
        said = _first_steps(environment, steps)
        raise Ended(
            supervise(
                roles,
                environment,
                ready_when=(*_mail_doors(settings), lambda: _page_answers(settings)),
                on_ready=lambda: _announce(settings, said),
                heal=servers.ensure,
                form=settings.log,
            )
        )


def _port(listen: Listen, port: int | None) -> Listen:
    return listen._replace(port=port) if port else listen


def _free(listen: Listen, what: str) -> Listen:
    free = next_free(listen)
    if free != listen:
        click.echo(f"Port {listen.port} is taken; {what}: {free.port} instead.")
    return free


def _roles(settings: Settings) -> list[Role]:
    """One worker never sends, so that a slow relay cannot keep all of them from reading."""
    python = (sys.executable, "-P", "-m", "mailgate", "worker")
    workers = [
        # The same name after a restart, another on another machine: what a dead worker held is given back by name.
        Role(f"worker-{number}", (*python, "--name", f"{gethostname()}-worker-{number}", "--queues", queues))
        for number in range(1, settings.workers + 1)
        for queues in ["mail" if number == 1 and settings.workers > 1 else "send,mail"]
    ]
    doors = [mailgate_role("smtp"), *([mailgate_role("lmtp")] if settings.lmtp_listen else [])]
    # No process waits for a mailbox to fetch: the clock, which has the database open, notes when there is one.
    flag = settings.data.resolve() / _IMAP_FLAG
    flag.unlink(missing_ok=True)
    clock = mailgate_role("clock", "--imap-flag", str(flag))
    fetcher = replace(mailgate_role("imap", "--name", f"{gethostname()}-imap"), is_wanted=flag.exists)
    return [*doors, *workers, clock, fetcher, mailgate_role("web")]


def _demo_role(relay: Listen, mailbox: Listen) -> Role:
    ports = ("--relay-port", str(relay.port), "--mailbox-port", str(mailbox.port))
    return Role("demo", (sys.executable, "-P", "-m", "mailgate.demo", *ports))


def _environment(settings: Settings, servers: Servers) -> dict[str, str]:
    """What the children must know of what was decided here."""
    known = {
        "MAILGATE_DATA": str(settings.data.resolve()),
        "MAILGATE_DATABASE_URL": servers.database_url,
        "MAILGATE_DATABASE_OWNER_URL": servers.owner_url,
        "MAILGATE_REDIS_URL": servers.redis_url,
        "MAILGATE_SECRET_KEY": servers.secret_key,
        "MAILGATE_SMTP_LISTEN": str(settings.smtp_listen),
        "MAILGATE_LMTP_LISTEN": str(settings.lmtp_listen or ""),
        "MAILGATE_WEB_LISTEN": str(settings.web_listen),
        "MAILGATE_BASE_URL": settings.public_url,
    }
    return {name: value for name, value in known.items() if value}


def _first_steps(environment: dict[str, str], steps: list[str]) -> str:
    """Migrate, and make the first admin where there is nobody; in a process that ends, for the memory it takes."""
    command = [sys.executable, "-P", "-m", "mailgate.cli.first_steps", *steps]
    done = subprocess.run(
        command, env={**_own_environment(), **environment}, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise Ended(done.returncode)
    return done.stdout


def _own_environment() -> dict[str, str]:
    import os

    return dict(os.environ)  # noqa: TID251 - handed on whole, not read


def _mail_doors(settings: Settings) -> list[Callable[[], bool]]:
    """Whether each mail door greets."""
    listening = [listen for listen in (settings.smtp_listen, settings.lmtp_listen) if listen is not None]
    proxies = settings.trusted_proxies if settings.proxy_protocol == "on" else ()
    return [partial(takes_mail, listen, proxies) for listen in listening]


def _page_answers(settings: Settings) -> bool:
    host = settings.public_url.partition("://")[2].partition("/")[0]
    return page_answers(settings.web_listen, "/readyz", host, tls=settings.serves_https)


def _announce(settings: Settings, said: str) -> None:
    if said:
        click.echo(said, nl=False)
    lmtp = f" lmtp {settings.lmtp_listen}" if settings.lmtp_listen else ""
    click.echo(f"ready: web {settings.public_url} smtp {settings.smtp_listen}{lmtp}")
