"""What came with a ticket's messages: files to download, formatted mails and their pictures to look at."""

from __future__ import annotations

from flask import Blueprint, Response, request

from mailgate.errors import NotFound
from mailgate.store.db import Session
from mailgate.store.messages import Message, StoredFile, file_by_id, files_of, message_by_id
from mailgate.store.tickets import by_number
from web.access import desk, who
from web.answers import require_harmless, stored_file
from web.db import tools
from web.headers import SANDBOX
from web.show.paper import POLICY, POLICY_WITH_REMOTE, is_picture, paper

pages = Blueprint("files", __name__, url_prefix="/t/<number:number>")


@pages.get("/files/<key:file_id>")
def download(number: str, file_id: int) -> Response:
    """Download a file."""
    with desk() as session:
        file = _file(session, number, file_id)
    return stored_file(who().org, file)


@pages.get("/messages/<key:message_id>/html")
def formatted(number: str, message_id: int) -> Response:
    """Show a mail as its sender formatted it."""
    with desk() as session:
        message = _message(session, number, message_id)
        files = files_of(session, [message.id])[message.id]
    if message.html is None:
        raise NotFound("This message has no formatted text.")
    with_remote = request.args.get("pictures") == "remote"
    page = paper(message.html, files, f"/t/{number}/messages/{message.id}/pictures", with_remote=with_remote)
    response = Response(page, mimetype="text/html")
    response.headers["Content-Security-Policy"] = POLICY_WITH_REMOTE if with_remote else POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


@pages.get("/messages/<key:message_id>/pictures/<key:file_id>")
def picture(number: str, message_id: int, file_id: int) -> Response:
    """Show a picture within a formatted mail."""
    with desk() as session:
        file = _file(session, number, file_id)
    if file.message_id != message_id or not is_picture(file):
        raise _nothing()
    require_harmless(file)
    response = Response(tools().blobs.get(who().org, file.sha256), mimetype=file.type.lower())
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


def _message(session: Session, number: str, message_id: int) -> Message:
    ticket, message = by_number(session, number), message_by_id(session, message_id)
    if ticket is None or message is None or message.ticket_id != ticket.id:
        raise _nothing()
    return message


def _file(session: Session, number: str, file_id: int) -> StoredFile:
    found = file_by_id(session, file_id)
    if found is None:
        raise _nothing()
    file, message = found
    _message(session, number, message.id)
    return file


def _nothing() -> NotFound:
    return NotFound("There is no such file on this ticket.")
