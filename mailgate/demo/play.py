"""Play the story: send the sample mails over real SMTP, and let the agents answer by the same verbs as the pages do."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import TypeVar

from mailgate import clock, log
from mailgate.demo.mailboxes import Held, Mailboxes
from mailgate.demo.office import DOMAIN
from mailgate.demo.samples import Answered, Sample, answered, sample
from mailgate.demo.script import STORY, Answers, Line, Notes, Sets, Writes
from mailgate.demo.sending import send
from mailgate.errors import MailgateError, Temporary
from mailgate.mail import Kind
from mailgate.queue.nudges import Bell
from mailgate.settings import Listen
from mailgate.store.agents import agent_by_email, agents
from mailgate.store.db import Database, Session
from mailgate.store.messages import is_written, tickets_by_thread_ids
from mailgate.store.office import categories, mailboxes, teams
from mailgate.store.tickets import Ticket, by_id
from mailgate.tickets.answer import answer, note
from mailgate.tickets.change import Named, change
from mailgate.tickets.history import Actor
from mailgate.tokens import Marks

Pause = Callable[[float], bool]  # waits so many seconds; True when it is time to stop

_PACE = 0.35  # seconds between two lines
_GLANCE = 0.3  # seconds between two looks whether something has happened
_AGAIN = 2.0  # seconds after which a line that failed is tried again
_PATIENCE = 60.0  # seconds after which a line is left out, because what it needs does not come
_ANOTHER_WAY = b"Received: from second-mx.invalid by mx.invalid with ESMTP\r\n"

_log = log.get("demo")
Found = TypeVar("Found")


class Stopped(MailgateError):  # noqa: N818 - named for what happened: the demo was told to stop
    """The rest of the story is for next time."""


@dataclass(frozen=True)
class Stage:
    """Where the story is played."""

    database: Database
    org: int
    marks: Marks
    bell: Bell
    boxes: Mailboxes
    door: Listen
    folder: Path


class Play:
    """The story in progress. How far it has come is written down after every line, so that nothing happens twice."""

    def __init__(self, stage: Stage, pause: Pause) -> None:
        self._stage = stage
        self._pause = pause
        self._note = stage.folder / "story.json"
        known = json.loads(self._note.read_text()) if self._note.exists() else {}
        self._began = datetime.fromisoformat(known["began"]) if known else clock.now()
        self._told: int = known.get("told", 0)

    def perform(self) -> None:
        """Play what has not been played before."""
        if not self._told:
            _log.info("customers write to %s", DOMAIN)
            self._write_down()  # when it began: the same mail must have the same date after a fall in its first line
        try:
            while self._told < len(STORY):
                self._play(STORY[self._told])
                self._told += 1
                self._write_down()
                self._wait(_PACE)
        except Stopped:
            return

    def _write_down(self) -> None:
        draft = self._note.with_suffix(".new")
        draft.write_text(json.dumps({"began": self._began.isoformat(), "told": self._told}))
        draft.replace(self._note)

    def _play(self, line: Line) -> None:
        """One line, again until it works; without it where the newcomer has made it impossible."""
        while True:
            try:
                if isinstance(line, Writes):
                    self._write(line)
                else:
                    self._act(line)
            except Stopped:
                raise
            except Temporary as error:
                _log.warning("the story waits: %s", error)
                self._wait(_AGAIN)
                continue
            except MailgateError as error:
                _log.info("a line of the story falls out: %s", error)
            return

    def _write(self, line: Writes) -> None:
        stage = self._stage
        letter = self._answer_to(line.after, automatic=line.to_acknowledgement) if line.after else None
        mail, at = self._sample(line.mail, letter), clock.now()
        head = _ANOTHER_WAY if line.again else b""
        send(stage.door, mail.sender, mail.recipients, head + mail.raw)
        is_persons = mail.sender == mail.author.address and not mail.sender.endswith(f"@{DOMAIN}")
        if is_persons and not line.again:
            stage.boxes.keep_sent(mail.sender, mail.raw, at)

    def _act(self, line: Sets | Notes | Answers) -> None:
        """An agent does something, once, also when the demo was stopped before it could write that down."""
        ticket_id = self._until(lambda: self._ticket_id(line.mail), line.mail)
        stage, now, once = self._stage, clock.now(), f"demo-{self._told}"
        with stage.database.desk(stage.org) as session:
            ticket, by = by_id(session, ticket_id, lock=True), _actor(session, line.by)
            assert ticket is not None
            if isinstance(line, Sets):
                _set(session, ticket, by, now, line)
            elif is_written(session, ticket.id, once):
                return
            elif isinstance(line, Notes):
                note(session, ticket, line.words, by, now, channel="web", once=once)
            else:
                mailbox = next(mailbox for mailbox in mailboxes(session) if mailbox.id == ticket.mailbox_id)
                words, status = line.words, line.status
                answer(session, ticket, mailbox, words, by, now, stage.marks, channel="web", status=status, once=once)
        stage.bell.ring("follow_event")

    def _sample(self, name: str, letter: Answered | None = None) -> Sample:
        """The same bytes whenever it is sent: its date hangs on the story's beginning and its first place there."""
        place = next(number for number, line in enumerate(STORY) if isinstance(line, Writes) and line.mail == name)
        return sample(name, self._began + timedelta(seconds=place * _PACE), letter)

    def _answer_to(self, name: str, *, automatic: bool) -> Answered:
        """What the desk has answered to this mail, as soon as it has arrived."""
        mail = self._sample(name)
        kind = Kind.AUTO_REPLY if automatic else Kind.PERSON

        def look() -> Held | None:
            for thread in self._stage.boxes.conversations(mail.author.address):
                if any(held.letter.message_id == mail.message_id for held in thread.letters):
                    return next(
                        (held for held in reversed(thread.letters) if held.letter.kind is kind and not held.is_sent),
                        None,
                    )
            return None

        return answered(self._until(look, name))

    def _ticket_id(self, name: str) -> int | None:
        with self._stage.database.desk(self._stage.org) as session:
            known = tickets_by_thread_ids(session, [self._sample(name).message_id])
        return next((leads[0].ticket_id for leads in known.values()), None)

    def _until(self, look: Callable[[], Found | None], what: str) -> Found:
        end = monotonic() + _PATIENCE
        while (found := look()) is None:
            if monotonic() > end:
                raise MailgateError(f"nothing came of {what}.")
            self._wait(_GLANCE)
        return found

    def _wait(self, seconds: float) -> None:
        if self._pause(seconds):
            raise Stopped


def _actor(session: Session, name: str) -> Actor:
    agent = agent_by_email(session, f"{name}@{DOMAIN}")
    if agent is None:
        raise MailgateError(f"{name} does not work here any more.")
    return Actor("agent", agent.name, agent_id=agent.id)


def _set(session: Session, ticket: Ticket, by: Actor, at: datetime, line: Sets) -> None:
    given: dict[str, tuple[Named | None, Named | None]] = {}
    for field, rows, wanted in (
        ("assignee", agents(session), line.assignee),
        ("team", teams(session), line.team),
        ("category", categories(session), line.category),
    ):
        named = {row.id: Named(row.id, row.name) for row in rows}
        before = named.get(getattr(ticket, f"{field}_id"))
        if wanted is not None:
            given[field] = (before, next((each for each in named.values() if each.name == wanted), before))
    change(session, ticket, by, at, status=line.status, priority=line.priority, tags=line.tags, given=given)
