"""Answers that are no pages: look there instead, here is a file, nothing more to say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus
from io import BytesIO
from typing import cast
from urllib.parse import quote

from flask import Response, redirect, send_file

from mailgate.errors import Forbidden, NotFound
from mailgate.store.kept import Received
from mailgate.store.messages import StoredFile
from mailgate.store.tickets import by_number
from web.access import desk, who
from web.db import tools
from web.headers import SANDBOX

_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}")


def see_other(url: str) -> Response:
    """It is done: look at this page now."""
    return cast("Response", redirect(url, HTTPStatus.SEE_OTHER, Response))


def see_ticket(number: str) -> Response:
    """It is done: look at the ticket; or at the list, for whoever has just given it out of their own sight."""
    if who().only_own_teams:
        with desk() as session:
            if by_number(session, number) is None:
                return see_other(f"/?given={quote(number, safe='')}")
    return see_other(f"/t/{number}")


def done() -> Response:
    """It is done, and there is nothing to look at."""
    return Response(status=HTTPStatus.NO_CONTENT)


def whole_mail(org: int, found: Sequence[tuple[Received, bytes | None]], kept_id: int) -> Response:
    """A kept mail as it came in, byte for byte."""
    if not found:
        raise NotFound(f"There is no kept mail {kept_id}.")
    kept, raw = found[0]
    if kept.raw_removed_at is not None:
        raise NotFound(f"The bytes of mail {kept_id} were removed on {kept.raw_removed_at:%Y-%m-%d}.")
    content = raw if raw is not None else tools().blobs.get(org, kept.sha256.hex())
    return attachment(content, "message/rfc822", f"{kept_id}.eml")


def stored_file(org: int, file: StoredFile) -> Response:
    """A file of a message as a download; nobody gets one in which a virus was found."""
    require_harmless(file)
    return attachment(tools().blobs.get(org, file.sha256), file.type, file.name or f"file-{file.id}")


def require_harmless(file: StoredFile) -> None:
    """Refuse to hand out what is withheld."""
    if file.is_withheld:
        raise Forbidden(f"This file is withheld: ClamAV found {file.finding} in it.")


def attachment(content: bytes, kind: str, name: str) -> Response:
    """Bytes from outside as a download that no browser opens, runs or guesses at."""
    safe_type = kind.lower() if _TYPE.fullmatch(kind.lower()) else "application/octet-stream"
    plain_name = "".join(filter(str.isprintable, name)) or "file"  # neither line breaks nor marks that turn it around
    response = send_file(BytesIO(content), safe_type, as_attachment=True, download_name=plain_name, etag=False)
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cache-Control"] = "private, no-store"
    return response
