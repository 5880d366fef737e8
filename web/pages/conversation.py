"""A customer's private page of one request, opened by a signed link: read, answer, close, open again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from flask import Blueprint, Response, make_response, request
from pydantic import Field

from mailgate import clock
from mailgate.errors import BadInput, Conflict, NotFound
from mailgate.mail import File
from mailgate.office.surveys import MOST_QUESTIONS
from mailgate.store.agents import find_token, token_by_id
from mailgate.store.db import Session
from mailgate.store.messages import file_by_id, files_of, is_written, thread_of
from mailgate.store.office import mailbox_by_id
from mailgate.store.organisations import own
from mailgate.store.people import person_by_id
from mailgate.store.surveys import RATINGS, Survey, survey_of
from mailgate.store.tickets import Ticket, by_id, participants_of
from mailgate.tickets import by_customer
from mailgate.tickets import rate as rating
from mailgate.tickets.history import Actor
from mailgate.tickets.outgoing import for_customers
from mailgate.tickets.rate import Said
from mailgate.tokens import hashed, secret
from web.access import desk_of, limit
from web.answers import see_other, stored_file
from web.db import tools
from web.forms import Form, Line, Prose
from web.show.conversation import divided, is_visible, request_of, said
from web.show.shell import customer_page, face, public_face
from web.speech import later
from web.uploads import let_in, uploaded

pages = Blueprint("conversation", __name__, url_prefix="/s/<token>")

LARGEST = 20 * 2**20  # bytes of all files of one answer
_ANSWERS, _HOUR = 30, 3600
_REFUSALS = (
    later("There is nothing to send: write something first."),
    later("That is too long: 200,000 characters at most."),
    later("At most 20 files can be sent at once."),
    later("Together the files may have 20 MB. Choose fewer."),
)
_NOTICES = frozenset({"sent", "closed", "reopened"})


class AnswerForm(Form):
    """What the customer wrote; its files come beside it."""

    body: Prose
    once: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")]


Mark = Annotated[str, Field(pattern=r"^[1-5]?$")]


class RatingForm(Form):
    """Whether we were of help, and more if they like."""

    rating: Annotated[str, Field(pattern=r"^(happy|unhappy)$")]
    comment: Annotated[str, Field(max_length=2 * rating.COMMENT_LENGTH)] = ""
    question: Annotated[tuple[Line, ...], Field(max_length=MOST_QUESTIONS)] = ()
    answer_1: Mark = ""
    answer_2: Mark = ""
    answer_3: Mark = ""
    answer_4: Mark = ""
    answer_5: Mark = ""

    @property
    def told(self) -> Said:
        marks = (self.answer_1, self.answer_2, self.answer_3, self.answer_4, self.answer_5)
        answers = {words: int(mark) for words, mark in zip(self.question, marks, strict=False) if mark}
        return Said(self.rating, self.comment, answers)


@dataclass(frozen=True)
class Guest:
    """Whoever holds a link that works: in a transaction, with their ticket and their address."""

    session: Session
    org: int
    ticket: Ticket
    address: str

    @property
    def actor(self) -> Actor:
        """As the history will name them. The name is the requester's only if the link is."""
        person = person_by_id(self.session, self.ticket.requester_id)
        is_requester = self.address == self.ticket.requester_address
        name = person.name if person is not None and is_requester else ""
        return Actor("customer", name or self.address, address=self.address)


class LinkEnded(Exception):  # noqa: N818 - named for what it says
    """The link is too old, was taken back, or never was one of ours. It is not told which."""


@pages.url_value_preprocessor
def let_files_in(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """An answer may bring files. Said here, before anything looks into the form."""
    if endpoint == "conversation.answer":
        let_in(LARGEST)


@pages.errorhandler(LinkEnded)
def ended(_error: LinkEnded) -> tuple[str, int]:
    return customer_page(public_face(), "link_expired.html"), HTTPStatus.GONE


@pages.get("")
def show(token: str) -> Response:
    """Show what was said."""
    notice = request.args.get("done", "")
    with _guest(token) as guest:
        return make_response(_page(guest, token, notice=notice if notice in _NOTICES else None))


@pages.post("/answers")
def answer(token: str) -> Response:
    """Take what the customer wrote. The same form sent twice is one answer."""
    limit("conversation", hashed(token).hex(), times=_ANSWERS, seconds=_HOUR)
    form = AnswerForm.read(request)
    try:
        files = uploaded(LARGEST)
        with _guest(token) as guest:
            org = guest.org
        tools().blobs.put_all(org, [file.content for file in files])  # before the rows that name them
        with _guest(token, lock=True) as guest:
            if not is_written(guest.session, guest.ticket.merged_into_id or guest.ticket.id, form.once):
                _write(guest, form, files)
    except BadInput as error:
        with _guest(token) as guest:
            page = _page(guest, token, body=form.body, once=form.once, errors=_told(error))
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
    return see_other(f"/s/{token}?done=sent")


@pages.post("/closure")
def close(token: str) -> Response:
    """It is solved, says the customer."""
    with _guest(token, lock=True) as guest:
        by_customer.solve(guest.session, guest.ticket, guest.actor, clock.now())
    return see_other(f"/s/{token}?done=closed")


@pages.post("/reopening")
def reopen(token: str) -> Response:
    """It is not solved, says the customer."""
    with _guest(token, lock=True) as guest:
        by_customer.reopen(guest.session, guest.ticket, guest.actor, clock.now())
    return see_other(f"/s/{token}?done=reopened")


@pages.get("/rating")
def ask_rating(token: str) -> str:
    """Ask whether we were of help. A link in a mail has chosen, but says nothing yet: programs follow links, too."""
    with _guest(token) as guest:
        survey = survey_of(guest.session, guest.ticket.id)
        said = survey.rating if survey is not None else None
        asked = request.args.get("say", "")
        return _rating_page(
            guest, token, survey,
            chosen=asked if asked in RATINGS else said or "", is_said=request.args.get("done") == "rated",
        )  # fmt: skip


@pages.post("/rating")
def rate(token: str) -> Response | tuple[str, int]:
    """Take what the customer says."""
    limit("conversation", hashed(token).hex(), times=_ANSWERS, seconds=_HOUR)
    form = RatingForm.read(request)
    try:
        with _guest(token, lock=True) as guest:
            _require_requester(guest)
            rating.rate(guest.session, guest.ticket, form.told, guest.actor, clock.now())
    except Conflict:
        with _guest(token) as guest:
            survey = survey_of(guest.session, guest.ticket.id)
            return _rating_page(guest, token, survey, chosen=form.rating), HTTPStatus.CONFLICT
    return see_other(f"/s/{token}/rating?done=rated")


@pages.get("/files/<key:file_id>")
def download(token: str, file_id: int) -> Response:
    """Download a file of a message the customer may read."""
    with _guest(token) as guest:
        org, found = guest.org, file_by_id(guest.session, file_id)
        if found is None or found[1].ticket_id != guest.ticket.id or not is_visible(found[1]):
            raise NotFound("There is no such file in this conversation.")
        if not for_customers(guest.session, [found[1]], clock.now()):
            raise NotFound("There is no such file in this conversation.")
    return stored_file(org, found[0])


@contextmanager
def _guest(token: str, *, lock: bool = False) -> Iterator[Guest]:
    """Whoever holds this link, in a transaction of their organisation; with `lock`, to change the ticket."""
    with tools().database.crossing() as connection:
        found = find_token(connection, "conversation", hashed(token))
    if found is None:
        raise LinkEnded
    with desk_of(found.org_id) as session:
        known = token_by_id(session, found.id)
        if known is None or known.expires_at is None or known.expires_at <= clock.now():
            raise LinkEnded
        ticket = by_id(session, known.ticket_id or 0, lock=lock)
        if ticket is None or known.address is None or not _takes_part(session, ticket, known.address):
            raise LinkEnded
        further = by_id(session, ticket.merged_into_id, lock=lock) if ticket.merged_into_id is not None else None
        if further is not None and further.requester_address == known.address:  # others see nothing of what went before
            ticket = further
        yield Guest(session, found.org_id, ticket, known.address)


def _takes_part(session: Session, ticket: Ticket, address: str) -> bool:
    """A link lasts no longer than its holder's part in the ticket."""
    return address == ticket.requester_address or address in participants_of(session, [ticket.id])[ticket.id]


def _page(
    guest: Guest,
    token: str,
    *,
    notice: str | None = None,
    body: str = "",
    once: str | None = None,
    errors: dict[str, str] | None = None,
) -> str:
    session, url = guest.session, f"/s/{token}"
    shown, messages = face(session), for_customers(session, thread_of(session, guest.ticket.id), clock.now())
    files = files_of(session, [message.id for message in messages])
    earlier, latest = divided(said(messages, files, url, guest.address, shown.organisation))
    return customer_page(
        shown,
        "conversation.html",
        language=guest.ticket.language,
        request=request_of(guest.ticket, url),
        can_rate=guest.address == guest.ticket.requester_address
        and rating.can_rate(guest.ticket, survey_of(session, guest.ticket.id), clock.now()),
        earlier=earlier,
        messages=latest,
        draft_key=f"s:{guest.ticket.number}",
        once=once or secret(),
        body=body,
        errors=errors,
        max_size=LARGEST,
        notice=notice,
    )


def _rating_page(guest: Guest, token: str, survey: Survey | None, *, chosen: str, is_said: bool = False) -> str:
    _require_requester(guest)
    return customer_page(
        face(guest.session),
        "rating.html",
        language=guest.ticket.language,
        number=guest.ticket.number,
        url=f"/s/{token}",
        chosen=chosen,
        comment=survey.comment if survey is not None else "",
        questions=own(guest.session).survey_questions,
        answers=survey.answers if survey is not None else {},
        marks=rating.MARKS,
        is_open=rating.can_rate(guest.ticket, survey, clock.now()),
        is_said=is_said,
    )


def _require_requester(guest: Guest) -> None:
    """Others take part, but it is not their request."""
    if guest.address != guest.ticket.requester_address:
        raise NotFound("Only whoever made this request can rate it.")


def _write(guest: Guest, form: AnswerForm, files: Sequence[File]) -> None:
    mailbox = mailbox_by_id(guest.session, guest.ticket.mailbox_id)
    by_customer.write(
        guest.session, guest.ticket, mailbox, form.body, guest.actor, clock.now(), files=files, once=form.once
    )


def _told(error: BadInput) -> dict[str, str]:
    return {"files" if "files" in error.fields else "body": str(error)}
