"""`mailgate org`, `user`, `token`, `mailbox`: what has to exist before the first mail."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta

import click

from mailgate import clock
from mailgate.cli.house import house

ORG = click.option("--org", metavar="NAME", help="The organisation, where there are several.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def org() -> None:
    """Organisations."""


@org.command("add")
@click.argument("name")
@click.option("--numbers", metavar="FORMAT", help="Ticket numbers, for example TKT-{YYYY}-{N:6}.")
def org_add(name: str, numbers: str | None) -> None:
    """Add an organisation: a tenant of its own."""
    from mailgate.errors import BadInput
    from mailgate.store.numbers import check_format
    from mailgate.store.organisations import by_name, found

    with house() as here, here.owner() as database, database.desk(0) as session:
        if by_name(session, name) is not None:
            raise BadInput(f"There is an organisation {name!r} already.")
        organisation = found(session, name)
        if numbers:
            organisation.number_format = check_format(numbers)
    click.echo(f"Added {name}.")


@org.command("list")
@JSON
def org_list(as_json: bool) -> None:
    """List organisations."""
    from mailgate.store.organisations import every

    with house() as here, here.owner() as database, database.desk(0) as session:
        rows = [{"id": row.id, "name": row.name, "numbers": row.number_format} for row in every(session)]
    _show(rows, as_json)


@click.group()
def user() -> None:
    """Agents and admins."""


@user.command("add")
@click.argument("email")
@click.option("--role", type=click.Choice(["owner", "admin", "agent", "viewer"]), default="agent", show_default=True)
@click.option("--name", help="The name customers see.")
@ORG
def user_add(email: str, role: str, name: str | None, org: str | None) -> None:
    """Add somebody to the desk, and print their one-time sign-in link."""
    from mailgate.office.links import sign_in_link
    from mailgate.office.setup import add_agent

    with house() as here, here.desk(org) as session:
        agent = add_agent(session, email, role, clock.now(), name=name)
        click.echo(sign_in_link(session, agent, clock.now(), here.settings.public_url))


@user.command("password")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@ORG
def user_password(email: str, password_stdin: bool, org: str | None) -> None:
    """Set somebody's password."""
    from mailgate.errors import NotFound
    from mailgate.office.passwords import set_password
    from mailgate.store.agents import agent_by_email

    with house() as here, here.desk(org) as session:
        agent = agent_by_email(session, email)
        if agent is None:
            raise NotFound(f"There is no user {email}.")
        given = sys.stdin.readline().rstrip("\n") if password_stdin else None
        set_password(session, agent, given or click.prompt("Password", hide_input=True, confirmation_prompt=True))
    click.echo(f"The password of {email} is set.")


@user.command("list")
@ORG
@JSON
def user_list(org: str | None, as_json: bool) -> None:
    """List agents and admins."""
    from mailgate.store.agents import agents

    with house() as here, here.desk(org) as session:
        rows = [
            {"email": row.email, "name": row.name, "role": row.role, "active": row.active} for row in agents(session)
        ]
    _show(rows, as_json)


@click.group()
def token() -> None:
    """API tokens."""


@token.command("create")
@click.argument("name")
@click.option("--role", type=click.Choice(["owner", "admin", "agent", "viewer"]), default="agent", show_default=True)
@click.option("--expires", metavar="DAYS", type=click.IntRange(1, 3650), help="Days until it ends; never without.")
@ORG
def token_create(name: str, role: str, expires: int | None, org: str | None) -> None:
    """Make an API token. It is printed once, alone on its line, and acts under its own name."""
    from mailgate.office.links import make_api_token

    now = clock.now()
    with house() as here, here.desk(org) as session:
        end = now + timedelta(days=expires) if expires else None
        click.echo(make_api_token(session, name, role, now, expires=end).secret)


@token.command("list")
@ORG
@JSON
def token_list(org: str | None, as_json: bool) -> None:
    """List API tokens (never their secrets)."""
    from mailgate.store.agents import tokens_named

    with house() as here, here.desk(org) as session:
        rows = [
            {"name": row.name, "role": row.role, "expires": row.expires_at and row.expires_at.isoformat()}
            for row in tokens_named(session)
        ]
    _show(rows, as_json)


@click.group()
def mailbox() -> None:
    """Addresses customers write to."""


@mailbox.command("add")
@click.argument("address")
@click.option("--name", help="The name customers see, for example 'Nordlicht Support'.")
@click.option("--team", help="Whose tickets these are; the team is made if need be.")
@click.option("--no-plus", is_flag=True, help="The host does not deliver plus-addresses (support+x@…).")
@ORG
def mailbox_add(address: str, name: str | None, team: str | None, no_plus: bool, org: str | None) -> None:
    """Add a mailbox. It takes mail at once, in every process."""
    from mailgate.office.setup import add_mailbox, add_team

    now = clock.now()
    with house() as here, here.desk(org) as session:
        of_team = add_team(session, team, now) if team else None
        added = add_mailbox(session, address, now, name=name, team=of_team, plus=not no_plus)
    click.echo(f"Added {added.address}.")


@mailbox.command("list")
@ORG
@JSON
def mailbox_list(org: str | None, as_json: bool) -> None:
    """List mailboxes."""
    from mailgate.store.office import mailboxes

    with house() as here, here.desk(org) as session:
        rows = [{"address": row.address, "name": row.name, "active": row.active} for row in mailboxes(session)]
    _show(rows, as_json)


def _show(rows: Sequence[Mapping[str, object]], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        click.echo("  ".join(str(value) if value is not None else "-" for value in row.values()))
