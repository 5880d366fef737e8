"""Files and raw mail outside the database: content-addressed, compressed, equal ones stored once."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import zstandard

from mailgate.errors import NotFound, Temporary

_LEVEL = 3
_LARGEST = 1 << 30  # nothing we stored unpacks to more
_NAME = re.compile(r"(?P<org>\d{1,18})/[0-9a-f]{2}/(?P<digest>[0-9a-f]{64})\.zst")


class Packed(NamedTuple):
    """A file as it lies in the store."""

    org: int
    digest: str
    content: bytes

    @property
    def name(self) -> str:
        return _path(self.org, self.digest)


class Blobs:
    """One place for bytes: a folder, or an S3 bucket by URL."""

    def __init__(self, url: str) -> None:
        from obstore.store import LocalStore, from_url  # noqa: PLC0415 - 12 MB only those who handle files pay

        scheme = urlsplit(url).scheme
        self._folder: Path | None = None
        self._store: Any
        if scheme in ("", "file"):
            self._folder = Path(urlsplit(url).path if scheme else url).resolve()
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._store = LocalStore(self._folder)
        else:
            self._store = from_url(url)

    def put(self, org: int, content: bytes) -> str:
        """Keep these bytes for an organisation; their SHA-256. When this returns they are on the disk."""
        self.put_all(org, [content])
        return hashlib.sha256(content).hexdigest()

    def put_all(self, org: int, contents: Iterable[bytes]) -> None:
        """Keep several at once: their folders are settled once for all."""
        import obstore  # noqa: PLC0415 - as above

        fresh = []
        for content in contents:
            path = _path(org, hashlib.sha256(content).hexdigest())
            try:
                obstore.head(self._store, path)
                continue
            except FileNotFoundError:
                packed = zstandard.ZstdCompressor(level=_LEVEL).compress(content)
            try:
                obstore.put(self._store, path, packed)
            except (OSError, obstore.exceptions.BaseError) as error:
                raise Temporary("The file store cannot take anything just now.") from error
            fresh.append(path)
        if self._folder is not None:
            _settle([self._folder / path for path in fresh])

    def get(self, org: int, digest: str) -> bytes:
        """The bytes with this hash."""
        import obstore  # noqa: PLC0415 - as above

        try:
            packed = bytes(obstore.get(self._store, _path(org, digest)).bytes())
        except FileNotFoundError as error:
            raise NotFound(f"The file store does not hold {digest}.") from error
        return _unpacked(packed)

    def every(self) -> Iterator[Packed]:
        """All files of all organisations, as they lie there."""
        import obstore  # noqa: PLC0415 - as above

        try:
            for batch in obstore.list(self._store):
                for name in filter(None, (_NAME.fullmatch(found["path"]) for found in batch)):
                    with suppress(FileNotFoundError):  # erased since it was listed
                        content = bytes(obstore.get(self._store, name[0]).bytes())
                        yield Packed(int(name["org"]), name["digest"], content)
        except obstore.exceptions.BaseError as error:
            raise Temporary("The file store cannot be read just now.") from error


def unpack(name: str, packed: bytes) -> tuple[int, bytes] | None:
    """Whose file this is and what it holds; None when its name is not ours, or not that of its content."""
    match = _NAME.fullmatch(name)
    try:
        content = _unpacked(packed)
    except zstandard.ZstdError:
        return None
    if match is None or hashlib.sha256(content).hexdigest() != match["digest"]:
        return None
    return int(match["org"]), content


def _settle(files: list[Path]) -> None:
    """A folder's files are only safe once they and their folders are synced."""
    for place in [*files, *{file.parent for file in files}]:
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _unpacked(packed: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompress(packed, max_output_size=_LARGEST)


def _path(org: int, digest: str) -> str:
    return f"{org}/{digest[:2]}/{digest}.zst"
