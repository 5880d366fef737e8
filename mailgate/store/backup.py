"""Put everything into one file: the database as it stood at one moment, all files, and the secret key.

The file is a plain tar. `database/…` holds each table's rows, `blobs/…` the file store as it lies, `secret.key` the
key, and `manifest.json`, written last, what must be there: a file that was cut short has none.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import zstandard
from sqlalchemy import Connection, text

from mailgate import __version__
from mailgate.errors import Conflict
from mailgate.store import dump
from mailgate.store.blobs import Blobs
from mailgate.store.db import Database, temporary_when_down
from mailgate.store.health import server

FORMAT = 1
MANIFEST, KEY, ROWS, FILES = "manifest.json", "secret.key", "database/", "blobs/"
_LEVEL = 6


@dataclass(frozen=True)
class Part:
    """One table in the file."""

    columns: list[str]
    size: int
    sha256: str


@dataclass
class Manifest:
    """What a backup holds."""

    format: int
    mailgate: str
    created: str
    postgres: str
    schema: str
    tables: dict[str, Part] = field(default_factory=dict)
    counters: list[dict[str, Any]] = field(default_factory=list)
    files: int = 0
    size: int = 0  # of all files, packed

    def as_json(self) -> bytes:
        return json.dumps(asdict(self), indent=1).encode()


def write_backup(database: Database, blobs: Blobs, key: str, path: Path, now: datetime) -> Manifest:
    """Write a backup while everything runs. It stands under its name only once it is whole and on the disk."""
    with _whole_or_not_at_all(path) as tar:
        with dump.refusals_told(), temporary_when_down(), _one_moment(database) as connection:
            manifest = _begin(connection, now)
            for table in dump.tables(connection):
                manifest.tables[table.name] = _add_table(tar, connection, table, path.parent)
            manifest.counters = [counter._asdict() for counter in dump.counters(connection)]
        _add(tar, KEY, key.encode())
        # Files come after the rows that name them: what was added meanwhile is too much, but nothing is missing.
        for packed in blobs.every():
            _add(tar, FILES + packed.name, packed.content)
            manifest.files += 1
            manifest.size += len(packed.content)
        _add(tar, MANIFEST, manifest.as_json())
    return manifest


@contextmanager
def _whole_or_not_at_all(path: Path) -> Iterator[tarfile.TarFile]:
    part = path.with_name(f"{path.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "wb") as file:
            _alone(file, part)
            file.truncate()
            os.fchmod(file.fileno(), 0o600)
            try:
                with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                    yield tar
                file.flush()
                os.fsync(file.fileno())
                part.rename(path)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
        _sync(path.parent)
    except OSError as error:
        raise Conflict(f"{error.filename or part} cannot be written: {error.strerror}.") from error


def _alone(file: IO[bytes], part: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_ours = os.path.samestat(os.fstat(file.fileno()), part.stat())  # not one that was just finished
    except (BlockingIOError, FileNotFoundError):
        is_ours = False
    if not is_ours:
        raise Conflict(f"Another backup is just being written to {part}.")


@contextmanager
def _one_moment(database: Database) -> Iterator[Connection]:
    """A transaction that sees the whole database as it stands now, whatever others do to it meanwhile."""
    with database.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        dump.agree_on_manners(connection)
        yield connection


def _begin(connection: Connection, now: datetime) -> Manifest:
    schema: str = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    return Manifest(FORMAT, __version__, now.isoformat(), server(connection).version, schema)


def _add_table(tar: tarfile.TarFile, connection: Connection, table: dump.Table, folder: Path) -> Part:
    """A tar wants to know a part's size before the part: it is packed beside the backup first."""
    with tempfile.TemporaryFile(dir=folder) as packed:
        with zstandard.ZstdCompressor(level=_LEVEL).stream_writer(packed, closefd=False) as packing:
            for piece in dump.rows_out(connection, table):
                packing.write(piece)
        size = packed.tell()
        packed.seek(0)
        sha256 = hashlib.file_digest(packed, "sha256").hexdigest()
        packed.seek(0)
        _add_stream(tar, f"{ROWS}{table.name}.copy.zst", packed, size)
    return Part(table.columns, size, sha256)


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    _add_stream(tar, name, io.BytesIO(content), len(content))


def _add_stream(tar: tarfile.TarFile, name: str, content: IO[bytes], size: int) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    tar.addfile(info, content)
    tar.members.clear()  # type: ignore[attr-defined] # it would remember each of a million files


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
