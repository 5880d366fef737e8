"""Unpack winmail.dat: the files and the text that Outlook packed into it."""

from __future__ import annotations

from dataclasses import dataclass, field
from mimetypes import guess_type

from mailgate.file_names import safe_name
from mailgate.mail import File

MAX_SIZE = 40_000_000


@dataclass
class Unpacked:
    """What was in it."""

    files: list[File] = field(default_factory=list)
    text: str = ""
    html: str = ""


def is_tnef(file: File) -> bool:
    """A file that Outlook packed, by its type or its first bytes."""
    if file.content[:4] != b"\x78\x9f\x3e\x22":
        return False
    return file.type in ("application/ms-tnef", "application/vnd.ms-tnef") or file.name.lower().endswith(".dat")


def unpack(data: bytes) -> Unpacked | None:
    """Its content, or None when it is damaged."""
    if len(data) > MAX_SIZE:
        return None
    import logging  # noqa: PLC0415 - only to keep the library quiet

    from tnefparse import TNEF  # noqa: PLC0415 - ordinary mail does not need it

    logging.getLogger("tnef-decode").setLevel(logging.CRITICAL)
    logging.getLogger("tnefparse").setLevel(logging.CRITICAL)
    try:
        tnef = TNEF(data, do_checksum=False)
        files = [_file(attachment) for attachment in tnef.attachments]
        return Unpacked(files, _text(tnef.body), _text(tnef.htmlbody))
    except Exception:  # noqa: BLE001 - on damaged input the library raises whatever its slices come to
        return None


def _file(attachment: object) -> File:
    name = attachment.long_filename() or getattr(attachment, "name", "") or ""  # type: ignore[attr-defined]
    name = safe_name(_text(name))
    data = bytes(getattr(attachment, "data", b"") or b"")
    return File(name, guess_type(name)[0] or "application/octet-stream", data)


def _text(value: object) -> str:
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8").replace("\x00", "")
        except UnicodeDecodeError:
            return value.decode("cp1252", "replace").replace("\x00", "")
    if isinstance(value, list):
        return _text(value[0]) if value else ""
    return str(value).replace("\x00", "") if value else ""
