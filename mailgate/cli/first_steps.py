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
from mailgate.store.agents import agent_by_email, any_agents, find_agent
from mailgate.store.counts import schema_version
from mailgate.store.migrate import migrate, newest_version

FIRST_ADMIN = "admin@localhost"


@click.command()
@click.option("--demo-mailbox", type=int, help="Set up the sample office; its customers read on this port.")
def first_steps(demo_mailbox: int | None) -> None:
    """Print, where nobody can sign in yet, a link for the first admin; for the demo, its two links."""
    with house() as here:
        if here.servers.owner_url:
            migrate(here.servers.owner_url, here.servers.database_url)
        with here.database() as database:
            if not here.servers.owner_url:
                with database.crossing() as connection:
                    at = schema_version(connection)
                if at != newest_version():
                    raise BadSettings("The database is not at this version: run `mailgate migrate` as the owner first.")
            if demo_mailbox is not None:
                _sample_office(here, demo_mailbox)
                return
            with database.crossing() as connection:
                nobody = not any_agents(connection)
        if nobody or _nobody_came(here):
            _welcome(here)


def _nobody_came(here: House) -> bool:
    """Whether the first admin was made by an earlier start and has not set a password yet: the link may be lost."""
    with here.database() as database, database.crossing() as connection:
        known = find_agent(connection, FIRST_ADMIN)
    if known is None:
        return False
    with here.database() as database, database.desk(known.org_id) as session:
        admin = agent_by_email(session, FIRST_ADMIN)
        return admin is not None and admin.password_hash is None


def _welcome(here: House) -> None:
    with here.desk(None) as session:
        now = clock.now()
        admin = agent_by_email(session, FIRST_ADMIN) or add_agent(session, FIRST_ADMIN, "owner", now, name="Admin")
        link = sign_in_link(session, admin, now, here.settings.public_url)
    click.echo(
        f"Nobody has a password yet. The first admin's link, good once and for {SIGN_IN_MINUTES} minutes:\n{link}"
    )


def _sample_office(here: House, mailbox_port: int) -> None:
    from mailgate.demo import prepare, ways_in

    now = clock.now()
    with here.desk(None) as session:
        prepare(session, now)
    with here.desk(None) as session:
        ways = ways_in(
            session, now, public_url=here.settings.public_url, data=here.settings.data, mailbox_port=mailbox_port
        )
    click.echo(f"The agents' inbox (this link signs you in, once):\n  {ways.inbox}")
    click.echo(f"The customers' mailboxes (read what Mailgate sent, and answer it):\n  {ways.mailbox}")


if __name__ == "__main__":
    sys.exit(told(first_steps))
