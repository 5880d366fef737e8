"""`mailgate smtp` and `lmtp`: light, because they keep mail and leave the rest to the workers."""

from __future__ import annotations

import asyncio

import click

from mailgate import log
from mailgate.embedded import running
from mailgate.settings import read_settings


@click.command()
@click.option("--listen", "smtp_listen", metavar="ADDRESS:PORT", help="Where to listen (MAILGATE_SMTP_LISTEN).")
def smtp(smtp_listen: str | None) -> None:
    """Receive mail by SMTP; with MAILGATE_SMTPS_LISTEN, on a port with TLS from the first byte as well."""
    from mailgate.cli.doors import smtp_doors

    settings = read_settings(smtp_listen=smtp_listen)
    with running(settings) as servers:
        log.start("smtp", settings.log)
        asyncio.run(smtp_doors(settings, servers))


@click.command()
@click.option("--listen", "lmtp_listen", metavar="ADDRESS:PORT", help="Where to listen (MAILGATE_LMTP_LISTEN).")
def lmtp(lmtp_listen: str | None) -> None:
    """Receive mail by LMTP from a mail server of yours, with an answer for each recipient."""
    from mailgate.cli.doors import lmtp_door

    settings = read_settings(lmtp_listen=lmtp_listen)
    with running(settings) as servers:
        log.start("lmtp", settings.log)
        asyncio.run(lmtp_door(settings, servers))
