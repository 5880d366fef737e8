"""Bring back what a backup holds: checked whole first, then in one transaction, and its mail held back."""

from __future__ import annotations

import hashlib
import json
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import zstandard
from sqlalchemy import Connection, make_url, select, text, update

from mailgate.errors import BadInput, Conflict
from mailgate.store import dump, migrate
from mailgate.store.backup import FILES, FORMAT, KEY, MANIFEST, ROWS, Manifest, Part
from mailgate.store.blobs import Blobs, unpack
from mailgate.store.db import Database, temporary_when_down
from mailgate.store.organisations import Organisation
from mailgate.store.outbox import RESTORED, RESTORED_WORDS, OutboxCopy
from mailgate.store.tables import metadata

_PIECE = 2**20
_SHORTEST_KEY = 32
_PRECIOUS = ("tickets", "kept_mail", "mailboxes", "agents")  # a database that holds none of these holds nothing


@dataclass(frozen=True)
class Backup:
    """A backup that was read to its end and found whole."""

    path: Path
    manifest: Manifest
    key: str


def check(path: Path) -> Backup:
    """Read a backup to its end: every table has the hash its manifest names, every file that of its name."""
    hashes: dict[str, str] = {}
    files, notes = 0, {MANIFEST: b"", KEY: b""}
    with _reading(path):
        for name, content in _members(path):
            if name.startswith(ROWS):
                hashes[name] = _hash(content)
            elif name.startswith(FILES):
                _file(path, name, content)
                files += 1
            elif name in notes:
                notes[name] = content.read()
    manifest = _manifest(path, notes[MANIFEST])
    if hashes != {_member(table): part.sha256 for table, part in manifest.tables.items()}:
        raise _damaged(path, "a table is missing or changed")
    if files != manifest.files:
        raise _damaged(path, f"it holds {files} files and should hold {manifest.files}")
    key = notes[KEY].decode("ascii", "replace").strip()
    if len(key) < _SHORTEST_KEY:
        raise _damaged(path, "the secret key is missing")
    return Backup(path, manifest, key)


def restore(
    database: Database, app_url: str, blobs: Blobs, backup: Backup, *, force: bool, at_last: Callable[[], None]
) -> None:
    """Put a backup in the place of what the database holds, whole or not at all; `at_last` runs before the commit."""
    if not migrate.knows_version(backup.manifest.schema):
        raise Conflict(
            f"This backup was made by a newer Mailgate ({backup.manifest.mailgate}): "
            "restore it with that one, or one that is newer still."
        )
    app_role = make_url(app_url).username or ""
    with dump.refusals_told(), temporary_when_down(), database.engine.begin() as connection:
        migrate.alone(connection)
        _require_nobody(connection, app_role)
        _require_role(connection, app_role)
        if not force:
            _require_empty(connection)
        _clear(connection, backup.manifest)
        migrate.to_version(connection, backup.manifest.schema)
        dump.agree_on_manners(connection)
        with dump.without_foreign_keys(connection):
            _fill(connection, blobs, backup)
        for counter in backup.manifest.counters:
            dump.set_counter(connection, dump.Counter(**counter))
        migrate.to_newest(connection, app_role)
        _hold(connection)
        at_last()
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def release(database: Database) -> int:
    """Let a restored copy send; how many letters were kept back until now."""
    with temporary_when_down(), database.engine.begin() as connection:
        connection.execute(update(Organisation).values(is_holding=False))
        held = select(OutboxCopy.id).where(OutboxCopy.state == "held", OutboxCopy.held_for == RESTORED)
        return len(connection.execute(held).all())


def _fill(connection: Connection, blobs: Blobs, backup: Backup) -> None:
    tables = {_member(name): dump.Table(name, part.columns) for name, part in backup.manifest.tables.items()}
    with _reading(backup.path):
        for name, content in _members(backup.path):
            if name in tables:
                dump.rows_in(connection, tables[name], _unpacked(content))
            elif name.startswith(FILES):
                blobs.put(*_file(backup.path, name, content))


def _hold(connection: Connection) -> None:
    """The original may go on, and have sent these letters: nothing leaves the copy until somebody says so."""
    connection.execute(update(Organisation).values(is_holding=True))
    connection.execute(
        update(OutboxCopy)
        .where(OutboxCopy.state.in_(("waiting", "sending")))
        .values(state="held", held_for=RESTORED, answer=RESTORED_WORDS, claimed_until=None, claimed_by=None)
    )


def _require_nobody(connection: Connection, app_role: str) -> None:
    question = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND usename IN (current_user, :app)"
    )
    others: int = connection.execute(question, {"app": app_role}).scalar_one()
    if others:
        raise Conflict(f"Mailgate works on this database ({others} connections): stop it first, on every machine.")


def _require_role(connection: Connection, app_role: str) -> None:
    if not connection.execute(
        text("SELECT count(*) FROM pg_roles WHERE rolname = :app"), {"app": app_role}
    ).scalar_one():
        raise Conflict(f"MAILGATE_DATABASE_URL: the database knows no role {app_role!r}; make it first.")


def _require_empty(connection: Connection) -> None:
    for table in _PRECIOUS:
        if connection.execute(text("SELECT to_regclass(:table)"), {"table": f"public.{table}"}).scalar_one() is None:
            continue
        if connection.execute(text(f"SELECT EXISTS (SELECT FROM {table})")).scalar_one():  # noqa: S608 - from our list
            raise Conflict(f"This database is in use: it holds {table.replace('_', ' ')}. --force replaces all of it.")


def _clear(connection: Connection, manifest: Manifest) -> None:
    quote = connection.dialect.identifier_preparer.quote
    for name in {*metadata.tables, *manifest.tables, "alembic_version"}:
        connection.execute(text(f"DROP TABLE IF EXISTS public.{quote(name)} CASCADE"))


def _members(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Every part of the file in turn; nothing of it is ever unpacked to a place the file names."""
    with tarfile.open(path, "r:") as tar:
        while (info := tar.next()) is not None:
            if info.isreg() and (content := tar.extractfile(info)) is not None:
                yield info.name, content
            tar.members.clear()  # type: ignore[attr-defined] # as when it was written


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, EOFError, zstandard.ZstdError) as error:
        raise _damaged(path, str(error)) from error
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from error


def _file(path: Path, name: str, content: IO[bytes]) -> tuple[int, bytes]:
    """One file of the store: whose it is, and what it holds."""
    found = unpack(name.removeprefix(FILES), content.read())
    if found is None:
        raise _damaged(path, f"{name} is not what its name says")
    return found


def _member(table: str) -> str:
    return f"{ROWS}{table}.copy.zst"


def _manifest(path: Path, content: bytes) -> Manifest:
    try:
        told: dict[str, Any] = json.loads(content)
        if told["format"] != FORMAT:
            raise Conflict(f"{path} has the form {told['format']}, which this Mailgate does not know: use a newer one.")
        return Manifest(**{**told, "tables": {name: Part(**part) for name, part in told["tables"].items()}})
    except (ValueError, TypeError, KeyError) as error:
        raise _damaged(path, "its manifest cannot be read") from error


def _unpacked(content: IO[bytes]) -> Iterator[bytes]:
    with zstandard.ZstdDecompressor().stream_reader(content) as reader:
        while piece := reader.read(_PIECE):
            yield piece


def _hash(content: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while piece := content.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()


def _damaged(path: Path, why: str) -> BadInput:
    return BadInput(f"{path} is no backup, or damaged ({why}). Nothing was changed.")
