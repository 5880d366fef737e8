"""Look at the raw bytes before any parser does: refuse bombs, and straighten what every parser stumbles over."""

from __future__ import annotations

import re

from mailgate.errors import Refused
from mailgate.parse.mended_head import mend_head
from mailgate.parse.nesting import refuse_nesting

MAX_HEAD = 100_000
MAX_ADDRESSES = 1_000
MAX_STRUCTURED_HEADER = 16_000  # Content-Type and Content-Disposition: parsers are quadratic in their parameters

_HEADER_LINE = re.compile(rb"[!-9;-~\x80-\xff][!-9;-~\x80-\xff \t]{0,200}:")
_STRUCTURED = re.compile(rb"(?i)\ncontent-(?:type|disposition):[^\n]*(?:\n[ \t][^\n]*)*")
_ADDRESS_HEADERS = re.compile(rb"(?i)(?:from|sender|reply-to|to|cc|bcc|resent-[a-z]+)[ \t]*:")
_UNFOLDED = re.compile(
    rb"(?i)(\ncontent-(?:type|disposition):[^\n]{1,300};[ \t]*\n)(?=(?:boundary|charset|name|filename|type"
    rb"|report-type)\*?\d?=)"
)
_BINARY = re.compile(rb"(?i)content-transfer-encoding:[ \t]*binary")


def prepare(raw: bytes) -> tuple[bytes, list[str]]:
    """The mail with plain line ends and nothing before its first header, and what was put right."""
    defects: list[str] = []
    mail = raw
    if mail.startswith(b"\xef\xbb\xbf"):
        mail = mail[3:]
    mail = _plain_line_ends(mail, defects)
    mail = mail.lstrip(b"\n \t") if mail[:1] in (b"\n", b" ", b"\t") else mail
    while mail.startswith((b"From ", b">From ")):  # left by an mbox
        mail = mail.partition(b"\n")[2]
    if _UNFOLDED.search(mail):
        defects.append("parameters stood on lines of their own")
        mail = _UNFOLDED.sub(rb"\1 ", mail)
    return mend_head(mail, defects), defects


def _plain_line_ends(mail: bytes, defects: list[str]) -> bytes:
    if b"\r" not in mail:
        return mail
    if (
        b"binary" in mail.lower() and _BINARY.search(mail) and not _is_cr_only(mail)
    ):  # every byte of a binary part counts
        return mail
    doubled = mail.count(b"\r\r\n")
    if doubled and doubled * 2 > mail.count(b"\n"):  # a gateway has ended every line twice
        defects.append("line ends were doubled")
        mail = mail.replace(b"\r\r\n", b"\n")
    if b"\r\n" in mail:
        mail = mail.replace(b"\r\n", b"\n")
    if b"\r" in mail:
        defects.append("bare carriage returns were read as line ends")
        mail = mail.replace(b"\r", b"\n")
    return mail


def _is_cr_only(mail: bytes) -> bool:
    return b"\n" not in mail


def refuse_bombs(mail: bytes) -> None:
    """Raise Refused for what no honest program writes and no parser survives cheaply."""
    head = head_of(mail)
    if len(head) > MAX_HEAD:
        raise Refused(f"The header is larger than {MAX_HEAD // 1000} kB.", code=552, status="5.3.4")
    if _count_addresses(head) > MAX_ADDRESSES:
        raise Refused(f"The mail names more than {MAX_ADDRESSES} addresses.", code=552, status="5.5.3")
    for header in _STRUCTURED.finditer(mail):
        if header.end() - header.start() > MAX_STRUCTURED_HEADER:
            raise Refused("A Content-Type or Content-Disposition header is absurdly long.", code=554, status="5.6.0")
    refuse_nesting(mail)


def head_of(mail: bytes) -> bytes:
    """The top header block: up to the first line that is neither a header nor the continuation of one."""
    end = mail.find(b"\n\n")
    block = mail if end < 0 else mail[: end + 1]
    if len(block) <= MAX_HEAD and end >= 0:
        return block
    position = 0
    while position < len(block):
        if block[position] not in b" \t" and not _HEADER_LINE.match(block, position):
            break
        position = block.find(b"\n", position) + 1 or len(block)
    return block[:position]


def _count_addresses(head: bytes) -> int:
    total, counting = 0, False
    for line in head.split(b"\n"):
        if line[:1] not in (b" ", b"\t"):
            counting = _ADDRESS_HEADERS.match(line) is not None
        if counting:
            total += max(line.count(separator) for separator in (b"@", b",", b";"))
    return total
