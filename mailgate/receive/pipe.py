"""The pipe: mail from standard input or files, kept by the same keeper as everything else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from mailgate import clock
from mailgate.errors import BadInput
from mailgate.receive.accept import Incoming
from mailgate.store.office import Found

_SHOWN = 2**16  # how far the headers looked at can reach


def incoming(raw: bytes, mailbox: Found, *, recipient: str | None = None, peer: str = "pipe") -> Incoming:
    """A mail an MTA or a person handed us for this mailbox."""
    sender = return_path(raw)
    return Incoming(mailbox.org_id, mailbox.id, "pipe", peer, sender, recipient or mailbox.address, raw, clock.now())


def is_mail(raw: bytes) -> bool:
    """Whether these bytes look like a mail at all: some line among the first is a header."""
    head = raw[:_SHOWN].lstrip(b"\r\n\t >")
    if head.startswith(b"From "):
        head = head.partition(b"\n")[2]
    name, colon, _ = head.partition(b":")
    return bool(colon) and re.fullmatch(rb"[!-9;-~]{1,78}[ \t]*", name) is not None


def return_path(raw: bytes) -> str:
    """The envelope sender as the MTA noted it: the topmost Return-Path, or the mbox line; "" for the null sender."""
    for name, value in _headers(raw):
        if name == "return-path":
            return value.strip().strip("<>")
        if name == "from " and value:
            return value.split()[0]
    return ""


def mail_files(paths: tuple[Path, ...]) -> Iterator[tuple[Path, bytes]]:
    """Each mail file named, or lying in a folder that is named."""
    for path in paths:
        if path.is_dir():
            for inside in sorted(path.iterdir()):
                if inside.is_file():
                    yield inside, inside.read_bytes()
        elif path.is_file():
            yield path, path.read_bytes()
        else:
            raise BadInput(f"There is no file {path}.")


def _headers(raw: bytes) -> Iterator[tuple[str, str]]:
    head = raw[:_SHOWN].replace(b"\r\n", b"\n").replace(b"\r", b"\n").partition(b"\n\n")[0]
    for line in head.decode("utf-8", "replace").replace("\0", "").split("\n"):
        if line.startswith("From "):
            yield "from ", line[5:]
        elif ":" in line and not line[0].isspace():
            name, _, value = line.partition(":")
            yield name.strip().lower(), value
