"""Mail that lies in files: single mails, mbox files, Maildirs and folders of any of these."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from mailgate.errors import BadInput
from mailgate.receive.pipe import unboxed

# The standard library's mbox splits at every line that starts with "From ", also within a text (RFC 4155 wants an empty
# line before it and a date in it).
_SEPARATOR = re.compile(rb"From \S.*\d{1,2}:\d{2}.*\d{4}")
_QUOTED = re.compile(rb">+From ")
_PIECE = 2**16


@dataclass(frozen=True, slots=True)
class Lying:
    """One mail found in a file. `raw` is None where it is larger than we take."""

    place: str
    raw: bytes | None
    length: int  # bytes of the file it took up
    sender: str | None = None  # as an mbox notes it


def mails_in(paths: tuple[Path, ...], largest: int) -> Iterator[Lying]:
    """Every mail in these files and folders, in order."""
    for file in files_in(paths):
        try:
            with file.open("rb") as handle:
                yield from _in_mbox(file, handle, largest) if _is_mbox(handle) else _alone(file, handle, largest)
        except OSError as error:
            raise BadInput(f"{file} cannot be read: {error.strerror}.") from error


def files_in(paths: tuple[Path, ...]) -> list[Path]:
    """The files named, and those in the folders named."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += _in_folder(path)
        elif path.exists():
            found.append(path)
        else:
            raise BadInput(f"There is no file {path}.")
    return found


def _in_folder(folder: Path) -> list[Path]:
    """A Maildir's mails lie in cur and new; what lies beside these belongs to its server, and tmp is half written."""
    is_maildir = (folder / "cur").is_dir() and (folder / "new").is_dir()
    found: list[Path] = []
    for entry in sorted(folder.iterdir()):
        if entry.is_dir() and not (is_maildir and entry.name == "tmp"):
            found += _in_folder(entry)
        elif entry.is_file() and not is_maildir:
            found.append(entry)
    return found


def _is_mbox(handle: IO[bytes]) -> bool:
    start = handle.read(_PIECE)
    handle.seek(0)
    return _SEPARATOR.match(start.partition(b"\n")[0]) is not None


def _alone(file: Path, handle: IO[bytes], largest: int) -> Iterator[Lying]:
    raw = handle.read(largest + 1)
    mail, sender = unboxed(raw)
    yield Lying(str(file), mail if len(raw) <= largest else None, file.stat().st_size, sender)


def _in_mbox(file: Path, handle: IO[bytes], largest: int) -> Iterator[Lying]:
    """One mail after the other, none of them larger in memory than we take."""
    number, gathered, length, was_empty, is_line_start = 0, bytearray(), 0, True, True
    for piece in iter(lambda: handle.readline(_PIECE), b""):
        if is_line_start and was_empty and _SEPARATOR.match(piece):
            if number:
                yield _cut(file, number, gathered, length, largest)
            number, gathered, length = number + 1, bytearray(), 0
        length += len(piece)
        if len(gathered) <= largest:  # one that is too large is read over
            gathered += piece[1:] if is_line_start and _QUOTED.match(piece) else piece
        was_empty = is_line_start and piece.strip(b"\r\n") == b""
        is_line_start = piece.endswith(b"\n")
    yield _cut(file, number, gathered, length, largest)


def _cut(file: Path, number: int, gathered: bytearray, length: int, largest: int) -> Lying:
    mail, sender = unboxed(bytes(gathered))
    whole = mail.removesuffix(b"\n").removesuffix(b"\r") if mail.endswith((b"\n\n", b"\n\r\n")) else mail
    return Lying(f"{file}, mail {number}", whole if len(gathered) <= largest else None, length, sender)
