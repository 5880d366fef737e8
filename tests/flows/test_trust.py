"""Whether a sender is who the mail says is found out while it is read, kept, used, and told."""

import smtplib

from mailgate import clock
from mailgate.store.kept import KeptMail, put_back
from mailgate.tickets.explain import explain
from mailgate.trust.checker import Checker
from tests.support.doors import smtp_door
from tests.support.mails import mail
from tests.support.names import Recorded
from tests.support.signing import CLIENT, REJECT, SENDER, known, signed
from tests.support.world import DESK, World

STRANGER = "200.1.1.1"


def _knowing(world: World, names: Recorded) -> Recorded:
    world.shop.trust = Checker(names)
    return names


def _came(world: World, raw: bytes, peer: str) -> KeptMail:
    kept_id = world.deliver(raw, peer=peer)
    world.work()
    return world.kept(kept_id)


def test_the_verdict_is_kept_with_the_mail_and_told(world: World) -> None:
    _knowing(world, known(REJECT, spf=f"ip4:{CLIENT} -all"))
    row = _came(world, signed(mail()), STRANGER)
    assert (row.trust, row.trust_reasons) == ("pass", ["Signed by lusitel.example (DKIM)."])
    assert world.thread(row.ticket_id)[0].trust == "pass"
    with world.database.desk(1) as session:
        (told,) = explain(session, world.shop.marks, str(row.id), [], clock.now())
    assert dict(told.mails[0].facts)["Sender verified"] == "Yes. Signed by lusitel.example (DKIM)."


def test_a_forged_reply_is_kept_from_the_ticket(world: World) -> None:
    _knowing(world, known(REJECT, spf=f"ip4:{CLIENT} -all"))
    ticket = world.ticket(_came(world, mail(), CLIENT).ticket_id)
    forged = mail(subject=f"Re: [#{ticket.number}] x", body="Send it to my new address.")
    row = _came(world, forged, STRANGER)
    assert (row.state, row.cause, row.trust) == ("held", "forged-sender", "fail")
    assert len(world.thread(ticket.id)) == 2, "the mail and its acknowledgement"
    assert world.reconciles()


def test_without_an_answer_of_the_dns_mail_is_read_all_the_same(world: World) -> None:
    names = _knowing(world, known(REJECT, spf="-all"))
    names.silent |= {"_dmarc.lusitel.example", "lusitel.example"}
    row = _came(world, signed(mail()), STRANGER)
    assert (row.outcome, row.trust) == ("opened", "none")
    assert "the DNS gave no answer" in row.trust_reasons[0]


def test_mail_from_this_machine_asks_nobody(world: World) -> None:
    names = _knowing(world, Recorded())
    assert world.receive(mail()).trust == "none"
    assert names.asked == []


def test_the_door_keeps_how_the_client_greeted(world: World) -> None:
    with smtp_door(world) as port, smtplib.SMTP("127.0.0.1", port, local_hostname="mx.lusitel.example") as client:
        client.sendmail(SENDER, [DESK], mail())
    assert world.count("SELECT count(*) FROM kept_mail WHERE helo = 'mx.lusitel.example'") == 1


def test_reading_again_judges_again(world: World) -> None:
    """A mail that was held because nothing was known may prove itself later."""
    names = _knowing(world, known(REJECT))
    names.silent.add("s1._domainkey.lusitel.example")
    mara = "mara@lusitel.example"
    with world.owner.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE agents SET email = '{mara}'")
    ticket = world.ticket(world.receive(mail()).ticket_id)
    reply = mail(sender=f"Mara Koch <{mara}>", subject=f"Re: [#{ticket.number}] x", body="It is mended.")
    row = _came(world, signed(reply), "127.0.0.1")
    assert (row.state, row.cause, row.trust) == ("held", "unauthenticated-agent", "none")
    names.silent.clear()
    with world.database.desk(1) as session:
        put_back(session, [row.id])
    world.work()
    assert (world.kept(row.id).outcome, world.kept(row.id).trust) == ("appended", "pass")
