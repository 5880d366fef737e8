"""`mailgate team`: who works on the same tickets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from mailgate import clock
from mailgate.cli.house import house
from mailgate.cli.shared import JSON, ORG, agent_named, show

if TYPE_CHECKING:
    from mailgate.store.db import Session
    from mailgate.store.office import Team

_TIER = click.option("--tier", type=click.IntRange(1, 3), help="Of support; 1 unless you say so.")


@click.group()
def team() -> None:
    """Teams: departments, branches, shifts."""


@team.command("add")
@click.argument("name")
@_TIER
@click.option("--region", help="The region it is for.")
@click.option("--parent", metavar="TEAM", help="The team it belongs to.")
@ORG
def team_add(name: str, tier: int | None, region: str | None, parent: str | None, org: str | None) -> None:
    """Found a team."""
    from mailgate.office.teams import TeamSetup, save_team

    with house() as here, here.desk(org) as session:
        above = _team(session, parent).id if parent else None
        made = save_team(session, TeamSetup(name, tier=tier or 1, region=region or "", parent_id=above), clock.now())
        name = made.name
    click.echo(f"Added {name}.")


@team.command("join")
@click.argument("name")
@click.argument("email")
@ORG
def team_join(name: str, email: str, org: str | None) -> None:
    """Take somebody into a team."""
    _set_member(name, email, org, is_in=True)
    click.echo(f"{email} belongs to {name}.")


@team.command("leave")
@click.argument("name")
@click.argument("email")
@ORG
def team_leave(name: str, email: str, org: str | None) -> None:
    """Take somebody out of a team. Tickets they have stay theirs."""
    _set_member(name, email, org, is_in=False)
    click.echo(f"{email} does not belong to {name}.")


@team.command("remove")
@click.argument("name")
@ORG
def team_remove(name: str, org: str | None) -> None:
    """Remove a team that no ticket or mailbox has."""
    from mailgate.office.teams import remove_team

    with house() as here, here.desk(org) as session:
        remove_team(session, _team(session, name))
    click.echo(f"Removed {name}.")


@team.command("list")
@ORG
@JSON
def team_list(org: str | None, as_json: bool) -> None:
    """List teams and who belongs to them."""
    from mailgate.store.agents import member_emails
    from mailgate.store.office import teams

    with house() as here, here.desk(org) as session:
        emails = member_emails(session)
        found = [(row.name, row.tier, row.region, emails.get(row.id, [])) for row in teams(session)]
    show(
        [
            {
                "name": name,
                "tier": tier,
                "region": region if as_json else region or "-",
                "members": members if as_json else ", ".join(members) or "-",
            }
            for name, tier, region, members in found
        ],
        as_json,
    )


def _set_member(name: str, email: str, org: str | None, *, is_in: bool) -> None:
    from mailgate.office.teams import save_team, setup_of

    with house() as here, here.desk(org) as session:
        found, agent = _team(session, name), agent_named(session, email)
        now = setup_of(session, found)
        others = tuple(each for each in now.members if each != agent.id)
        setup = replace(now, members=(*others, agent.id) if is_in else others)
        save_team(session, setup, clock.now(), team=found)


def _team(session: Session, name: str) -> Team:
    from mailgate.errors import NotFound
    from mailgate.store.office import team_named

    found = team_named(session, name)
    if found is None:
        raise NotFound(f"There is no team {name!r}; `mailgate team list` shows them.")
    return found
