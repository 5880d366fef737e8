"""Write the letters on accounts that somebody has asked for: a link to sign in, or to set a new password."""

from __future__ import annotations

from mailgate import clock, log
from mailgate.mail import Address, Task
from mailgate.office.letters import letters
from mailgate.office.links import SIGN_IN_MINUTES, password_link, sign_in_link
from mailgate.steps.dress import post, write_own
from mailgate.steps.workshop import Workshop
from mailgate.store.account_letters import organisations_asking, take_asked
from mailgate.store.agents import Agent, agent_by_id
from mailgate.store.db import Session
from mailgate.store.office import Mailbox, mailboxes
from mailgate.store.organisations import own

_log = log.get("accounts")


def write_account_letters(shop: Workshop) -> int:
    """Write all that are asked for, in every organisation; how many that were."""
    with shop.database.crossing() as connection:
        asking = organisations_asking(connection)
    written = 0
    for org in asking:
        with shop.database.desk(org) as session:
            mailbox = next((each for each in mailboxes(session) if each.active), None)
            for agent_id, letter in take_asked(session):
                agent = agent_by_id(session, agent_id)
                if mailbox is None:
                    _log.warning("no letter %s to agent %s: there is no mailbox to send it from", letter, agent_id)
                elif agent is not None and agent.active:
                    _write(shop, session, mailbox, agent, letter)
                    written += 1
    return written


def _write(shop: Workshop, session: Session, mailbox: Mailbox, agent: Agent, letter: str) -> None:
    now = clock.now()
    link = (password_link if letter == "password" else sign_in_link)(session, agent, now, shop.public_url)
    task = Task(
        letter=letter,
        language=own(session).language,
        message_id=shop.marks.loose_id(mailbox.domain),
        sender=Address(mailbox.address, mailbox.name),
        to=(Address(agent.email, agent.name),),
        reply_to=mailbox.address,
        variables={"desk": mailbox.name, "minutes": str(SIGN_IN_MINUTES), f"{letter}_url": link},
        automatic="auto-generated",
        date=now,
    )
    draft = write_own(session, letters(session), task, mailbox.id, None, now)
    post(session, shop, mailbox, letter, draft, agent.email, now)
