"""Answers: agents' answers are rendered, signed where there is a key, and handed to the relay."""

from __future__ import annotations

import time

from mailgate import clock
from mailgate.bench.figures import Limit, Plan, Row
from mailgate.bench.invented.mails import Mail
from mailgate.bench.machine import watched
from mailgate.bench.site import DESK, Site, WentWrong, bare
from mailgate.mail import Address
from mailgate.office.dkim import make_dkim_key
from mailgate.people.meet import meet
from mailgate.seal import Seal
from mailgate.store.db import Database
from mailgate.store.numbers import take_numbers
from mailgate.store.office import mailbox_by_address
from mailgate.store.organisations import own
from mailgate.store.people import people_by_address
from mailgate.tickets.answer import answer
from mailgate.tickets.history import Actor
from mailgate.tickets.open import Opening, open_ticket
from mailgate.tickets.said import Said
from mailgate.tokens import Marks

_AT_ONCE = 100
_LETTER_SIZE = 8000  # bytes; about what such an answer has
_WORDS = "Thank you for writing. Please try once more, and tell us what the page says.\n\n" * 12


def plain(plan: Plan, site: Site) -> Row:
    """From the first answer that the relay has taken to the last, by two workers."""
    return _measure("answers", plan, site)


def signed(plan: Plan, site: Site) -> Row:
    """The same with a DKIM key for the mailbox's domain."""
    with site.database() as database, database.desk(1) as session:
        mailbox = mailbox_by_address(session, DESK)
        assert mailbox is not None
        make_dkim_key(session, Seal(site.servers.secret_key), mailbox, clock.now())
    return _measure("signed", plan, site)


def _measure(name: str, plan: Plan, site: Site) -> Row:
    with site.database() as database:
        _write(database, Marks(site.servers.secret_key), plan.mails)
    with site.helper("sink") as sink:
        port = sink.hear()["port"]
        workers = (
            ["worker", "--name", "bench-1", "--queues", "mail"],
            ["worker", "--name", "bench-2", "--queues", "send,mail"],
        )
        with site.running(*workers, ["clock"], MAILGATE_RELAY_URL=f"smtp://127.0.0.1:{port}"):
            sink.ask("await 1", patience=plan.patience)  # by now everything is imported and connected
            with watched(without=site.helpers) as cost:
                taken = sink.ask(f"await {plan.mails}", patience=plan.patience)
            _require_all_sent(site, plan)
        letters = [Mail(DESK, f"p{number}@kitely.example", b"x" * 72 + b"\r\n") for number in range(plan.mails)]
        letters = [Mail(mail.sender, mail.recipient, mail.raw * (_LETTER_SIZE // 74)) for mail in letters]
        limit = Limit("smtplib over one kept connection", bare(site, letters, ["send"], sink_port=port))
    return Row(name, cost, plan.mails - 1, taken["last"] - taken["first"], [limit])


def _write(database: Database, marks: Marks, count: int) -> None:
    """Tickets, each with an answer that nobody has followed yet."""
    now, by = clock.now(), Actor("agent", "Mara Koch")
    with database.desk(1) as session:
        number_format = own(session).number_format
    numbers = take_numbers(database, 1, number_format, count, now)
    for start in range(0, count, _AT_ONCE):
        with database.desk(1) as session:
            mailbox = mailbox_by_address(session, DESK)
            assert mailbox is not None
            for number in numbers[start : start + _AT_ONCE]:
                address = f"p{number}@kitely.example".lower()
                person = meet(session, people_by_address(session, [address]), Address(address), now)
                opening = Opening(number, mailbox, person, address, f"About {number}", "api")
                said = Said("in", "person", "api", address, "It does not work.", author_address=address)
                ticket = open_ticket(session, opening, said, Actor("customer", address), now)
                answer(session, ticket, mailbox, _WORDS, by, now, marks, channel="web")


def _require_all_sent(site: Site, plan: Plan) -> None:
    deadline = time.monotonic() + plan.patience
    while site.counts().get(("outbox", "sent"), 0) < plan.mails:
        if time.monotonic() > deadline:
            raise WentWrong(f"Not all answers were sent: {site.counts()}.")
        time.sleep(0.2)
