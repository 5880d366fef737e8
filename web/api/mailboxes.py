"""Mailboxes, to add and to change, and whether they can be reached."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field

from mailgate import clock
from mailgate.office import mailboxes as office
from mailgate.office.mailboxes import LONGEST_NAME, known_mailbox, setup_of
from mailgate.office.setup import add_mailbox as add
from mailgate.office.writing import set_manners
from mailgate.store.db import Session
from mailgate.store.imap import account_of
from mailgate.store.office import Mailbox, teams
from mailgate.store.relays import relay_of
from web.access import desk
from web.api import lookups
from web.api.office import MailboxShown, mailbox_shown
from web.api.operations import Answer, Body, operation
from web.api.shapes import Email, Name
from web.db import seal

Language = Literal["en", "de", "fr", "es"]


class NewMailbox(Body):
    """An address customers write to. Where its mail lies is said on its page, or with `PUT /mailboxes/ID/imap`."""

    address: Email
    name: Annotated[str, Field(max_length=LONGEST_NAME)] = ""
    team: Annotated[str | None, Field(description="Whose its new tickets are.")] = None
    language: Language | None = None
    plus: bool = True
    catch_all: bool = False


class MailboxChange(Body):
    """What changes; what is left out stays."""

    name: Annotated[Name | None, Field(max_length=LONGEST_NAME)] = None
    team: Annotated[str | None, Field(description="Null: no team.")] = None
    language: Annotated[Language | None, Field(description="Null: the organisation's.")] = None
    plus: bool | None = None
    catch_all: bool | None = None
    active: bool | None = None
    signature: str | None = None
    quoting: Literal["off", "last", "all"] | None = None
    largest_files: Annotated[int | None, Field(ge=-1, le=2**33, description="-1: by the setting.")] = None


class Finding(Answer):
    """What a server said."""

    what: str
    state: Literal["ok", "warn", "fail"]
    words: str


class Check(Answer):
    """How it goes with a mailbox's servers."""

    items: list[Finding]


@operation("POST", "/mailboxes", body=NewMailbox, answer=MailboxShown, status=201)
def add_mailbox(body: NewMailbox) -> MailboxShown:
    """Add a mailbox. It takes mail at once, in every process."""
    with desk() as session:
        made = add(
            session, body.address, clock.now(), name=body.name or None, plus=body.plus, catch_all=body.catch_all,
            team=lookups.team(session, body.team) if body.team else None,
        )  # fmt: skip
        made.language = body.language
        return _shown(session, made)


@operation("PATCH", "/mailboxes/<key:mailbox_id>", body=MailboxChange, answer=MailboxShown)
def change_mailbox(mailbox_id: int, body: MailboxChange) -> MailboxShown:
    """Change a mailbox: its name, team and language, what its host delivers, and how it writes."""
    with desk() as session:
        found = known_mailbox(session, mailbox_id)
        now = setup_of(found)
        given = {name: getattr(body, name) for name in ("name", "plus", "catch_all", "active")}
        values: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        if "language" in body.model_fields_set:
            values["language"] = body.language
        if "team" in body.model_fields_set:
            values["team_id"] = lookups.team(session, body.team).id if body.team else None
        if values:
            office.change_mailbox(session, found, replace(now, **values))
        set_manners(found, signature=body.signature, quoting=body.quoting, largest_files=body.largest_files)
        return _shown(session, found)


@operation("POST", "/mailboxes/<key:mailbox_id>/check", answer=Check)
def check_mailbox(mailbox_id: int) -> Check:
    """Sign in where its mail lies and at its relay. Nothing is read or sent."""
    from mailgate.office.reach import reach, signing_of  # noqa: PLC0415 - as rare as it is heavy

    with desk() as session:
        found = known_mailbox(session, mailbox_id)
        accounts = [account_of(session, found.id), relay_of(session, found.id)]
        signings = [signing_of(account) for account in accounts if account is not None]
    return Check(items=[Finding.model_validate(one._asdict()) for one in reach(signings, seal())])


def _shown(session: Session, mailbox: Mailbox) -> MailboxShown:
    session.flush()
    return mailbox_shown(mailbox, {team.id: team.name for team in teams(session)})
