"""Take yEnc files out of the bytes of a text: eight-bit encoding of newsgroups that some programs mail as it stands."""

from __future__ import annotations

import re
import zlib
from mimetypes import guess_type

from mailgate.file_names import safe_name
from mailgate.mail import File

MAX_FILES = 100
MAX_ENCODED = 10_000_000

_BEGIN = re.compile(rb"(?m)^=ybegin (?=[^\n]*\bline=\d)(?=[^\n]*\bsize=\d)([^\n]{1,200}) name=([^\n]{1,250})\n")
_FIELD = re.compile(rb"\b(part|total|size|p?crc32)=([0-9A-Fa-f]{1,12})\b")
_ESCAPED = re.compile(rb"(?s)=(.)")
_SHIFTED = bytes((value - 42) % 256 for value in range(256))
_UNESCAPED = [bytes([(value - 64) % 256]) for value in range(256)]


def take_out(data: bytes, defects: list[str]) -> tuple[bytes, list[File]]:
    """The bytes without their yEnc files, and the files; what has no end stays in the text."""
    if b"=ybegin " not in data:
        return data, []
    kept: list[bytes] = []
    files: list[File] = []
    place = 0
    while len(files) < MAX_FILES and (begin := _BEGIN.search(data, place)):
        end = data.find(b"\n=yend", begin.end() - 1)
        if end < 0 or end - begin.end() > MAX_ENCODED:
            break
        kept.append(data[place : begin.start()])
        place = (data.find(b"\n", end + 1) + 1) or len(data)
        files.append(_file(begin, data[begin.end() : end], data[end + 1 : place], defects))
    return b"".join((*kept, data[place:])), files


def _file(begin: re.Match[bytes], encoded: bytes, last_line: bytes, defects: list[str]) -> File:
    name = safe_name(begin[2].strip().decode("utf-8", "replace"))
    if encoded.startswith(b"=ypart "):
        encoded = encoded.partition(b"\n")[2]
    content = _decoded(encoded)
    first, last = dict(_FIELD.findall(begin[1])), dict(_FIELD.findall(last_line))
    if b"part" in first:
        part, total = (first.get(field, b"?").decode() for field in (b"part", b"total"))
        defects.append(f"yEnc: {name} is part {part} of {total}")
    if not _is_whole(content, last, b"pcrc32" if b"part" in first else b"crc32"):
        defects.append(f"yEnc: {name} is damaged")
    return File(name, guess_type(name)[0] or "application/octet-stream", content)


def _decoded(encoded: bytes) -> bytes:
    letters = encoded.translate(None, b"\r\n")
    return _ESCAPED.sub(lambda found: _UNESCAPED[found[1][0]], letters).translate(_SHIFTED)


def _is_whole(content: bytes, last: dict[bytes, bytes], checksum: bytes) -> bool:
    """Size and checksum are those that the last line names; a checksum is often left out."""
    if last.get(b"size", b"") != str(len(content)).encode():
        return False
    return checksum not in last or int(last[checksum], 16) == zlib.crc32(content)
