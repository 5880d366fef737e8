"""Invented people, mails and tickets: as real ones are, and the same for the same seed."""

from datetime import UTC, datetime, timedelta
from random import Random
from statistics import median

from mailgate import parse
from mailgate.bench.invented.mails import Answered, Mail, first_mails, replies
from mailgate.bench.invented.office import Desk, Office
from mailgate.bench.invented.people import invent
from mailgate.bench.invented.tickets import YEARS, Invention, invent_ticket, lengths, opening_times
from mailgate.mail import Kind

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
OFFICE = Office([Desk(1, "help@nordlicht.example")], [Desk(1, "One")], [Desk(1, "Mara")], {})


def _mails() -> list[Mail]:
    return first_mails(200, "help@nordlicht.example")


def _tickets(seed: int) -> list[Invention]:
    chance = Random(seed)
    return [invent_ticket(chance, invent(chance, number), OFFICE, NOW, 4, NOW) for number in range(30)]


def test_mails_are_as_large_as_those_peers_were_measured_with() -> None:
    assert 6_000 < median(len(mail.raw) for mail in _mails()) < 8_000


def test_every_mail_is_read_as_a_persons_without_a_defect() -> None:
    for mail in _mails():
        letter = parse.read(mail.raw)
        assert (letter.kind, letter.answerable, letter.defects) == (Kind.PERSON, True, ())
        assert letter.sender is not None
        assert letter.sender.address == mail.sender


def test_every_first_mail_comes_from_somebody_else() -> None:
    assert len({mail.sender for mail in _mails()}) == 200


def test_a_reply_refers_to_the_letter_and_quotes_it() -> None:
    letter = Answered("ana@lusitel.example", "help+t1@nordlicht.example", "[#TKT-1] Hello", "<one@nordlicht.example>")
    (mail,) = replies([letter])
    read = parse.read(mail.raw)
    assert (mail.sender, mail.recipient) == (letter.recipient, letter.reply_to)
    assert read.in_reply_to == ("one@nordlicht.example",)
    assert ">" in read.text
    assert ">" not in read.reply


def test_the_same_seed_makes_the_same_tickets_and_another_one_others() -> None:
    assert _tickets(1) == _tickets(1)
    assert _tickets(1) != _tickets(2)


def test_there_are_exactly_as_many_messages_as_asked_for_and_one_at_least_in_each_ticket() -> None:
    found = lengths(Random(1), 500, 1700)
    assert (len(found), sum(found), min(found)) == (500, 1700, 1)
    assert max(found) > 8


def test_tickets_come_in_over_two_years_mostly_at_work() -> None:
    times = opening_times(Random(1), 1000, NOW)
    assert times == sorted(times)
    assert NOW - YEARS < times[0] < NOW - YEARS + timedelta(days=30)
    assert times[-1] < NOW
    assert sum(at.weekday() < 5 for at in times) > 850


def test_nothing_is_said_after_now() -> None:
    chance = Random(3)
    at = NOW - timedelta(hours=1)
    made = [invent_ticket(chance, invent(chance, number), OFFICE, at, 12, NOW) for number in range(50)]
    assert all(ticket.updated_at < NOW for ticket in made)
