"""`mailgate backup` and `mailgate restore`: everything in one file, and back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailgate import clock
from mailgate.cli.house import House, house
from mailgate.errors import Conflict

if TYPE_CHECKING:
    from mailgate.store.blobs import Blobs
    from mailgate.store.restore import Backup

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("file", type=_FILE)
def backup(file: Path) -> None:
    """Put everything into FILE: the database, all files and the secret key.

    Mailgate may go on working meanwhile; the backup holds one moment. FILE is a tar that only you can read: whoever has
    it can read all mail and forge our marks. It is restored into any PostgreSQL from 15 on, embedded or not.
    """
    from mailgate.store.backup import write_backup

    with house() as here, here.owner() as database:
        manifest = write_backup(database, _blobs(here), here.servers.secret_key, file, clock.now())
    size = file.stat().st_size / 2**20
    click.echo(f"Wrote {file}: {len(manifest.tables)} tables, {manifest.files} files, {size:.1f} MB.")


@click.command()
@click.argument("file", type=_FILE, required=False)
@click.option("--force", is_flag=True, help="Replace whatever the database holds now.")
@click.option("--release", is_flag=True, help="Let a restored copy send its mail.")
def restore(file: Path | None, force: bool, release: bool) -> None:
    """Bring back what the backup FILE holds, into the database and the file store of these settings.

    Stop Mailgate first, on every machine. A database that is in use is refused unless you say --force, which replaces
    all of it. The restored copy takes mail, but sends none, since the original may be at work still, until you say
    `mailgate restore --release`.
    """
    if release == (file is not None) or (release and force):
        raise click.UsageError("Name the FILE to restore, or say --release alone.")
    if file is None:
        _release()
        return
    from mailgate.store.restore import check
    from mailgate.store.restore import restore as bring_back

    found = check(file)
    with house() as here, here.owner() as database:
        _require_key(here, found)
        bring_back(
            database,
            here.servers.database_url,
            _blobs(here),
            found,
            force=force,
            at_last=lambda: _keep_key(here, found.key),
        )
    click.echo(f"Restored {file}, made on {found.manifest.created} by Mailgate {found.manifest.mailgate}.")
    click.echo("Its mail is kept back until `mailgate restore --release`.")


def _release() -> None:
    from mailgate.queue.nudges import Bell
    from mailgate.store.restore import release

    with house() as here, here.owner() as database:
        freed = release(database)
        Bell(here.servers.redis_url).ring("sweep")
    click.echo(f"Mail leaves again; {freed} {'letter was' if freed == 1 else 'letters were'} kept back until now.")


def _blobs(here: House) -> Blobs:
    from mailgate.store.blobs import Blobs

    return Blobs(here.settings.blob_url or str(here.settings.data / "blobs"))


def _require_key(here: House, found: Backup) -> None:
    """Every mark and secret in the backup was made with its key: with another, customers' answers find no ticket."""
    given = here.settings.secret_key
    if given is not None and given.get_secret_value() != found.key:
        raise Conflict(
            "MAILGATE_SECRET_KEY is not the key this backup was made with. Set it to what this prints, on every "
            f"machine: tar -xOf {found.path} secret.key"
        )


def _keep_key(here: House, key: str) -> None:
    """The data folder's own key is that of the data in it."""
    if here.settings.secret_key is not None:
        return
    path = here.settings.data / "secret.key"
    draft = path.with_name(".secret.key.restored")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "w") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
