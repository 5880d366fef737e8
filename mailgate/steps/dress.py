"""Give a task the words its office has chosen, and note the letters that could not be made of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mailgate import compose, log
from mailgate.compose.about import ABOUT
from mailgate.compose.render import spoken
from mailgate.compose.sign import SigningKey, signed
from mailgate.mail import Draft, Task
from mailgate.office.letters import Letters, Place, put_out
from mailgate.steps.workshop import Workshop
from mailgate.store.db import Session
from mailgate.store.dkim import dkim_key
from mailgate.store.letters import note_trouble
from mailgate.store.office import Mailbox

_log = log.get("letters")


def write_own(
    session: Session, letters: Letters, task: Task, mailbox_id: int, category_id: int | None, at: datetime
) -> Draft:
    """Write a letter in the office's own words. Where those are broken, what ships goes out and an admin is told."""
    if not letters:
        return compose.write(task)
    chosen = letters.chosen(_place(task.letter, task.language, mailbox_id, category_id), is_on=True)
    draft = compose.write(replace(task, own=chosen.wording, own_blocks=dict(chosen.blocks)))
    if draft.trouble is not None:
        _log.warning("an own letter cannot be used, what ships goes out: %s", draft.trouble)
        note_trouble(session, chosen.letter_ids, draft.trouble, at)
        letters.leave_out(chosen.letter_ids)
    return draft


def post(session: Session, shop: Workshop, mailbox: Mailbox, letter: str, draft: Draft, to: str, at: datetime) -> None:
    """Sign a letter that belongs to no ticket, and put it into the outbox."""
    if (key := dkim_key(session, mailbox.domain)) is not None:
        draft = replace(draft, raw=signed(draft.raw, SigningKey(key.domain, key.selector, shop.seal.open(key.secret))))
    put_out(session, mailbox, letter, draft, to, at)


def is_on(
    letters: Letters,
    letter: str,
    language: str,
    mailbox_id: int,
    category_id: int | None,
    *,
    usually: bool | None = None,
) -> bool:
    """Whether an office sends this letter at all. `usually`: as long as nobody has said; None: as it ships."""
    about = ABOUT[letter]
    default = about.is_on if usually is None else usually
    if not about.is_optional or not letters:
        return default
    return letters.chosen(_place(letter, language, mailbox_id, category_id), is_on=default).is_on


def _place(letter: str, language: str, mailbox_id: int, category_id: int | None) -> Place:
    return Place(letter, spoken(letter, language), mailbox_id, category_id)
