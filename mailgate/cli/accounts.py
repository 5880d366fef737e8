"""`mailgate user`, `token`: who may work here, people and programs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from mailgate import clock
from mailgate.cli.house import house
from mailgate.cli.shared import JSON, ORG, agent_named, show

if TYPE_CHECKING:
    from mailgate.store.agents import Agent
    from mailgate.store.db import Session

_COUNTED = 1000  # tickets left behind are counted no further


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
        click.echo(sign_in_link(session, agent, clock.now(), here.public_url))


@user.command("password")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@ORG
def user_password(email: str, password_stdin: bool, org: str | None) -> None:
    """Set somebody's password."""
    from mailgate.office.passwords import set_password

    with house() as here, here.desk(org) as session:
        agent = agent_named(session, email)
        given = sys.stdin.readline().rstrip("\n") if password_stdin else None
        set_password(session, agent, given or click.prompt("Password", hide_input=True, confirmation_prompt=True))
    click.echo(f"The password of {email} is set.")


@user.command("factor-off")
@click.argument("email")
@ORG
def user_factor_off(email: str, org: str | None) -> None:
    """Take away a lost second factor, and print a one-time sign-in link. Password and sessions go with it."""
    from mailgate.office.second_factor import take_away

    _let_in_anew(email, org, take_away)


@user.command("off")
@click.argument("email")
@ORG
def user_off(email: str, org: str | None) -> None:
    """Switch somebody off, at once: sessions and links end, and a mail of theirs is nobody's who works here."""
    from mailgate.office.leaving import switch_off
    from mailgate.store.listing import Filters, count_tickets

    with house() as here, here.desk(org) as session:
        agent = agent_named(session, email)
        switch_off(session, agent)
        asked = Filters(statuses=("new", "open", "pending", "on_hold"), assignee_id=agent.id)
        (theirs,) = count_tickets(session, [asked], _COUNTED)
    click.echo(f"{agent.email} is switched off.")
    if theirs:
        left = "1 unsolved ticket is" if theirs == 1 else f"{theirs}{'+' * (theirs == _COUNTED)} unsolved tickets are"
        click.echo(f"{left} still assigned to them.", err=True)


@user.command("on")
@click.argument("email")
@ORG
def user_on(email: str, org: str | None) -> None:
    """Let somebody who was switched off work again, and print a one-time sign-in link for them."""
    from mailgate.office.leaving import switch_on

    _let_in_anew(email, org, switch_on)


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
            {
                "name": row.name,
                "role": row.role,
                "created": row.created_at.isoformat(timespec="seconds"),
                "expires": row.expires_at and row.expires_at.isoformat(timespec="seconds"),
            }
            for row in tokens_named(session)
        ]
    show(rows, as_json)


@token.command("revoke")
@click.argument("name")
@ORG
def token_revoke(name: str, org: str | None) -> None:
    """Take away every API token of this name, at once."""
    from mailgate.office.leaving import revoke

    with house() as here, here.desk(org) as session:
        gone = revoke(session, name)
    click.echo(f"Revoked {name}." if gone == 1 else f"Revoked {gone} tokens named {name}.")


def _let_in_anew(email: str, org: str | None, deed: Callable[[Session, Agent], None]) -> None:
    """Do it, and print a one-time sign-in link for whoever it was done to."""
    from mailgate.office.links import sign_in_link

    with house() as here, here.desk(org) as session:
        agent = agent_named(session, email)
        deed(session, agent)
        click.echo(sign_in_link(session, agent, clock.now(), here.public_url))
