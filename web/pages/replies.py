"""Canned replies: find, write, change and remove them."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, make_response, request

from mailgate import clock
from mailgate.compose import canned
from mailgate.errors import BadInput
from mailgate.office.replies import Words, known, remove, save
from mailgate.store.replies import CannedReply, canned_replies
from web.access import agent, desk
from web.answers import see_other
from web.forms import Form, Line, Prose
from web.show.shell import desk_page
from web.speech import later, told_all

pages = Blueprint("replies", __name__, url_prefix="/admin/replies")

_URL, _SHOWN = "/admin/replies", 100
LANGUAGES = {
    "": later("Any language"),
    "en": later("English"),
    "de": later("German"),
    "fr": later("French"),
    "es": later("Spanish"),
}


class ReplyForm(Form):
    """A canned reply."""

    name: Line = ""
    shortcut: Line = ""
    category: Line = ""
    language: Line = ""
    body: Prose = ""

    @property
    def words(self) -> Words:
        return Words(self.name, self.body, self.shortcut, self.category, self.language)


@pages.get("")
def show() -> str:
    """Show them, by name; searched by words and language."""
    sought, language = request.args.get("q", "")[:100], request.args.get("language", "")
    after = request.args.get("after", "")[:200].replace("\0", "")
    with desk() as session:
        found = canned_replies(
            session, words=sought.replace("\0", ""), language=language if language in LANGUAGES and language else None,
            after=after, limit=_SHOWN + 1,
        )  # fmt: skip
        more = found[_SHOWN - 1].name if len(found) > _SHOWN else ""
        return desk_page(
            session, "replies.html", current="replies", replies=found[:_SHOWN], sought=sought, sought_language=language,
            languages=told_all(LANGUAGES), more_from=more,
        )  # fmt: skip


@pages.get("/new")
def show_new() -> str:
    """Show an empty form."""
    return _form(Words("", ""))


@pages.post("")
def add() -> Response:
    """Write a new one."""
    return _saved(ReplyForm.read(request), None)


@pages.get("/<key:reply_id>")
def show_one(reply_id: int) -> str:
    """Show one, to change it."""
    with desk() as session:
        reply = known(session, reply_id)
    return _form(_words(reply), reply)


@pages.post("/<key:reply_id>")
def change(reply_id: int) -> Response:
    """Change it."""
    return _saved(ReplyForm.read(request), reply_id)


@pages.post("/<key:reply_id>/removal")
def delete(reply_id: int) -> Response:
    """Remove it. Answers it went into stay as they are."""
    with desk() as session:
        remove(session, reply_id)
    return see_other(_URL)


def _saved(form: ReplyForm, reply_id: int | None) -> Response:
    reply = None
    try:
        with desk() as session:
            reply = known(session, reply_id) if reply_id is not None else None
            canned.check(form.body)
            save(session, form.words, agent().name, clock.now(), reply=reply)
    except BadInput as error:
        field = next(iter(error.fields), "body")
        return make_response(_form(form.words, reply, {field: str(error)}), HTTPStatus.UNPROCESSABLE_ENTITY)
    return see_other(_URL)


def _words(reply: CannedReply) -> Words:
    return Words(reply.name, reply.body, reply.shortcut or "", reply.category, reply.language or "")


def _form(words: Words, reply: CannedReply | None = None, errors: dict[str, str] | None = None) -> str:
    with desk() as session:
        return desk_page(
            session, "reply.html", current="replies", words=words, reply=reply, errors=errors,
            languages=told_all(LANGUAGES),
            variables=canned.VARIABLES,
        )  # fmt: skip
