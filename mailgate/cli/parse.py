"""`mailgate parse`: show how Mailgate reads a mail, as JSON; needs no database."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from mailgate.errors import Refused
from mailgate.mail import Address, Bounce, File, Forwarded, Letter
from mailgate.parse import read


@click.command()
@click.option("--jsonl", is_flag=True, help="One object a line, as scripts want it.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]…")
def parse(jsonl: bool, paths: tuple[Path, ...]) -> None:
    """Show how Mailgate reads each mail: PATH… are files; `-` or nothing is standard input."""
    failed = False
    for name, raw in _mails(paths or (Path("-"),)):
        if isinstance(raw, OSError):
            click.echo(f"{name}: cannot be read: {raw.strerror}", err=True)
            failed = True
            continue
        answer = _answer(name, raw)
        text = json.dumps(answer, ensure_ascii=False) if jsonl else json.dumps(answer, ensure_ascii=False, indent=2)
        sys.stdout.buffer.write(text.encode() + b"\n")
        sys.stdout.buffer.flush()
    if failed:
        sys.exit(1)


def _mails(paths: tuple[Path, ...]) -> Iterator[tuple[str, bytes | OSError]]:
    for path in paths:
        try:
            yield str(path), sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        except OSError as error:
            yield str(path), error


def _answer(name: str, raw: bytes) -> dict[str, Any]:
    shown = name.encode("utf-8", "replace").decode()
    try:
        return {"file": shown, **as_json(read(raw))}
    except Refused as refused:
        return {"file": shown, "refused": str(refused)}


def as_json(letter: Letter) -> dict[str, Any]:
    """A letter in the shape scripts rely on."""
    return {
        "from": _person(letter.sender) if letter.sender else None,
        "reply_to": [_person(one) for one in letter.reply_to],
        "to": [_person(one) for one in letter.to],
        "cc": [_person(one) for one in letter.cc],
        "subject": letter.subject,
        "message_id": letter.message_id,
        "in_reply_to": list(letter.in_reply_to),
        "references": list(letter.references),
        "date": letter.date.isoformat() if letter.date else None,
        "text": letter.text,
        "html": letter.html,
        "reply": letter.reply,
        "signature": letter.signature,
        "spans": [{"start": s.start, "end": s.end, "kind": str(s.kind), "rule": s.rule} for s in letter.spans],
        "forwarded": [_forwarded(one) for one in letter.forwarded],
        "files": [_file(file) for file in letter.files],
        "kind": str(letter.kind),
        "answerable": letter.answerable,
        "reasons": list(letter.reasons),
        "bounce": _bounce(letter.bounce) if letter.bounce else None,
        "language": letter.language,
        "defects": list(letter.defects),
    }


def _person(address: Address) -> dict[str, str]:
    return {"name": address.name, "address": address.address}


def _forwarded(one: Forwarded) -> dict[str, Any]:
    return {
        "from": _person(one.sender) if one.sender else None,
        "subject": one.subject,
        "date": one.date,
        "message_id": one.message_id,
        "text": one.text,
        "reply": one.reply,
        "rule": one.rule,
    }


def _file(file: File) -> dict[str, Any]:
    return {
        "name": file.name,
        "type": file.type,
        "size": file.size,
        "sha256": file.sha256,
        "inline": file.inline,
        "content_id": file.content_id,
    }


def _bounce(bounce: Bounce) -> dict[str, Any]:
    recipients = [
        {"address": one.address, "action": one.action, "status": one.status, "diagnostic": one.diagnostic}
        for one in bounce.recipients
    ]
    return {"recipients": recipients, "original_message_id": bounce.original_message_id}
