"""A ticket: read it, answer, leave a note, and change what is set on it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, make_response, request
from pydantic import Field

from mailgate import clock
from mailgate.errors import BadInput, Conflict, NotFound
from mailgate.mail import Address, Check, File
from mailgate.office.replies import meant
from mailgate.office.senders import forget_pattern, treat
from mailgate.rights import Right, may
from mailgate.store.agents import agent_by_id
from mailgate.store.db import Session
from mailgate.store.listing import Listed, listed, listed_by_number
from mailgate.store.messages import files_of, is_written, message_by_id, withdrawn_files, writer_since
from mailgate.store.office import mailbox_by_id
from mailgate.store.tickets import Ticket, by_number
from mailgate.tickets.answer import answer as answer_customer
from mailgate.tickets.answer import note as leave_note
from mailgate.tickets.change import Named, change, mark_read
from mailgate.tickets.outgoing import require_later
from mailgate.tickets.recipients import judged
from mailgate.tickets.sender import tell_of_sender
from mailgate.tokens import secret
from web.access import agent, desk, who, zone_of
from web.answers import done, see_ticket
from web.db import ring, tools
from web.forms import Form, Line, Prose
from web.show.canned import filled, with_reply
from web.show.cc import read_cc
from web.show.preview import preview_of
from web.show.shell import fragment
from web.show.ticket import LARGEST, Kept, Written, message_values, ticket_page
from web.uploads import let_in, uploaded

pages = Blueprint("ticket", __name__, url_prefix="/t/<number:number>")

_ID = re.compile(r"[0-9]{1,18}")
Once = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")]


class AnswerForm(Form):
    """What goes to the customer. An empty status leaves it to the rules of moving."""

    body: Prose
    once: Once
    seen: Annotated[str, Field(pattern=r"^[0-9]{0,18}$")] = ""  # the newest message when the form was made
    cc: str = ""
    status: Line = ""
    send_at: Line = ""
    preview: Line = ""
    reply: Line = ""
    kept: tuple[Annotated[str, Field(pattern=r"^[0-9]{1,18}$")], ...] = ()


class ReplyForm(Form):
    """A canned reply, by name or shortcut."""

    reply: Line


class NoteForm(Form):
    """What stays with the team."""

    body: Prose
    once: Once


class StatusForm(Form):
    status: Line


class SenderForm(Form):
    """What becomes of the requester's mail; empty: it is judged by what it is."""

    treatment: Annotated[str, Field(pattern=r"^(|allow|hold|discard)$")]


class PriorityForm(Form):
    priority: Line


class AssigneeForm(Form):
    """An agent's id, `me`, or nobody."""

    assignee: Annotated[str, Field(pattern=r"^(me|[0-9]{0,18})$")]


@pages.url_value_preprocessor
def let_files_in(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """An answer may bring files. Said here, before anything looks into the form."""
    if endpoint in ("ticket.answer", "ticket.preview", "ticket.put_in_reply"):
        let_in(LARGEST)


@pages.get("")
def show(number: str) -> Response:
    """Show a ticket: as a page, or as the pane the inbox opens."""
    with desk() as session:
        found = _listed(session, number)
        return ticket_page(session, found, _taken_back(session, found))


@pages.get("/messages/<key:message_id>")
def message(number: str, message_id: int) -> str:
    """Show one message anew: what became of it meanwhile."""
    with desk() as session:
        return fragment(
            session, "message_alone.html", message=message_values(session, _listed(session, number), message_id)
        )


@pages.post("/answers")
def answer(number: str) -> Response:
    """Answer the customer. The same form sent twice is one answer."""
    form = AnswerForm.read(request)
    try:
        files = uploaded(LARGEST)
        tools().blobs.put_all(who().org, [file.content for file in files])  # before the rows that name them
        with desk() as session:
            found = _locked(session, number)
            if not is_written(session, found.id, form.once):
                _require_seen(session, found, form)
                _answer(session, found, form, (*files, *_kept_files(session, found, form)))
    except (BadInput, Conflict) as error:
        with desk() as session:
            kept = _kept(session, _listed(session, number), form)
        return _refused(number, Written("answer", form.body, form.once, _told(error), form.cc, form.send_at, kept=kept))
    ring("follow_event")
    return see_ticket(number)


@pages.post("/answers/preview")
def preview(number: str) -> Response:
    """Show an answer as it would leave, and who would get it. Nothing is kept or sent."""
    form = AnswerForm.read(request)
    with desk() as session:
        found = _listed(session, number)
        wrong, cc, files = "", list[str](), tuple[File, ...]()
        try:
            files = (*uploaded(LARGEST), *_kept_files(session, found.ticket, form))
            cc = read_cc(session, form.cc)
        except BadInput as error:
            wrong = str(error)
        shown = preview_of(session, found, form.body, cc, files, wrong)
        if request.headers.get("HX-Request-Type") == "partial":
            return make_response(fragment(session, "preview.html", preview=shown))
        kept = _kept(session, found, form)
        return ticket_page(
            session, found, Written("answer", form.body, form.once, {}, form.cc, preview=shown, kept=kept)
        )


@pages.post("/answers/canned")
def put_in_reply(number: str) -> Response:
    """Show the answer again with a canned reply put in, and with what its shortcuts stand for."""
    form = AnswerForm.read(request)
    try:
        with desk() as session:
            body = with_reply(session, _listed(session, number), form.body, form.reply)
    except BadInput as error:
        return _refused(number, Written("answer", form.body, form.once, {"body": str(error)}, form.cc))
    with desk() as session:
        found = _listed(session, number)
        return ticket_page(
            session, found, Written("answer", body, form.once, {}, form.cc, kept=_kept(session, found, form))
        )


@pages.post("/replies")
def fill_reply(number: str) -> Response:
    """One canned reply, filled for this ticket, for a script to put in."""
    form = ReplyForm.read(request)
    with desk() as session:
        text = filled(session, _listed(session, number), meant(session, form.reply))
    return Response(text, mimetype="text/plain")


@pages.get("/recipients")
def recipients(number: str) -> Response:
    """Show who would get an answer with this Cc, while it is being typed."""
    with desk() as session:
        found = _listed(session, number)
        try:
            cc = read_cc(session, request.args.get("cc", ""))
        except BadInput:
            cc = []  # it is not finished; what is wrong with it is said when it is sent
        return make_response(fragment(session, "recipients.html", recipients=judged(session, found.ticket, cc)))


@pages.post("/notes")
def note(number: str) -> Response:
    """Leave a note for the team."""
    form = NoteForm.read(request)
    try:
        with desk() as session:
            found = _locked(session, number)
            if not is_written(session, found.id, form.once):
                leave_note(session, found, form.body, agent(), clock.now(), channel="web", once=form.once)
    except BadInput as error:
        return _refused(number, Written("note", form.body, form.once, _told(error)))
    return see_ticket(number)


@pages.post("/status")
def set_status(number: str) -> Response:
    """Move the ticket."""
    form = StatusForm.read(request)
    with desk() as session:
        change(session, _locked(session, number), agent(), clock.now(), status=form.status)
    return see_ticket(number)


@pages.post("/priority")
def set_priority(number: str) -> Response:
    """Say how pressing it is."""
    form = PriorityForm.read(request)
    with desk() as session:
        change(session, _locked(session, number), agent(), clock.now(), priority=form.priority)
    return see_ticket(number)


@pages.post("/assignee")
def assign(number: str) -> Response:
    """Give the ticket to an agent, take it, or take it from whoever has it."""
    form = AssigneeForm.read(request)
    chosen = who().agent_id if form.assignee == "me" else int(form.assignee or 0)
    with desk() as session:
        found = _locked(session, number)
        before = listed(session, found.id)
        had = Named(found.assignee_id, before.assignee_name or "") if found.assignee_id else None
        given = {"assignee": (had, _worker(session, chosen))}
        change(session, found, agent(), clock.now(), given=given)
    return see_ticket(number)


@pages.post("/sender")
def treat_sender(number: str) -> Response:
    """Let the requester's mail in, block it, or judge it like any other."""
    treatment, now = SenderForm.read(request).treatment, clock.now()
    with desk() as session:
        found = _locked(session, number)
        if treatment:
            treat(session, found.requester_address, treatment, agent().name, now)
        else:
            forget_pattern(session, found.requester_address)
        tell_of_sender(session, found, treatment, agent(), now)
    return see_ticket(number)


@pages.post("/reading")
def read(number: str) -> Response:
    """Somebody has looked at the ticket for a moment."""
    with desk() as session:
        mark_read(_locked(session, number))
    return done()


def _taken_back(session: Session, found: Listed) -> Written | None:
    """The words of an answer somebody has just taken back."""
    asked = request.args.get("again", "")
    message = message_by_id(session, int(asked)) if _ID.fullmatch(asked) else None
    if message is None or message.ticket_id != found.ticket.id or message.direction != "withdrawn":
        return None
    kept = [Kept(file.id, file.name) for file in files_of(session, [message.id])[message.id]]
    return Written("answer", message.text, secret(), {}, ", ".join(address for address, _ in message.cc), kept=kept)


def _kept(session: Session, found: Listed, form: AnswerForm) -> list[Kept]:
    """The files of an answer that was taken back, as far as they are still ticked."""
    return [Kept(file.id, file.name) for file in withdrawn_files(session, found.ticket.id, map(int, form.kept))]


def _kept_files(session: Session, found: Ticket, form: AnswerForm) -> tuple[File, ...]:
    stored = withdrawn_files(session, found.id, map(int, form.kept))
    return tuple(
        File(
            file.name, file.type, tools().blobs.get(who().org, file.sha256),
            check=Check(file.checked) if file.checked else None, finding=file.finding or "",
        )
        for file in stored
    )  # fmt: skip


def _leaves_at(session: Session, send_at: str) -> datetime | None:
    """When an answer leaves: as asked for, in the organisation's time; else when it can be taken back no more."""
    now = clock.now()
    if not send_at:
        seconds = tools().settings.undo_seconds
        return now + timedelta(seconds=seconds) if seconds else None
    try:
        asked = datetime.fromisoformat(send_at)
    except ValueError:
        raise BadInput("That is no day and time: write it as 2026-01-31 08:00.", send_at="is no time") from None
    if asked.tzinfo is None:
        asked = asked.replace(tzinfo=ZoneInfo(zone_of(session)))
    return require_later(asked, now)


def _require_seen(session: Session, found: Ticket, form: AnswerForm) -> None:
    """Ask once more when somebody has written meanwhile; the page shows it then, and the same form is taken."""
    if form.seen and (writer := writer_since(session, found.id, int(form.seen), who().agent_id)):
        raise Conflict(f"{writer} has written meanwhile. Read it, then send again if your answer still fits.")


def _answer(session: Session, found: Ticket, form: AnswerForm, files: Sequence[File]) -> None:
    mailbox = mailbox_by_id(session, found.mailbox_id)
    answer_customer(
        session, found, mailbox, form.body, agent(), clock.now(), tools().marks,
        channel="web", cc=[Address(address) for address in read_cc(session, form.cc)],
        files=files, status=form.status or None, once=form.once, is_markdown=True,
        leaves_at=_leaves_at(session, form.send_at),
    )  # fmt: skip


def _refused(number: str, written: Written) -> Response:
    """The same page, with what was typed and what is wrong with it."""
    with desk() as session:
        return ticket_page(session, _listed(session, number), written)


def _told(error: BadInput | Conflict) -> dict[str, str]:
    """Where in the form an error belongs, and its sentence."""
    fields = getattr(error, "fields", {})
    return {next((name for name in ("cc", "files", "send_at") if name in fields), "body"): str(error)}


def _listed(session: Session, number: str) -> Listed:
    found = listed_by_number(session, number)
    if found is None:
        raise NotFound(f"There is no ticket {number}.")
    return found


def _locked(session: Session, number: str) -> Ticket:
    """The ticket, for this change alone."""
    found = by_number(session, number, lock=True)
    if found is None:
        raise NotFound(f"There is no ticket {number}.")
    return found


def _worker(session: Session, agent_id: int | None) -> Named | None:
    if not agent_id:
        return None
    chosen = agent_by_id(session, agent_id)
    if chosen is None or not chosen.active or not may(chosen.role, Right.WORK):
        raise BadInput("This agent does not work on tickets.", assignee="is not active, or only looks on")
    return Named(chosen.id, chosen.name)
