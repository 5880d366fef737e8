"""What an office has made of its letters is what its customers get; a broken one costs nobody an answer."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from mailgate import clock
from mailgate.mail import Wording
from mailgate.office.letters import Admin, Place, save, switch, take_back
from mailgate.store.letters import own_letters, troubles, written_of_versions, written_since
from mailgate.store.office import mailbox_by_address
from tests.support.mails import mail
from tests.support.world import DESK, World

IDA = Admin("Ida", None)
ANA = "ana@lusitel.example"
OWN = Wording("Hello from us", "{{ greeting }}\n\nOurs, {{ number }}.\n\n{{ signature }}")


@pytest.fixture(autouse=True)
def _at_work() -> Iterator[None]:
    """It is a Monday morning: outside business hours another letter goes out."""
    clock.follow(lambda: datetime(2026, 11, 2, 9, tzinfo=UTC))
    yield
    clock.follow(None)


def test_own_words_go_out_counted_by_version_until_they_are_taken_back(world: World) -> None:
    with world.database.desk(1) as session:
        mailbox = mailbox_by_address(session, DESK)
        assert mailbox is not None
        save(session, Place("received", "en"), OWN, IDA, clock.now())
        version = save(session, Place("received", "en", mailbox.id), Wording("Narrower", OWN.text), IDA, clock.now())
        save(session, Place("signature", "en"), Wording("", "The crew of {{ desk }}"), IDA, clock.now())
        version_id = version.id
    number = world.ticket(world.receive(mail(subject="One")).ticket_id).number
    letter = world.relay.to(ANA)[-1]
    assert letter.mail["Subject"] == f"[#{number}] Narrower"
    assert f"Ours, {number}." in letter.text
    assert "The crew of Nordlicht Support" in letter.text
    with world.database.desk(1) as session:
        assert written_of_versions(session, [version_id], 100) == {version_id: 1}
        assert written_since(session, ["received", "closed"], clock.now().replace(year=2020), 100) == {
            "received": 1,
            "closed": 0,
        }
        take_back(session, Place("received", "en", mailbox.id), IDA, clock.now())
    world.receive(mail(subject="Two"))
    assert "Hello from us" in world.relay.to(ANA)[-1].mail["Subject"]


def test_a_broken_letter_warns_an_admin_and_the_mail_still_goes(world: World) -> None:
    with world.database.desk(1) as session:  # as only somebody with the database in their hands could write it
        save(session, Place("received", "en"), Wording("x", "{{ nothing }}"), IDA, clock.now())
    world.receive(mail(subject="One"))
    assert "Thank you for writing to us." in world.relay.to(ANA)[-1].text
    with world.database.desk(1) as session:
        assert session.scalar(troubles()) == 1
        (broken,) = own_letters(session)
        assert "'nothing' is undefined" in (broken.setting.trouble or "")
        save(session, Place("received", "en"), OWN, IDA, clock.now())
    with world.database.desk(1) as session:
        assert session.scalar(troubles()) == 0
    world.receive(mail(subject="Two"))
    assert "Hello from us" in world.relay.to(ANA)[-1].mail["Subject"]


def test_a_letter_that_is_off_is_not_sent_and_the_ticket_says_so(world: World) -> None:
    with world.database.desk(1) as session:
        switch(session, Place("received", "en"), IDA, clock.now(), on=False)
    kept = world.receive(mail(subject="One"))
    assert world.relay.to(ANA) == []
    assert world.count(
        "SELECT count(*) FROM events WHERE kind = 'not_acknowledged' AND data::text LIKE '%switched off%'"
    )
    assert kept.outcome == "opened"
