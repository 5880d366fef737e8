"""Filing asks the store once for a whole batch: what is looked at for each mail costs no question of its own."""

from sqlalchemy import event

from mailgate import jobs
from tests.support.mails import mail
from tests.support.world import World


def _questions(world: World, count: int) -> list[str]:
    """What filing so many mails of known senders asks, one batch: new requests, replies, repeated subjects."""
    for number in range(count):
        world.deliver(mail(sender=f"p{number}@lusitel.example", subject="The same again"))
        world.deliver(mail(sender=f"p{number}@lusitel.example", headers=(("References", f"<root{number}@x.example>"),)))
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(("SELECT", "INSERT")):
            asked.append(statement)

    event.listen(world.shop.database.engine, "before_cursor_execute", note)
    try:
        jobs.read_mail()
    finally:
        event.remove(world.shop.database.engine, "before_cursor_execute", note)
    return asked


def test_a_batch_asks_as_much_as_a_mail(world: World) -> None:
    for number in range(20):
        sender = f"p{number}@lusitel.example"
        world.deliver(mail(sender=sender, subject="The same again", message_id=f"root{number}@x.example"))
    world.work()
    few = _questions(world, 2)
    world.work()
    many = _questions(world, 20)
    assert world.count("SELECT count(*) FROM ticket_links WHERE kind = 'perhaps'") > 0
    assert world.count("SELECT count(*) FROM kept_mail WHERE outcome = 'appended'") == 22
    assert len(many) <= len(few), "a mail may add rows to a statement, not questions"
