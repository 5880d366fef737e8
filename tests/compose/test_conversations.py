"""Thirty mails to and fro are one thread: in RFC 5322 clients, in Gmail, in Outlook; whatever relays do to ids."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.parser import BytesParser

import pytest

from mailgate.compose import write
from mailgate.mail import Task
from tests.support.jwz import base_subject, outlook, references, threads

Make = Callable[..., Task]
START = datetime(2026, 11, 20, 9, tzinfo=UTC)
# [MS-OXOMSG] 2.2.1.3, as Outlook wrote it in a mail of its own: time, identity, nothing behind.
OUTLOOKS = "AdpaPl6QmJ1dGHzHTU2Ac1vTj0gC3w=="


class Conversation:
    """What the desk and one mailbox of the customers have. Each mail is in both, under the id it arrived with."""

    def __init__(self, make: Make, *, rewrites: bool, cites: str, index: str | None) -> None:
        self.make, self.rewrites, self.cites, self.index = make, rewrites, cites, index
        self.desk_ids: list[str] = []
        # What we begin has a root that no letter bears, so that none of ours is lost when a relay renames it.
        self.root = "t0.rrrrrrrrrrrrrrrr.eeeeffffgggghhhh@example.org" if index is None else "c0@lusitel.example"
        self.seen: list[Message] = []

    def customer(self, number: int) -> None:
        """The customer answers the newest mail, or begins; their program cites all, only that mail, or cuts."""
        mail = Message()
        mail["Message-ID"] = f"<c{number}@lusitel.example>"
        mail["Subject"] = f"Re: {self.seen[-1]['Subject']}" if self.seen else "Cannot sign in"
        if self.seen:
            last = str(self.seen[-1]["Message-ID"]).strip("<>")
            known = [*references(self.seen[-1]), last]
            cited = {"all": known, "cut": [known[0], *known[-3:]], "last": [last]}[self.cites]
            mail["In-Reply-To"] = f"<{last}>"
            if self.cites != "last":
                mail["References"] = " ".join(f"<{each}>" for each in cited)
        self.desk_ids.append(f"c{number}@lusitel.example")
        self.seen.append(mail)

    def desk(self, number: int) -> None:
        """We answer, as `tickets.tasks` asks for it: the customer's last, the last twelve known ids."""
        own = f"t{number}.aaaabbbbccccdddd.eeeeffffgggghhhh@example.org"
        last_in = next((each for each in reversed(self.desk_ids) if each.startswith("c")), None)
        self.desk_ids.append(own)
        task = self.make(
            message_id=own,
            in_reply_to=last_in,
            references=tuple(each for each in self.desk_ids[-12:] if each != own),
            thread_root=self.root,
            thread_index=self.index,
            date=START + timedelta(hours=number),
        )
        mail = BytesParser().parsebytes(write(task).raw)
        if self.rewrites:  # as relays do, each copy with an id of its own
            mail.replace_header("Message-ID", f"<relay{number}@relay.example>")
        self.seen.append(mail)


@pytest.mark.parametrize("cites", ["all", "cut", "last"])
@pytest.mark.parametrize("rewrites", [False, True])
@pytest.mark.parametrize("begins", ["customer", "desk"])
def test_thirty_mails_are_one_thread(task: Make, cites: str, rewrites: bool, begins: str) -> None:
    dice = random.Random(7)
    talk = Conversation(task, rewrites=rewrites, cites=cites, index=OUTLOOKS if begins == "customer" else None)
    turn = talk.customer if begins == "customer" else talk.desk
    for number in range(30):
        turn(number)
        turn = dice.choice((talk.customer, talk.desk))
    assert len(talk.seen) == 30
    assert len(threads(talk.seen, by_subject=False)) == 1
    assert len(threads(talk.seen)) == 1
    # Gmail wants one subject besides: ours never changes but for what every program leaves out.
    assert {base_subject(str(mail["Subject"])) for mail in talk.seen} == {"cannot sign in"}
    assert len(outlook(talk.seen)) == 1


@pytest.mark.parametrize("rewrites", [False, True])
def test_who_joins_late_has_one_thread_too(task: Make, rewrites: bool) -> None:
    talk = Conversation(task, rewrites=rewrites, cites="all", index=None)
    for number in range(30):
        (talk.customer if number % 2 else talk.desk)(number)
    assert len(threads(talk.seen[15:], by_subject=False)) == 1


def test_our_answers_go_on_with_outlooks_own_index(task: Make) -> None:
    import base64

    def index(**more: object) -> bytes:
        return base64.b64decode(BytesParser().parsebytes(write(task(**more)).raw)["Thread-Index"])

    head = base64.b64decode(OUTLOOKS)
    assert index(thread_index=OUTLOOKS)[:22] == head
    assert len(index(thread_index=OUTLOOKS)) == 27
    later = base64.b64encode(head + b"12345" * 30).decode()
    assert index(thread_index=later)[:22] == head
    for nonsense in ("x", "====", "AAAA", "ü", "AdpaPl6Q\r\nBcc: e@x", base64.b64encode(b"\2" * 22).decode(), ""):
        assert index(thread_index=nonsense) == index()


def test_a_letter_that_begins_a_conversation_is_no_answer(task: Make) -> None:
    own = "t1.aaaabbbbccccdddd.eeeeffffgggghhhh@example.org"
    draft = write(task(message_id=own, thread_root="t1.r.m@example.org", in_reply_to=None, references=()))
    assert draft.subject == "[#TKT-2026-000123] Cannot sign in"
