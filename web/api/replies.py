"""Canned replies: list, search, write, change, remove, and fill one for a ticket."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mailgate import clock
from mailgate.compose import canned
from mailgate.errors import NotFound
from mailgate.office.replies import LONGEST, LONGEST_NAME, Words, known, remove, save
from mailgate.store.listing import listed_by_number
from mailgate.store.replies import CannedReply, canned_replies
from web import cursors
from web.access import agent, desk
from web.api.operations import Answer, Body, operation
from web.api.shapes import Moment, Page, PageQuery
from web.show.canned import filled


class ReplyShown(Answer):
    """A canned reply."""

    id: int
    name: str
    shortcut: Annotated[str | None, Field(description="What is typed behind a semicolon to put it in.")]
    category: str
    language: Annotated[str | None, Field(description="Null: any.")]
    body: Annotated[str, Field(description="Markdown, with {{ variables }}.")]
    uses: int
    used_at: Moment | None


class ReplyPage(Page[ReplyShown]):
    """Some canned replies."""


class ReplyQuery(PageQuery):
    """Which replies."""

    q: Annotated[str | None, Field(max_length=200, description="Words in name, shortcut, category or text.")] = None
    category: Annotated[str | None, Field(max_length=LONGEST_NAME)] = None
    language: Annotated[str | None, Field(pattern=r"^[a-z]{2,3}$", description="These, and those of any.")] = None


class NewReply(Body):
    """A canned reply, whole."""

    name: Annotated[str, Field(max_length=LONGEST_NAME)]
    body: Annotated[str, Field(max_length=LONGEST)]
    shortcut: Annotated[str, Field(max_length=31)] = ""
    category: Annotated[str, Field(max_length=LONGEST_NAME)] = ""
    language: Annotated[str, Field(max_length=3)] = ""


class ReplyChange(Body):
    """What changes; what is left out stays."""

    name: Annotated[str | None, Field(max_length=LONGEST_NAME)] = None
    body: Annotated[str | None, Field(max_length=LONGEST)] = None
    shortcut: Annotated[str | None, Field(max_length=31)] = None
    category: Annotated[str | None, Field(max_length=LONGEST_NAME)] = None
    language: Annotated[str | None, Field(max_length=3)] = None


class Filled(Answer):
    """A reply's words for a ticket."""

    text: str


@operation("GET", "/replies", query=ReplyQuery, answer=ReplyPage)
def list_replies(query: ReplyQuery) -> ReplyPage:
    """List or search canned replies, by name."""
    after = str(cursors.read(query.cursor, str)[0]) if query.cursor else ""
    with desk() as session:
        rows = canned_replies(
            session, words=query.q or "", category=query.category, language=query.language, after=after,
            limit=query.limit + 1,
        )  # fmt: skip
    page, following = cursors.cut(rows, query.limit, lambda row: cursors.make(row.name))
    return ReplyPage(items=[_shown(row) for row in page], next=following)


@operation("POST", "/replies", body=NewReply, answer=ReplyShown, status=201)
def add_reply(body: NewReply) -> ReplyShown:
    """Write a canned reply."""
    canned.check(body.body)
    with desk() as session:
        return _shown(save(session, Words(**body.model_dump()), agent().name, clock.now()))


@operation("PATCH", "/replies/<key:reply_id>", body=ReplyChange, answer=ReplyShown)
def change_reply(reply_id: int, body: ReplyChange) -> ReplyShown:
    """Change a canned reply."""
    with desk() as session:
        reply = known(session, reply_id)
        now = {"name": reply.name, "body": reply.body, "category": reply.category}
        now |= {"shortcut": reply.shortcut or "", "language": reply.language or ""}
        now |= {name: value for name, value in body.model_dump().items() if value is not None}
        canned.check(now["body"])
        return _shown(save(session, Words(**now), agent().name, clock.now(), reply=reply))


@operation("DELETE", "/replies/<key:reply_id>", answer=ReplyShown)
def remove_reply(reply_id: int) -> ReplyShown:
    """Remove a canned reply; the answer is what it was."""
    with desk() as session:
        shown = _shown(known(session, reply_id))
        remove(session, reply_id)
    return shown


@operation("POST", "/tickets/<number:number>/replies/<key:reply_id>", answer=Filled)
def fill_reply(number: str, reply_id: int) -> Filled:
    """Fill a canned reply for a ticket, to be sent as it is or changed. It counts as a use."""
    with desk() as session:
        listed = listed_by_number(session, number)
        if listed is None:
            raise NotFound(f"There is no ticket {number}.")
        return Filled(text=filled(session, listed, known(session, reply_id)))


def _shown(reply: CannedReply) -> ReplyShown:
    return ReplyShown.model_validate({name: getattr(reply, name) for name in ReplyShown.model_fields})
