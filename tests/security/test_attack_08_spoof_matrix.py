"""Who may write into a ticket: every combination of token, sender, authentication and way is decided, here (row 8).

No cell leaks a word of the ticket, its subject or its number to a stranger.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import pytest

from mailgate import clock
from mailgate.mail import Address
from mailgate.store.beside import beside
from mailgate.store.kept import KeptMail
from mailgate.store.office import mailbox_by_address
from mailgate.store.tickets import Ticket, by_id, find_requests
from mailgate.tickets.answer import answer
from mailgate.tickets.history import Actor
from tests.support.mails import mail
from tests.support.world import DESK, World

MARA = "mara@nordlicht.example"
SECRET, SUBJECT = "Geheimnis-4711", "Quittung-0815"
AUTHOR = "ann@example.org"

TOKENS = ("right", "wrong", "absent")  # the mark in the address: ours, with a forged MAC, none
SENDERS = ("participant", "agent", "stranger")
TRUST = ("pass", "none", "fail")  # what DMARC proves
WAYS = ("reply", "forward", "cc")  # to the desk; passing a mail on; to somebody else with the desk in Cc

# token | sender | trust | way | what becomes of it | why
TABLE = """
right        | participant | pass none | any        | appended              | they take part, in their own words
right        | participant | fail      | any        | forged-sender         | whose name opens doors, is looked at
wrong absent | participant | any       | any        | opened                | nothing leads to the ticket
right        | agent       | pass      | reply      | answered              | proven, and written to the desk
right        | agent       | pass      | forward cc | noted                 | proven, but not for the customer
right        | agent       | none      | any        | unauthenticated-agent | anybody can write a name into From
right        | agent       | fail      | any        | forged-sender         | it is not the agent
wrong absent | agent       | any       | reply cc   | opened                | a request of their own, as anybody's
wrong absent | agent       | pass      | forward    | opened for author     | the desk takes over from the agent
wrong absent | agent       | none      | forward    | unauthenticated-agent | nobody opens in the name of others
wrong absent | agent       | fail      | forward    | forged-sender         | it is not the agent
right        | stranger    | any       | any        | opened, claiming      | a token in strange hands proves nothing
wrong absent | stranger    | any       | any        | opened                | nothing leads to the ticket
"""


@dataclass(frozen=True)
class Cell:
    """One combination, and what is to become of it."""

    token: str
    sender: str
    trust: str
    way: str
    fate: str


def _cells() -> Iterator[Cell]:
    for line in TABLE.strip().splitlines():
        tokens, senders, trust, ways, fate, why = (part.strip() for part in line.split("|"))
        assert why
        for token, sender, proved, way in product(
            tokens.split(), senders.split(), _all(trust, TRUST), _all(ways, WAYS)
        ):
            yield Cell(token, sender, proved, way, fate)


def _all(given: str, every: tuple[str, ...]) -> list[str]:
    return list(every) if given == "any" else given.split()


def test_the_table_decides_every_cell_once() -> None:
    cells = [(cell.token, cell.sender, cell.trust, cell.way) for cell in _cells()]
    assert sorted(cells) == sorted(product(TOKENS, SENDERS, TRUST, WAYS))


@pytest.mark.parametrize("sender", SENDERS)
def test_every_cell_ends_as_the_table_says(world: World, sender: str) -> None:
    for number, cell in enumerate(each for each in _cells() if each.sender == sender):
        ticket, ana, ben = _ticket(world, number)
        address = {"participant": ben, "agent": MARA, "stranger": f"eve{number}@elsewhere.example"}[sender]
        before = len(world.relay.taken)
        kept = world.receive(_mail(world, cell, ticket, address), sender=address, trust=cell.trust)
        assert _fate(world, kept, ticket) == cell.fate, cell
        for letter in world.relay.taken[before:]:
            if letter.recipient not in {ana, ben}:
                assert letter.recipient in {address, AUTHOR}, cell
                assert not any(word in letter.raw.decode() for word in (SECRET, SUBJECT, ticket.number)), cell
            else:
                assert letter.recipient == address or cell.fate == "answered", cell
        if sender == "stranger":
            with world.database.crossing() as connection:
                assert ticket.id not in {each.id for each in find_requests(connection, address)}, cell
                assert not find_requests(connection, address, ticket.number), cell
    assert world.reconciles()


def _ticket(world: World, number: int) -> tuple[Ticket, str, str]:
    """A ticket of its own for each cell: Ana asked, and an agent let Ben in."""
    ana, ben = f"ana{number}@lusitel.example", f"ben{number}@lusitel.example"
    kept = world.receive(mail(sender=ana, subject=SUBJECT, body=SECRET), sender=ana)
    with world.database.desk(1) as session:
        ticket, mailbox = by_id(session, kept.ticket_id or 0, lock=True), mailbox_by_address(session, DESK)
        assert ticket is not None
        assert mailbox is not None
        answer(session, ticket, mailbox, f"About {SECRET}.", Actor("agent", "Mara"), clock.now(), world.shop.marks,
               channel="web", cc=[Address(ben)])  # fmt: skip
    world.work()
    return world.ticket(ticket.id), ana, ben


def _mail(world: World, cell: Cell, ticket: Ticket, sender: str) -> bytes:
    mark = world.shop.marks.ticket(1, ticket.id)
    forged = mark[:-16] + "a" * 16
    desk = {"right": f"help+{mark}@nordlicht.example", "wrong": f"help+{forged}@nordlicht.example", "absent": DESK}
    cited = f"<{mark[:-17]}.{'a' * 16}.{'a' * 16}@nordlicht.example>"  # shaped like our Message-ID, with a forged MAC
    headers = (("In-Reply-To", cited),) if cell.token == "wrong" else ()
    to, subject, body = desk[cell.token], "Re: hello", "New words."
    if cell.way == "forward":
        subject = "Fwd: Parcel"
        body = (
            f"---------- Forwarded message ---------\r\nFrom: Ann Lee <{AUTHOR}>\r\nDate: Mon, Jan 5, 2026 at 9:30 AM"
        )
        body += "\r\nSubject: Parcel\r\nTo: <somebody@example.com>\r\n\r\nWhere is it?"
    if cell.way == "cc":
        headers, to = (*headers, ("Cc", to)), "vendor@else.example"
    return mail(sender=sender, to=to, subject=subject, body=body, headers=headers)


def _fate(world: World, kept: KeptMail, ticket: Ticket) -> str:
    assert kept.reasons, "every cell is explained"
    if kept.outcome == "held":
        assert kept.ticket_id is None
        return str(kept.cause)
    if kept.outcome == "appended":
        assert kept.ticket_id == ticket.id
        return {"in": "appended", "out": "answered", "note": "noted"}[world.thread(ticket.id)[-1].direction]
    assert kept.outcome == "opened"
    with world.database.desk(1) as session:
        opened = by_id(session, kept.ticket_id or 0)
        assert opened is not None
        kinds = {link.kind for link in beside(session, opened).links if link.number == ticket.number}
    if world.ticket(kept.ticket_id).requester_address == AUTHOR:
        return "opened for author"
    return "opened, claiming" if "claims" in kinds else "opened"
