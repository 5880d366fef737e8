"""`mailgate mailbox relay`: where one mailbox's letters leave, if not by the relay of all."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from mailgate import clock
from mailgate.cli.house import house
from mailgate.cli.imap_options import Entrance, by_token, saying_how
from mailgate.cli.shared import ORG, mailbox_named

if TYPE_CHECKING:
    from mailgate.oauth import Provider
    from mailgate.seal import Seal
    from mailgate.store.db import Session
    from mailgate.store.office import Mailbox

_SCOPES = {
    "google": "https://mail.google.com/",
    "microsoft": "https://outlook.office.com/SMTP.Send offline_access",
    "graph": "https://graph.microsoft.com/Mail.Send offline_access",
}
_HOSTS = {"google": "smtp://smtp.gmail.com:587", "microsoft": "smtp://smtp.office365.com:587", "graph": "graph:"}


@click.command("relay")
@click.argument("address")
@click.option("--relay", "url", metavar="URL", help="smtps://[user@]host[:port], smtp://… (STARTTLS), or graph:.")
@click.option("--password-stdin", is_flag=True, help="It wants a password: read it from standard input.")
@click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), help="When the password ends; doctor warns before.")
@click.option("--oauth", metavar="WHO", help="Sign in by token: google, microsoft, or other (with the URLs below).")
@click.option("--client-id", metavar="ID", help="The application registered with the provider.")
@click.option("--client-secret-stdin", is_flag=True, help="It has a secret: read it from standard input.")
@click.option("--tenant", default="organizations", show_default=True, help="Microsoft's name of your organisation.")
@click.option("--token-url", metavar="URL", help="For --oauth other: where tokens are handed out.")
@click.option("--device-url", metavar="URL", help="For --oauth other: where device codes are handed out.")
@click.option("--scope", help="For --oauth other: what to ask for.")
@click.option("--common", is_flag=True, help="Use the relay of all mailboxes again (MAILGATE_RELAY_URL).")
@ORG
def mailbox_relay(address: str, common: bool, org: str | None, **given: Any) -> None:
    """Give a mailbox a relay of its own: its letters leave there from now on, in every process."""
    from mailgate.office.relays import take_relay

    if common == bool(given["url"] or given["oauth"]):
        raise click.UsageError("Say where its letters leave: --relay URL, --oauth google or microsoft, or --common.")
    with house() as here:
        with here.desk(org) as session:
            mailbox_named(session, address)  # nobody types a password for a mailbox that is not there
        way_in = None if common else entrance(given)
        with here.desk(org) as session:
            found = mailbox_named(session, address)
            if common:
                take_relay(session, found)
            else:
                give(session, here.seal, found, given, way_in)
    click.echo(
        f"Letters of {found.address} leave by {'the relay of all' if common else given['url'] or given['oauth']}."
    )


def entrance(given: dict[str, Any]) -> Entrance | None:
    """Read the password, or have somebody sign in; None: it takes our letters as they are."""
    now = clock.now()
    ends = given["expires"].replace(tzinfo=now.tzinfo) if given["expires"] else None
    if given["oauth"]:
        return by_token(given, now, ends, provider(given))
    return Entrance(sys.stdin.readline().rstrip("\r\n"), None, ends) if given["password_stdin"] else None


def give(session: Session, seal: Seal, mailbox: Mailbox, given: dict[str, Any], way_in: Entrance | None) -> None:
    from mailgate.office.relays import give_relay, read_way

    with saying_how():
        way = read_way(given["url"] or _HOSTS[_who(given)], has_secret=way_in is not None)
    give_relay(
        session, mailbox, way, way_in.secret if way_in else None, seal, clock.now(),
        oauth=way_in.oauth if way_in else None, expires_at=way_in.expires_at if way_in else None,
    )  # fmt: skip


def provider(given: dict[str, Any]) -> Provider:
    """Whom to ask for tokens that let us send."""
    from mailgate.cli.imap_options import provider as named

    if given["oauth"] == "other":
        if not (given["url"] and given["token_url"] and given["device_url"] and given["scope"]):
            raise click.UsageError("--oauth other needs --relay, --token-url, --device-url and --scope.")
        return named({**given, "url": given["url"]})
    return replace(named(given), scope=_SCOPES[_who(given)])


def _who(given: dict[str, Any]) -> str:
    is_graph = (given["url"] or "").rstrip("/") in ("graph:", "graph")
    return "graph" if is_graph and given["oauth"] == "microsoft" else str(given["oauth"])
