"""`mailgate user`, `token`: who may work here, people and programs."""

from __future__ import annotations

import sys
from datetime import timedelta

import click

from mailgate import clock
from mailgate.cli.house import house
from mailgate.cli.shared import JSON, ORG, show


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
    show(rows, as_json)


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
    show(rows, as_json)
