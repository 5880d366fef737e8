"""Unpack winmail.dat: the text, the files and the mails that Outlook packed into it."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.header import Header
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import formataddr
from mimetypes import guess_type

from mailgate.file_names import safe_name
from mailgate.mail import File
from mailgate.parse.mapi import SIGNATURE, Attribute, Value, attributes, charset_of, number, properties, text_of
from mailgate.parse.rtf import MAX_RTF, decompress, text_of_rtf

MAX_SIZE = 40_000_000
MAX_UNPACKED = 10  # in one mail: each winmail.dat, and each mail within
MAIL = "message/rfc822"

_SUBJECT, _BODY, _DATA, _TITLE = 0x8004, 0x800C, 0x800F, 0x8010
_NEW_FILE, _PROPERTIES, _FILE_PROPERTIES, _CODE_PAGE = 0x9002, 0x9003, 0x9005, 0x9007
_P_SUBJECT, _P_SENDER, _P_SENDER_ADDRESS, _P_SENDER_SMTP = 0x0037, 0x0C1A, 0x0C1F, 0x5D01
_P_BODY, _P_RTF, _P_HTML, _P_UNCOMPRESSED, _P_CODE_PAGE = 0x1000, 0x1009, 0x1013, 0x3FD9, 0x3FDE
_P_NAME, _P_DATA, _P_SHORT_NAME, _P_LONG_NAME = 0x3001, 0x3701, 0x3704, 0x3707
_IS_OBJECT = bytes.fromhex("c000000000000046")  # ends the id that stands before an object
_IS_MESSAGE = bytes.fromhex("0703020000000000") + _IS_OBJECT


@dataclass
class Allowance:
    """What may still be unpacked of one mail: packed often or deep, it costs no more than packed once."""

    unpacked: int = MAX_UNPACKED
    rtf: int = MAX_RTF


@dataclass
class _Packed:
    """One attached file, as its attributes come."""

    title: Value = b""
    content: bytes = b""
    more: dict[int, Value] = field(default_factory=dict)


@dataclass
class Unpacked:
    """What was in it."""

    files: list[File] = field(default_factory=list)
    text: str = ""
    html: str = ""
    subject: str = ""
    sender: tuple[str, str] = ("", "")


def is_tnef(file: File) -> bool:
    """A file that Outlook packed, by its type or its first bytes."""
    if file.content[:4] != SIGNATURE:
        return False
    return file.type in ("application/ms-tnef", "application/vnd.ms-tnef") or file.name.lower().endswith(".dat")


def unpack(data: bytes, left: Allowance) -> Unpacked | None:
    """Its content, or None when there is nothing in it that can be read."""
    if len(data) > MAX_SIZE or data[:4] != SIGNATURE or not left.unpacked:
        return None
    left.unpacked -= 1
    found = Unpacked()
    packed: list[_Packed] = []
    charset = "cp1252"
    read = list(attributes(data))
    for one in read:
        if one.name == _NEW_FILE:
            packed.append(_Packed())
        elif one.name == _CODE_PAGE:
            charset = charset_of(number(one.content, 0))
        elif one.name == _BODY:
            found.text = text_of(one.content, charset)
        elif one.name == _SUBJECT:
            found.subject = text_of(one.content, charset)
        elif one.name == _PROPERTIES:
            _read_properties(found, properties(one.content, charset), charset, left)
        elif packed:
            _add(packed[-1], one.name, one.content, charset)
    found.files = _files(packed, charset, left)
    return found if found.files or found.text or found.html or _is_whole(read, len(data)) else None


def _is_whole(read: list[Attribute], size: int) -> bool:
    """Everything was read; some gateways send a winmail.dat with nothing in it."""
    return bool(read) and size - 9 <= 6 + sum(11 + len(one.content) for one in read) <= size


def _read_properties(found: Unpacked, given: dict[int, Value], charset: str, left: Allowance) -> None:
    page = given.get(_P_CODE_PAGE, b"")
    charset = charset_of(number(page, 0)) if isinstance(page, bytes) and page else charset
    found.text = text_of(given.get(_P_UNCOMPRESSED) or given.get(_P_BODY) or found.text, charset)
    found.html = text_of(given.get(_P_HTML, ""), charset)
    rtf = given.get(_P_RTF, b"")
    if not found.text.strip() and not found.html.strip() and isinstance(rtf, bytes):
        words = decompress(rtf, left.rtf)
        left.rtf -= len(words)
        found.text = text_of_rtf(words)
    found.subject = text_of(given.get(_P_SUBJECT) or found.subject, charset)
    address = given.get(_P_SENDER_SMTP) or given.get(_P_SENDER_ADDRESS, "")
    found.sender = (text_of(given.get(_P_SENDER, ""), charset), text_of(address, charset))


def _add(packed: _Packed, name: int, content: bytes, charset: str) -> None:
    if name == _TITLE:
        packed.title = content
    elif name == _DATA:
        packed.content = content
    elif name == _FILE_PROPERTIES:
        packed.more = properties(content, charset)


def _files(packed: list[_Packed], charset: str, left: Allowance) -> list[File]:
    files: list[File] = []
    for one in packed:
        content = one.more.get(_P_DATA, b"") or one.content
        content = content if isinstance(content, bytes) else content.encode()
        name = one.more.get(_P_LONG_NAME) or one.title or one.more.get(_P_SHORT_NAME) or one.more.get(_P_NAME, "")
        name = safe_name(text_of(name, charset))
        interface, is_object = content[:16], content[8:16] == _IS_OBJECT
        content = content[16:] if is_object else content
        if interface == _IS_MESSAGE:
            inner = unpack(content, left)
            if inner is not None:
                files.append(_mail(inner, name))
                continue
        files.append(File(name, guess_type(name)[0] or "application/octet-stream", content))
    return files


def _mail(inner: Unpacked, name: str) -> File:
    """A mail within, written as one, with its files inside."""
    mail = MIMEMultipart()
    mail["From"] = formataddr((_line(inner.sender[0]), _line(inner.sender[1]).encode("ascii", "ignore").decode()))
    mail["Subject"] = Header(_line(inner.subject), "utf-8").encode()
    mail.attach(MIMEText(inner.text or inner.html, "plain" if inner.text else "html", "utf-8"))
    for file in inner.files:
        part = MIMEApplication(file.content)
        part.set_type(file.type)
        part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", file.name))
        mail.attach(part)
    title = safe_name(inner.subject)[:80] or name or "message"
    return File(f"{title.removesuffix('.eml')}.eml", MAIL, mail.as_bytes())


def _line(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:500]
