"""What has to happen before the processes of `mailgate up` start: migrations, and somebody who can sign in."""

from __future__ import annotations

import sys

import click

from mailgate import clock
from mailgate.cli.house import House, house
from mailgate.cli.outcome import told
from mailgate.errors import BadSettings
from mailgate.office.links import SIGN_IN_MINUTES, sign_in_link
from mailgate.office.setup import add_agent
from mailgate.store.agents import agent_by_email, any_agents
from mailgate.store.counts import schema_version
from mailgate.store.migrate import migrate, newest_version

FIRST_ADMIN = "admin@localhost"


@click.command()
@click.option("--demo", is_flag=True)
def first_steps(demo: bool) -> None:
    """Print, where nobody can sign in yet, a link for the first admin."""
    with house() as here:
        if here.servers.owner_url:
            migrate(here.servers.owner_url, here.servers.database_url)
        with here.database() as database:
            if not here.servers.owner_url:
                with database.crossing() as connection:
                    at = schema_version(connection)
                if at != newest_version():
                    raise BadSettings("The database is not at this version: run `mailgate migrate` as the owner first.")
            if demo:
                return
            with database.crossing() as connection:
                nobody = not any_agents(connection)
        if nobody:
            _welcome(here)


def _welcome(here: House) -> None:
    with here.desk(None) as session:
        now = clock.now()
        admin = agent_by_email(session, FIRST_ADMIN) or add_agent(session, FIRST_ADMIN, "owner", now, name="Admin")
        link = sign_in_link(session, admin, now, here.settings.public_url)
    click.echo(f"Nobody can sign in yet. The first admin's link, good once and for {SIGN_IN_MINUTES} minutes:\n{link}")


if __name__ == "__main__":
    sys.exit(told(first_steps))
