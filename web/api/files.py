"""Files that came with messages: only ever downloads, whatever they call themselves."""

from __future__ import annotations

import re
from io import BytesIO

from flask import Response, send_file

from mailgate.errors import NotFound
from mailgate.store.messages import file_by_id
from web.access import desk, who
from web.api.operations import operation
from web.db import tools
from web.headers import SANDBOX

_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}")


@operation("GET", "/files/<key:file_id>")
def download_file(file_id: int) -> Response:
    """Download a file."""
    with desk() as session:
        found = file_by_id(session, file_id)
    if found is None:
        raise NotFound(f"There is no file {file_id}.")
    file, _ = found
    content = tools().blobs.get(who().org, file.sha256)
    return attachment(content, file.type, file.name or f"file-{file.id}")


def attachment(content: bytes, kind: str, name: str) -> Response:
    """Bytes from outside as a download that no browser opens, runs or guesses at."""
    safe_type = kind.lower() if _TYPE.fullmatch(kind.lower()) else "application/octet-stream"
    plain_name = "".join(filter(str.isprintable, name)) or "file"  # neither line breaks nor marks that turn it around
    response = send_file(BytesIO(content), safe_type, as_attachment=True, download_name=plain_name, etag=False)
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cache-Control"] = "private, no-store"
    return response
