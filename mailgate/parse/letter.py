"""Read raw bytes into a Letter: the steps, in order."""

from __future__ import annotations

import email

from mailgate.errors import Refused
from mailgate.mail import Address, File, Letter
from mailgate.parse import calendar, kind, sealed, tnef
from mailgate.parse.addresses import read_addresses, read_sender
from mailgate.parse.body import read_body
from mailgate.parse.bounce.report import read_report
from mailgate.parse.encoded_words import clean
from mailgate.parse.fingerprint import fingerprint
from mailgate.parse.forwarded_mail import read_attached
from mailgate.parse.headers import Headers, message_ids, own_message_id, read_date
from mailgate.parse.language import language_of
from mailgate.parse.quotes.divide import divide, undivided
from mailgate.parse.scan import head_of, prepare
from mailgate.parse.scrub import scrubbed
from mailgate.parse.set_aside import parsed
from mailgate.parse.structure import Block, Structure, walk

_THREAD_INDEX = 1000  # characters; a thread of 140 answers


def read(raw: bytes) -> Letter:
    """The letter in these bytes. Raises Refused for what is built to hurt a parser, and nothing else."""
    mail, defects = prepare(raw)
    try:
        return scrubbed(_read(mail, defects))
    except Refused:
        raise
    except Exception as error:  # noqa: BLE001 - never a mail lost to a parser: the raw text is the body
        return scrubbed(_as_raw_text(mail, [*defects, f"could not be parsed: {type(error).__name__}: {error}"]))


def _read(mail: bytes, defects: list[str]) -> Letter:
    message = parsed(mail)
    headers = Headers(message)
    found = walk(message)
    defects += found.defects
    found.defects = defects
    _unpack_winmail(found)
    _say_calendar(found)
    _say_sealed(found)
    body = read_body(found)
    sender = read_sender(headers.raw_all("from"), defects) or _instead_of_from(headers, defects)
    subject = headers.text("subject")
    return_path = _return_path(headers)
    report = read_report(message, headers, found, body.text, subject, sender)
    verdict = kind.judge(headers, sender, subject, report.kind if report else None, return_path)
    if report is None:
        division = divide(body.text, body.marks, sender.name if sender else "", subject)
    else:
        division = undivided(body.text, "a report is nobody's answer")
    return Letter(
        sender=sender,
        reply_to=_all_addresses(headers, "reply-to", defects),
        to=_all_addresses(headers, "to", defects),
        cc=_all_addresses(headers, "cc", defects),
        subject=subject,
        message_id=own_message_id(headers),
        in_reply_to=message_ids(headers.raw_all("in-reply-to")),
        references=message_ids(headers.raw_all("references")),
        date=read_date(headers.raw("date"), defects),
        text=body.text,
        html=body.html,
        spans=division.spans,
        reply=division.reply,
        signature=division.signature,
        forwarded=division.forwarded + (read_attached(found.attached) if report is None else ()),
        files=tuple(found.files),
        kind=verdict.kind,
        answerable=verdict.answerable,
        reasons=verdict.reasons,
        bounce=report.bounce if report and (report.kind != "receipt" or report.bounce.recipients) else None,
        defects=tuple(dict.fromkeys(defects)),
        delivered_to=_delivered_to(headers),
        return_path=return_path,
        loop_marks=tuple(clean(value) for value in headers.raw_all("x-loop")),
        received_count=len(headers.raw_all("received")),
        language=language_of(division.reply),
        thread_index=headers.raw("thread-index").strip()[:_THREAD_INDEX] or None,
        fingerprint=fingerprint(headers, mail[len(head_of(mail)) :]),
    )


def _instead_of_from(headers: Headers, defects: list[str]) -> Address | None:
    if "sender" in headers:
        defects.append("From: missing, Sender is taken")
    return read_sender(headers.raw_all("sender"), defects)


def _as_raw_text(mail: bytes, defects: list[str]) -> Letter:
    text = mail[:200_000].decode("utf-8", "replace")
    message = email.message_from_bytes(head_of(mail))
    return Letter(
        sender=None, text=text, reply=text, defects=tuple(defects), fingerprint=fingerprint(Headers(message), mail)
    )


def _all_addresses(headers: Headers, name: str, defects: list[str]) -> tuple[Address, ...]:
    found: dict[str, Address] = {}
    for value in headers.raw_all(name):
        for address in read_addresses(value, defects, name.title()):
            found.setdefault(address.address.lower(), address)
    return tuple(found.values())


def _return_path(headers: Headers) -> str | None:
    if "return-path" not in headers:
        return None
    return clean(headers.raw("return-path")).strip("<>").strip()


def _delivered_to(headers: Headers) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name in ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to"):
        for value in headers.raw_all(name):
            found.update(dict.fromkeys(part.strip().strip("<>").lower() for part in value.split(",")))
    return tuple(address for address in found if "@" in address)


def _unpack_winmail(found: Structure) -> None:
    files: list[File] = []
    left = tnef.Allowance()
    for file in found.files:
        unpacked = tnef.unpack(file.content, left) if tnef.is_tnef(file) else None
        if unpacked is None:
            files.append(file)
            continue
        files += unpacked.files
        found.attached += [(tnef.MAIL, inner.content) for inner in unpacked.files if inner.type == tnef.MAIL]
        if not any((block.text or block.html or "").strip() for block in found.blocks) and (
            unpacked.text or unpacked.html
        ):
            found.blocks.append(Block(unpacked.text or None, unpacked.html or None))
    found.files = files


def _say_calendar(found: Structure) -> None:
    """An invitation says in words what it is, unless the text does already."""
    for text in found.calendars[:5]:
        summary = calendar.summary_of(text)
        said = any(summary and summary in (block.text or block.html or "") for block in found.blocks)
        words = "" if said else calendar.in_words(text)
        if words:
            found.blocks.append(Block(text=words))


def _say_sealed(found: Structure) -> None:
    """An encrypted mail is shown as what it is."""
    for seal, why in found.closed.items():
        found.defects.append(f"sealed with {seal}, {why}: its words cannot be read here")
    if found.closed and not any((block.text or block.html or "").strip() for block in found.blocks):
        found.blocks.append(Block(text=sealed.in_words(*next(iter(found.closed.items())))))
