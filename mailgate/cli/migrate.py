"""`mailgate migrate`: bring the database to this version."""

import click

from mailgate.cli.house import house
from mailgate.errors import BadSettings


@click.command()
def migrate() -> None:
    """Bring the database to this version. Safe to run twice, and at once from two machines."""
    from mailgate.store.migrate import migrate as bring
    from mailgate.store.migrate import newest_version

    with house() as here:
        if not here.servers.owner_url:
            raise BadSettings("MAILGATE_DATABASE_OWNER_URL is missing: migrations run as the owner of the tables.")
        bring(here.servers.owner_url, here.servers.database_url)
        click.echo(f"The database is at version {newest_version()}.")
