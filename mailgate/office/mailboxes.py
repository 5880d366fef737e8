"""Change a mailbox: its name, whose tickets begin there, its language, and what its host delivers."""

from __future__ import annotations

from dataclasses import dataclass

from mailgate.errors import BadInput, NotFound
from mailgate.office.organisation import LANGUAGES
from mailgate.store.db import Session
from mailgate.store.office import Mailbox, mailbox_with_id, mailboxes, team_by_id

LONGEST_NAME = 100
_LONGEST_LOCAL_PART = 30  # leaves room for a mark behind it


@dataclass(frozen=True, slots=True)
class MailboxSetup:
    """What an admin says of a mailbox. `plus`: its host delivers plus-addresses."""

    name: str
    team_id: int | None = None
    language: str | None = None
    plus: bool = True
    catch_all: bool = False
    active: bool = True


def setup_of(mailbox: Mailbox) -> MailboxSetup:
    return MailboxSetup(
        mailbox.name, mailbox.team_id, mailbox.language, mailbox.plus, mailbox.catch_all, mailbox.active
    )


def change_mailbox(session: Session, mailbox: Mailbox, setup: MailboxSetup) -> None:
    """It holds at once, in every process."""
    name = " ".join(setup.name.split())
    if not name or len(name) > LONGEST_NAME:
        raise BadInput(f"A mailbox needs a name, of {LONGEST_NAME} characters at most.", name="is empty or too long")
    if setup.language is not None and setup.language not in LANGUAGES:
        raise BadInput(f"Letters are written in one of {', '.join(LANGUAGES)}.", language="is none of these")
    if setup.team_id is not None and team_by_id(session, setup.team_id) is None:
        raise BadInput("There is no such team.", team="is not known")
    if setup.plus and len(mailbox.local_part) > _LONGEST_LOCAL_PART:
        raise BadInput("The part before the @ is too long to have marks put behind it.", plus="is not possible")
    others = [one for one in mailboxes(session) if one.id != mailbox.id and one.domain == mailbox.domain]
    if setup.catch_all and any(one.catch_all for one in others):
        raise BadInput(f"There is a mailbox that takes all mail to {mailbox.domain} already.", catch_all="is taken")
    mailbox.name, mailbox.team_id, mailbox.language = name, setup.team_id, setup.language
    mailbox.plus, mailbox.catch_all, mailbox.active = setup.plus, setup.catch_all, setup.active
    session.flush()


def known_mailbox(session: Session, mailbox_id: int) -> Mailbox:
    found = mailbox_with_id(session, mailbox_id)
    if found is None:
        raise NotFound(f"There is no mailbox {mailbox_id}.")
    return found
