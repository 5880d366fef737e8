"""Files that came with messages: only ever downloads, whatever they call themselves."""

from __future__ import annotations

from flask import Response

from mailgate.errors import NotFound
from mailgate.store.messages import file_by_id
from web.access import desk, who
from web.answers import stored_file
from web.api.operations import operation


@operation("GET", "/files/<key:file_id>")
def download_file(file_id: int) -> Response:
    """Download a file."""
    with desk() as session:
        found = file_by_id(session, file_id)
    if found is None:
        raise NotFound(f"There is no file {file_id}.")
    file, _ = found
    return stored_file(who().org, file)
