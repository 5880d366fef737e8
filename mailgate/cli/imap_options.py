"""What `mailbox add` and `mailbox connect` need to know of a mailbox that is fetched by IMAP."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mailgate.errors import BadInput

if TYPE_CHECKING:
    from mailgate.oauth import Provider
    from mailgate.seal import Seal
    from mailgate.store.db import Session
    from mailgate.store.office import Mailbox

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--imap", "url", metavar="URL", help="Fetch it from imaps://[user@]host[:port]."),
    click.option("--password-stdin", is_flag=True, help="Read the password from standard input; else it is asked for."),
    click.option("--folder", "folders", multiple=True, metavar="NAME", help="A folder to read (default: INBOX)."),
    click.option("--junk", multiple=True, metavar="NAME", help="A folder to read as spam."),
    click.option(
        "--after", default="seen", show_default=True, metavar="WHAT",
        help="What becomes of a mail once it is kept: seen, nothing, delete or move:FOLDER.",
    ),
    click.option("--only-new", is_flag=True, help="Leave alone what lies there today."),
    click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), help="When the password ends; doctor warns before."),
    click.option("--oauth", metavar="WHO", help="Sign in by token: google, microsoft, or other (with the URLs below)."),
    click.option("--client-id", metavar="ID", help="The application registered with the provider."),
    click.option("--client-secret-stdin", is_flag=True, help="It has a secret: read it from standard input."),
    click.option("--tenant", default="organizations", show_default=True, help="Microsoft's name of your organisation."),
    click.option("--token-url", metavar="URL", help="For --oauth other: where tokens are handed out."),
    click.option("--device-url", metavar="URL", help="For --oauth other: where device codes are handed out."),
    click.option("--scope", help="For --oauth other: what to ask for."),
)  # fmt: skip


def imap_options(command: F) -> F:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Entrance:
    """What a mailbox is signed in with."""

    secret: str
    oauth: dict[str, str] | None
    expires_at: datetime | None


@contextmanager
def saying_how() -> Iterator[None]:
    """A room knows no options: whoever writes a password into a URL is told of the one for it."""
    try:
        yield
    except BadInput as error:
        if "has a password" not in error.fields.values():
            raise
        raise BadInput(f"{error} Use --password-stdin.", **error.fields) from None


def is_wanted(given: dict[str, Any]) -> bool:
    return bool(given["url"] or given["oauth"])


def entrance(given: dict[str, Any], now: datetime) -> Entrance:
    """Read the password, or have somebody sign in. Nothing has been changed yet while they do.

    What else is wrong is said before: nobody types a password in vain.
    """
    from mailgate.office.imap import checked_after, read_imap_url

    if given["url"]:
        with saying_how():
            read_imap_url(given["url"])
    checked_after(given["after"])
    ends = given["expires"].replace(tzinfo=now.tzinfo) if given["expires"] else None
    if given["oauth"]:
        return by_token(given, now, ends, provider(given))
    if given["password_stdin"]:
        return Entrance(sys.stdin.readline().rstrip("\r\n"), None, ends)
    return Entrance(click.prompt("Password", hide_input=True), None, ends)


def connect(
    session: Session, seal: Seal, mailbox: Mailbox, given: dict[str, Any], way_in: Entrance, now: datetime
) -> str:
    """Have it fetched; from where."""
    from mailgate.office.imap import Wishes, connect, read_imap_url

    url = given["url"] or f"imaps://{provider(given).host}"
    wishes = Wishes(given["folders"] or ("INBOX",), given["junk"], given["after"], now if given["only_new"] else None)
    connect(
        session, mailbox, read_imap_url(url), wishes, way_in.secret, seal, now,
        oauth=way_in.oauth, expires_at=way_in.expires_at,
    )  # fmt: skip
    return str(url)


def by_token(given: dict[str, Any], now: datetime, ends: datetime | None, provider: Provider) -> Entrance:
    """Have somebody sign in with the provider."""
    from mailgate import oauth
    from mailgate.office.imap import ByToken

    if not given["client_id"]:
        raise click.UsageError("--oauth needs --client-id: the application you have registered with the provider.")
    secret = sys.stdin.readline().rstrip("\r\n") if given["client_secret_stdin"] else ""
    client = oauth.Client(given["client_id"], secret)
    if provider.device_url is not None:
        grant = oauth.by_device(provider, client, _show_code)
    else:
        grant = oauth.by_browser(provider, client, _ask_for_address)
    way_in = ByToken(provider, client, grant)
    soonest = min((moment for moment in (ends, way_in.ends(now)) if moment is not None), default=None)
    return Entrance(oauth.TokenSecret(grant.refresh_token, secret).packed(), way_in.known(), soonest)


def provider(given: dict[str, Any]) -> Provider:
    """Whom to ask for tokens."""
    from mailgate import oauth

    if given["oauth"] == "other":
        if not (given["url"] and given["token_url"] and given["device_url"] and given["scope"]):
            raise click.UsageError("--oauth other needs --imap, --token-url, --device-url and --scope.")
        return oauth.Provider("other", "", given["token_url"], "", given["scope"], given["device_url"])
    if given["oauth"] not in oauth.PROVIDERS:
        raise click.UsageError(f"--oauth takes {', '.join(oauth.PROVIDERS)} or other.")
    return oauth.provider(given["oauth"], given["tenant"])


def _show_code(address: str, code: str) -> None:
    click.echo(f"Open {address} as the mailbox's user and type the code {code}", err=True)


def _ask_for_address(address: str) -> str:
    click.echo(f"Open this address in a browser and sign in as the mailbox's user:\n\n{address}\n", err=True)
    click.echo("At the end the browser shows an error: nobody answers at 127.0.0.1. That is as it should be.", err=True)
    given: str = click.prompt("Paste the address it ended at", err=True)
    return given
