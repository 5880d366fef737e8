"""A file that was too large to travel with a letter, for whoever holds the link in it."""

from __future__ import annotations

from flask import Blueprint, Response

from mailgate import clock
from mailgate.errors import NotFound
from mailgate.store.agents import find_token, token_by_id
from mailgate.store.db import Session
from mailgate.store.messages import StoredFile, file_by_id
from mailgate.tokens import hashed
from web.access import client_address, desk_of, limit
from web.answers import stored_file
from web.db import tools

pages = Blueprint("sent_files", __name__, url_prefix="/f")

_TRIES, _HOUR = 300, 3600


@pages.get("/<token>")
def download(token: str) -> Response:
    """Download it. Which links ended and which never were is not told."""
    limit("sent-file", client_address(), times=_TRIES, seconds=_HOUR)
    with tools().database.crossing() as connection:
        found = find_token(connection, "file", hashed(token))
    if found is None:
        raise _ended()
    with desk_of(found.org_id) as session:
        file = _file(session, found.id)
    return stored_file(found.org_id, file)


def _file(session: Session, token_id: int) -> StoredFile:
    known = token_by_id(session, token_id)
    if known is None or known.expires_at is None or known.expires_at <= clock.now():
        raise _ended()
    stored = file_by_id(session, known.file_id or 0)
    if stored is None:
        raise _ended()
    return stored[0]


def _ended() -> NotFound:
    return NotFound("This link does not lead to a file any more. Ask whoever sent it for a new one.")
