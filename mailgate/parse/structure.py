"""Walk the parts of a mail: which are to be read, in which versions, and which are files."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message

from mailgate.errors import Refused
from mailgate.mail import File
from mailgate.parse import sealed, uuencoded, yenc
from mailgate.parse.attached_mail import attached_mail
from mailgate.parse.charsets import charset_in_html, decode
from mailgate.parse.headers import raw_header
from mailgate.parse.names import file_name, named_parameter
from mailgate.parse.payload import as_written, children_of, content, raw_content
from mailgate.parse.scan import prepare
from mailgate.parse.set_aside import parsed

_REPORTS = frozenset({"message/delivery-status", "message/global-delivery-status", "message/disposition-notification",
                      "message/feedback-report", "text/rfc822-headers", "message/global-headers"})  # fmt: skip
_READABLE = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext", "application/xhtml+xml"})
_DELIMITER_BEFORE_HEADER = re.compile(rb"(?mi)^--([^\n]{1,200})\n(?=content-[a-z-]+:)")
_CONTENT_TYPE = re.compile(r"\s*[\"']?([\w.+-]+)\s*/\s*([\w.+-]+)")
MAX_WALK = 60


@dataclass
class Block:
    """A stretch of the body: its text version, its html version, or both."""

    text: str | None = None
    html: str | None = None


@dataclass
class Structure:
    """What a walk over the parts has found."""

    blocks: list[Block] = field(default_factory=list)
    spare: list[Block] = field(default_factory=list)  # text with a file name: read when there is nothing else
    files: list[File] = field(default_factory=list)
    calendars: list[str] = field(default_factory=list)
    reports: list[tuple[str, bytes]] = field(default_factory=list)  # machine-readable parts of a report, by type
    attached: list[tuple[str, bytes]] = field(default_factory=list)  # attached mails and headers, by type
    closed: dict[str, str] = field(default_factory=dict)  # whose seals could not be opened, and why
    opened: int = 0  # signed parts, beside and within each other
    defects: list[str] = field(default_factory=list)


def walk(message: Message) -> Structure:
    """All that the mail holds."""
    found = Structure()
    found.blocks = _blocks(message, found, "", 0) or found.spare[:1]
    return found


def content_type(part: Message) -> str:
    """The type, lower case, also from headers that stand in quotes or lack half of it."""
    value = raw_header(part, "content-type")
    if not value:
        return part.get_default_type()
    match = _CONTENT_TYPE.match(value)
    if match:
        return f"{match[1]}/{match[2]}".lower()
    word = value.strip().lower().split(";")[0].strip()
    return {"html": "text/html", "multipart": "multipart/mixed"}.get(
        word, "text/plain" if word.startswith("text") or not word else "application/octet-stream"
    )


def _blocks(part: Message, found: Structure, parent: str, depth: int) -> list[Block]:
    kind = content_type(part)
    found.defects.extend(f"{type(defect).__name__}" for defect in part.defects)
    children = children_of(part)
    if kind.startswith("multipart/") and children is None:
        children = _with_real_boundary(part, found)
    if depth > MAX_WALK:
        return []
    if children is not None and kind.startswith("message/"):
        if kind in _REPORTS:
            found.reports.append((kind, _report_bytes(part)))
            return []
        found.files.append(attached_mail(part, kind, found.attached))
        return []
    if isinstance(children, list):
        inner = [(child, _blocks(child, found, kind, depth + 1)) for child in children if isinstance(child, Message)]
        if kind == "multipart/alternative":
            return _one_of([blocks for _, blocks in inner if blocks])
        return [block for _, blocks in inner for block in blocks]
    return _leaf(part, found, kind, parent, depth)


def _one_of(versions: list[list[Block]]) -> list[Block]:
    """The versions of a multipart/alternative as one block with a text and an html side."""
    if len(versions) < 2:  # noqa: PLR2004 - one version is no choice
        return versions[0] if versions else []
    plain = next((v for v in versions if any(b.text is not None and b.text.strip() for b in v)), None)
    rich = next((v for v in reversed(versions) if any(b.html is not None for b in v)), None)
    text = "\n".join(b.text for b in plain if b.text is not None) if plain else None
    html = "\n".join(b.html for b in rich if b.html is not None) if rich else None
    return [Block(text, html)]


def _leaf(part: Message, found: Structure, kind: str, parent: str, depth: int) -> list[Block]:
    disposition = raw_header(part, "content-disposition").strip().lower()
    name = file_name(part)
    data, defect = content(part) if not kind.startswith("multipart/") else (raw_content(part), None)
    if defect:
        found.defects.append(f"{kind}: {defect}")
    if kind in _REPORTS:
        (found.reports if kind.startswith("message/") else found.attached).append((kind, data))
        return []
    if kind.startswith("message/") and data.strip():
        found.attached.append((kind, data))
        found.files.append(File(name, kind, data))
        return []
    if _is_readable(kind, disposition, name, parent):
        return [_readable(part, kind, data, found)]
    inside = _inside_seal(kind, name, data, found, depth)
    if kind in _READABLE and not disposition.startswith("attachment"):
        found.spare.append(_readable(part, kind, data, found))
    if kind == "text/calendar":
        found.calendars.append(decode(data, _charset(part) or "utf-8")[0])
    if data or name or disposition.startswith("attachment"):
        content_id = raw_header(part, "content-id").strip().strip("<>").strip() or None
        inline = disposition.startswith("inline") or bool(content_id and not disposition.startswith("attachment"))
        found.files.append(File(name, kind, data, inline, content_id))
    return inside


def _is_readable(kind: str, disposition: str, name: str, parent: str) -> bool:
    if kind.startswith("multipart/"):
        return True  # a multipart without parts: what it holds is text
    is_whole_mail = parent == "" and not name and kind.startswith("text/") and kind != "text/calendar"
    if kind not in _READABLE and not is_whole_mail:
        return False
    if disposition.startswith("attachment"):
        return False
    return not name or parent in ("", "multipart/alternative")


def _readable(part: Message, kind: str, data: bytes, found: Structure) -> Block:
    charset = _charset(part)
    if kind.endswith(("html", "xhtml+xml")):
        charset = charset or charset_in_html(data)
    if not kind.endswith(("html", "xhtml+xml")):
        data, files = yenc.take_out(data, found.defects)
        found.files += files
    text, defect = decode(data, charset)
    if defect and charset:
        found.defects.append(f"{kind}: {defect}")
    if kind.endswith(("html", "xhtml+xml")):
        return Block(html=text)
    if kind in ("text/enriched", "text/richtext"):
        text = re.sub(r"<[^<>]{0,200}>", "", text.replace("<<", "\x00")).replace("\x00", "<")
    if "format=flowed" in raw_header(part, "content-type").lower().replace('"', "").replace(" ", ""):
        text = _unflowed(text, "delsp=yes" in raw_header(part, "content-type").lower())
    text, files = uuencoded.take_out(text)
    found.files += files
    text, files = sealed.take_out_armour(text)
    found.files += files
    if files:
        found.closed.setdefault("PGP", "encrypted")
    return Block(text=text)


def _inside_seal(kind: str, name: str, data: bytes, found: Structure, depth: int) -> list[Block]:
    """What a part holds that is signed as a whole; one that stays closed is noted."""
    seal = sealed.seal_of(kind, name)
    if seal == "PGP":
        found.closed.setdefault(seal, "encrypted")
    if seal != "S/MIME" or found.opened >= sealed.MAX_OPENED:
        return []
    found.opened += 1
    try:
        inner = sealed.signed_content(data)
        part = parsed(prepare(inner)[0])
    except (sealed.ClosedError, Refused) as error:
        found.closed.setdefault(seal, str(error) if isinstance(error, sealed.ClosedError) else "hostile")
        return []
    if not sealed.is_mail_part(inner):
        return []
    found.defects.append("signed with S/MIME; the signature was not checked")
    return _blocks(part, found, kind, depth + 1)


def _unflowed(text: str, delete_space: bool) -> str:  # noqa: FBT001 - the word stands in the header
    """RFC 3676: a line that ends in a space goes on in the next one of the same quote depth."""
    lines: list[list[str]] = []
    open_depth: int | None = None
    for raw in text.split("\n"):
        line = raw.rstrip("\r")
        depth = len(line) - len(line.lstrip(">"))
        stuffed = line[depth:].removeprefix(" ")
        is_delimiter = stuffed == "-- "
        flows = stuffed.endswith(" ") and not is_delimiter
        shown = stuffed[:-1] if flows and delete_space else stuffed
        if open_depth == depth and not is_delimiter:
            lines[-1].append(shown)
        else:
            lines.append([">" * depth + (" " if depth and stuffed else "") + shown])
        open_depth = depth if flows else None
    return "\n".join("".join(pieces) for pieces in lines)


def _charset(part: Message) -> str | None:
    value = raw_header(part, "content-type")
    return (named_parameter(value, "charset") or None) if "charset" in value.lower() else None


def _with_real_boundary(part: Message, found: Structure) -> list[Message] | None:
    """A multipart whose boundary is missing or not the one used: take the line that stands before a part's header."""
    raw = raw_content(part)
    delimiter = _DELIMITER_BEFORE_HEADER.search(raw)
    if delimiter is None:
        return None
    boundary = delimiter[1].rstrip().replace(b'"', b"")
    again = message_from_bytes(b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\n\n' + raw)
    children = children_of(again)
    if children is not None:
        found.defects.append("the boundary was not the one declared")
    return children


def _report_bytes(part: Message) -> bytes:
    """A delivery-status as it stood: the standard library has taken its blocks for mails of their own."""
    return b"\n".join(as_written(block) for block in children_of(part) or [])
