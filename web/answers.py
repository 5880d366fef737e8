"""Answers that are no pages: look there instead, here is a file, nothing more to say."""

from __future__ import annotations

import re
from http import HTTPStatus
from io import BytesIO
from typing import cast

from flask import Response, redirect, send_file

from web.headers import SANDBOX

_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}")


def see_other(url: str) -> Response:
    """It is done: look at this page now."""
    return cast("Response", redirect(url, HTTPStatus.SEE_OTHER, Response))


def done() -> Response:
    """It is done, and there is nothing to look at."""
    return Response(status=HTTPStatus.NO_CONTENT)


def attachment(content: bytes, kind: str, name: str) -> Response:
    """Bytes from outside as a download that no browser opens, runs or guesses at."""
    safe_type = kind.lower() if _TYPE.fullmatch(kind.lower()) else "application/octet-stream"
    plain_name = "".join(filter(str.isprintable, name)) or "file"  # neither line breaks nor marks that turn it around
    response = send_file(BytesIO(content), safe_type, as_attachment=True, download_name=plain_name, etag=False)
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cache-Control"] = "private, no-store"
    return response
