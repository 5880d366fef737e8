"""`mailgate migrate`: bring the database to this version."""

import click

from mailgate.cli.house import house


@click.command()
def migrate() -> None:
    """Bring the database to this version. Safe to run twice, and at once from two machines."""
    from mailgate.store.migrate import migrate as bring
    from mailgate.store.migrate import newest_version

    with house() as here:
        bring(here.owner_url, here.servers.database_url)
        click.echo(f"The database is at version {newest_version()}.")
