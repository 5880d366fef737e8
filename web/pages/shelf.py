"""The shelf: mail that was kept but found no ticket. Look at it, download it, have it read again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response

from mailgate.errors import Conflict, NotFound
from mailgate.store.kept import KeptMail, count_state, kept_by_id, list_kept, put_back, raw_of
from web.access import desk, who
from web.answers import attachment, see_other
from web.db import ring, tools
from web.show.lists import ENTRIES, asked
from web.show.shell import SHELVED, desk_page
from web.show.views import MOST_COUNTED

pages = Blueprint("shelf", __name__, url_prefix="/admin/shelf")

_URL = "/admin/shelf"
_STATES = {"": "All", "held": "Held", "quarantined": "Quarantined"}


@dataclass(frozen=True, slots=True)
class Shelved:
    """One kept mail."""

    id: int
    state: str
    cause: str
    error: str | None
    sender: str
    subject: str
    received_at: datetime
    size: int
    tries: int
    raw_url: str
    why_url: str
    replay_url: str


@pages.get("")
def show() -> str:
    """Show what is on the shelf, newest first."""
    question = asked(_URL, _STATES)
    states = (question.state,) if question.state else SHELVED
    with desk() as session:
        found = list_kept(session, states=states, before=question.before, limit=ENTRIES + 1)
        return desk_page(
            session,
            "shelf.html",
            current="shelf",
            states=question.states(
                _STATES, lambda name: count_state(session, [name] if name else SHELVED, MOST_COUNTED)
            ),
            mails=[_shelved(kept) for kept in found[:ENTRIES]],
            older_url=question.older([kept.id for kept in found]),
        )


@pages.get("/<key:kept_id>/raw")
def download(kept_id: int) -> Response:
    """Download a mail as it came in, byte for byte."""
    with desk() as session:
        rows = raw_of(session, [kept_id])
    if not rows:
        raise NotFound(f"There is no kept mail {kept_id}.")
    kept, raw = rows[0]
    content = raw if raw is not None else tools().blobs.get(who().org, kept.sha256.hex())
    return attachment(content, "message/rfc822", f"{kept_id}.eml")


@pages.post("/<key:kept_id>/replay")
def replay(kept_id: int) -> Response:
    """Have a mail read again."""
    with desk() as session:
        if kept_by_id(session, kept_id) is None:
            raise NotFound(f"There is no kept mail {kept_id}.")
        if not put_back(session, [kept_id]):
            raise Conflict("Only mail that is held or quarantined can be read again.")
    ring("read_mail")
    return see_other(_URL)


def _shelved(kept: KeptMail) -> Shelved:
    return Shelved(
        id=kept.id,
        state=kept.state,
        cause=" ".join(str(reason) for reason in kept.reasons) or "Nobody wrote down why.",
        error=kept.last_error,
        sender=kept.sender,
        subject=kept.subject or "",
        received_at=kept.received_at,
        size=kept.size,
        tries=kept.tries,
        raw_url=f"{_URL}/{kept.id}/raw",
        why_url=f"{_URL}/{kept.id}/why",
        replay_url=f"{_URL}/{kept.id}/replay",
    )
