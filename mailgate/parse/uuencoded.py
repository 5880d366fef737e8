"""Take uuencoded files out of a text: what mail programs did before there was MIME, and some scanners still do."""

from __future__ import annotations

import re
from mimetypes import guess_type

from mailgate.file_names import safe_name
from mailgate.mail import File
from mailgate.parse.payload import uu_decode

_BEGIN = re.compile(r"begin(?:-base64)? [0-7]{3,4} (\S.{0,250})")
_LINE = re.compile(r"[ -`]{1,90}")
MAX_FILES = 100


def take_out(text: str) -> tuple[str, list[File]]:
    """The text without its uuencoded files, and the files."""
    if "begin " not in text or "\nend" not in text:
        return text, []
    lines = text.split("\n")
    kept: list[str] = []
    files: list[File] = []
    place = 0
    while place < len(lines):
        begin = _BEGIN.fullmatch(lines[place].rstrip())
        end = _end_of(lines, place + 1) if begin and len(files) < MAX_FILES else None
        if begin is None or end is None:
            kept.append(lines[place])
            place += 1
            continue
        name = safe_name(begin[1])
        data = uu_decode([line.rstrip("\r").encode("ascii", "replace") for line in lines[place + 1 : end]])
        files.append(File(name, guess_type(name)[0] or "application/octet-stream", data))
        place = end + 1
    return "\n".join(kept), files


def _end_of(lines: list[str], start: int) -> int | None:
    """Where the encoded lines end; None when other words stand between them."""
    for place in range(start, len(lines)):
        line = lines[place].rstrip()
        if line == "end":
            return place if place > start else None
        if line and not _LINE.fullmatch(line):
            return None
    return None
