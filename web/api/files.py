"""Files that came with messages: only ever downloads, whatever they call themselves."""

from __future__ import annotations

from flask import Response

from mailgate.errors import NotFound
from mailgate.store.messages import file_by_id
from web.access import desk, who
from web.answers import attachment
from web.api.operations import operation
from web.db import tools


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
