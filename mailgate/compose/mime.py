"""Put a letter's body together: text and html beside each other, files behind them, every byte of it 7-bit."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from email.message import Message

from mailgate.compose.headers import plain
from mailgate.mail import File

_LONGEST_LINE = 990  # RFC 5322 2.1.1 allows 998
_LONGEST_NAME = 200  # bytes; longer names cannot be saved everywhere
_CONTENT_ID = re.compile(r"[A-Za-z0-9._+-]{1,100}@[A-Za-z0-9.-]{1,100}")
_TYPE = re.compile(r"(?!message/|multipart/)[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*", re.IGNORECASE)


def body(text: str, html: str, files: Sequence[File], *, seed: str) -> bytes:
    """The MIME headers, an empty line, and the parts. Nobody who wrote a part knew `seed`, so none holds a boundary."""
    page = _words("html", html)
    if pictures := [file for file in files if _is_shown(file)]:
        page = _multipart("related", [page, *map(_file, pictures)], seed)
    words = _multipart("alternative", [_words("plain", text), page], seed)
    apart = [file for file in files if not _is_shown(file)]
    return _multipart("mixed", [words, *map(_file, apart)], seed) if apart else words


def _is_shown(file: File) -> bool:
    """Whether it is a picture within the page."""
    return file.inline and file.content_id is not None and _CONTENT_ID.fullmatch(file.content_id) is not None


def _multipart(kind: str, parts: list[bytes], seed: str) -> bytes:
    boundary = "=_" + hashlib.sha256(f"{kind}\0{seed}".encode()).hexdigest()[:32]
    between = f"\r\n--{boundary}\r\n".encode()
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n'.encode()
    return head + between + between.join(parts) + f"\r\n--{boundary}--\r\n".encode()


def _words(kind: str, text: str) -> bytes:
    """7bit where it is enough, base64 where quoted-printable would be longer, quoted-printable in between."""
    content = text.replace("\n", "\r\n").encode("utf-8", "replace")
    if content.isascii():
        charset = "us-ascii"
        longest = max(map(len, content.split(b"\r\n")))
        encoding = "7bit" if longest < _LONGEST_LINE else "quoted-printable"
    else:
        charset = "utf-8"
        foreign = len(content.translate(None, bytes(range(128))))
        encoding = "base64" if foreign * 6 > len(content) else "quoted-printable"
    head = f"Content-Type: text/{kind}; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode() + _encoded(content, encoding)


def _encoded(content: bytes, encoding: str) -> bytes:
    match encoding:
        case "base64":
            return base64.encodebytes(content).replace(b"\n", b"\r\n")
        case "quoted-printable":
            return binascii.b2a_qp(content)
        case _:
            return content


def _file(file: File) -> bytes:
    head = Message()
    head["Content-Type"] = file.type if _TYPE.fullmatch(file.type) else "application/octet-stream"
    head["Content-Transfer-Encoding"] = "base64"
    manner = "attachment"
    if _is_shown(file):
        manner = "inline"
        head["Content-ID"] = f"<{file.content_id}>"
    if name := _file_name(file.name):
        head.add_header("Content-Disposition", manner, filename=name if name.isascii() else ("utf-8", "", name))
    else:
        head.add_header("Content-Disposition", manner)
    lines = [f"{key}: {value}" for key, value in head.items()]
    return "\r\n".join([*lines, "", ""]).encode() + _encoded(file.content, "base64")


def _file_name(name: str) -> str:
    """A name that fits into a folder, its ending kept."""
    name = plain(name)
    stem, dot, ending = name.rpartition(".")
    room = _LONGEST_NAME - len((dot + ending).encode())
    if len(name.encode()) <= _LONGEST_NAME:
        return name
    if not stem or room < 1:
        return _cut(name, _LONGEST_NAME)
    return _cut(stem, room) + dot + ending


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode("utf-8", "ignore")
