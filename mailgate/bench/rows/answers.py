"""Answers: agents' answers are rendered, signed where there is a key, and handed to the relay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from time import monotonic, sleep

from mailgate import clock
from mailgate.bench.figures import Limit, Plan, Row
from mailgate.bench.invented.mails import Mail
from mailgate.bench.machine import watched
from mailgate.bench.site import DESK, Site, WentWrong, bare
from mailgate.mail import Address
from mailgate.office.dkim import make_dkim_key
from mailgate.people.meet import meet
from mailgate.queue.nudges import Bell
from mailgate.seal import Seal
from mailgate.store.claims import work_waiting
from mailgate.store.db import Database, Session
from mailgate.store.numbers import take_numbers
from mailgate.store.office import Mailbox, mailbox_by_address
from mailgate.store.organisations import own
from mailgate.store.people import people_by_address
from mailgate.store.tickets import by_ids
from mailgate.tickets.answer import answer
from mailgate.tickets.history import Actor
from mailgate.tickets.open import Opening, open_ticket
from mailgate.tickets.said import Said
from mailgate.tokens import Marks

_WARM_UP = 200
_AN_HOUR = timedelta(hours=1)
_LETTER_SIZE = 8000  # bytes; about what such an answer has
_WORDS = "Thank you for writing. Please try once more, and tell us what the page says.\n\n" * 12


def plain(plan: Plan, site: Site) -> Row:
    """From the moment answers are given until the relay has taken the last, by two workers."""
    return _measure("answers", plan, site)


def signed(plan: Plan, site: Site) -> Row:
    """The same with a DKIM key for the mailbox's domain."""
    with site.database() as database, database.desk(1) as session:
        mailbox = mailbox_by_address(session, DESK)
        assert mailbox is not None
        make_dkim_key(session, Seal(site.servers.secret_key), mailbox, clock.now())
    return _measure("signed", plan, site)


def _measure(name: str, plan: Plan, site: Site) -> Row:
    with site.helper("sink") as sink, site.database() as database:
        port = sink.hear()["port"]
        workers = (
            ["worker", "--name", "bench-1", "--queues", "mail"],
            ["worker", "--name", "bench-2", "--queues", "send,mail"],
        )
        with site.running(*workers, ["clock"], MAILGATE_RELAY_URL=f"smtp://127.0.0.1:{port}"):
            warm, asked = (_open(database, site, count, plan) for count in (_WARM_UP, plan.mails))
            _give(database, site, warm)
            sink.ask(f"await {_WARM_UP}", patience=plan.patience)  # by now everything is imported and connected
            _wait_for(site, _WARM_UP, plan)
            sink.ask("forget")
            begun = _give(database, site, asked)
            with watched(without=site.helpers) as cost:
                taken = sink.ask(f"await {plan.mails}", patience=plan.patience)
            _wait_for(site, _WARM_UP + plan.mails, plan)
        letters = [Mail(DESK, f"p{number}@kitely.example", b"x" * 72 + b"\r\n") for number in range(plan.mails)]
        letters = [Mail(mail.sender, mail.recipient, mail.raw * (_LETTER_SIZE // 74)) for mail in letters]
        limit = Limit("smtplib over one kept connection", bare(site, letters, ["send"], sink_port=port))
    return Row(name, cost, plan.mails, taken["last"] - begun, [limit])


def _open(database: Database, site: Site, count: int, plan: Plan) -> list[int]:
    """Tickets that wait for an answer, and for nothing else any more."""
    now, deadline = clock.now(), monotonic() + plan.patience
    with database.desk(1) as session:
        number_format = own(session).number_format
    numbers = take_numbers(database, 1, number_format, count, now)
    with database.desk(1) as session:
        mailbox = _mailbox(session)
        tickets = []
        for number in numbers:
            address = f"p{number}@kitely.example".lower()
            person = meet(session, people_by_address(session, [address]), Address(address), now)
            opening = Opening(number, mailbox, person, address, f"About {number}", "api")
            said = Said("in", "person", "api", address, "It does not work.", author_address=address)
            tickets.append(open_ticket(session, opening, said, Actor("customer", address), now).id)
    Bell(site.servers.redis_url).ring("follow_event", workers=2)
    while _waits(database):
        if monotonic() > deadline:
            raise WentWrong("Not all tickets were followed.")
        sleep(0.1)
    return tickets


def _give(database: Database, site: Site, ticket_ids: Sequence[int]) -> float:
    """An answer on each, all given at this moment: nothing is rendered before the clock runs."""
    now, by, marks = clock.now(), Actor("agent", "Mara Koch"), Marks(site.servers.secret_key)
    with database.desk(1) as session:
        mailbox = _mailbox(session)
        for ticket in by_ids(session, ticket_ids, lock=True).values():
            answer(session, ticket, mailbox, _WORDS, by, now, marks, channel="web")
    given = monotonic()
    Bell(site.servers.redis_url).ring("follow_event", workers=2)
    return given


def _mailbox(session: Session) -> Mailbox:
    mailbox = mailbox_by_address(session, DESK)
    assert mailbox is not None
    return mailbox


def _waits(database: Database) -> bool:
    """Whether an event waits, or lies with a worker, whose claim will have run out by then."""
    with database.crossing() as connection:
        return work_waiting(connection, clock.now() + _AN_HOUR).events


def _wait_for(site: Site, count: int, plan: Plan) -> None:
    deadline = monotonic() + plan.patience
    while site.counts().get(("outbox", "sent"), 0) < count:
        if monotonic() > deadline:
            raise WentWrong(f"Not all answers were sent: {site.counts()}.")
        sleep(0.2)
