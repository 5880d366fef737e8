"""`mailgate ingest`: the pipe's exit codes, files of every sort, and an import that goes on where it stopped."""

import mailbox
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import pytest

from mailgate.store.kept import KeptMail
from tests.cli.conftest import Mailgate, environment
from tests.support.mails import mail
from tests.support.world import DESK, World

ANA = "ana@lusitel.example"


def _kept(world: World) -> list[KeptMail]:
    from mailgate.store.kept import list_kept

    with world.database.desk(1) as session:
        return list_kept(session, states=[], before=None, limit=100)[::-1]


def test_mail_on_standard_input_is_kept_and_answered(world: World, mailgate: Mailgate) -> None:
    said = mailgate("ingest", "--mailbox", DESK, stdin=mail())
    assert (said.code, said.out, said.err) == (0, "Kept as 1.\n", "")
    world.work()
    (kept,) = _kept(world)
    assert (kept.door, kept.outcome, kept.sender, kept.recipient) == ("pipe", "opened", ANA, DESK)
    assert len(world.relay.to(ANA)) == 1


def test_what_an_mta_noted_on_delivery_tells_for_whom_it_is(world: World, mailgate: Mailgate) -> None:
    to = "help+t1.abc@nordlicht.example"
    raw = (
        b"From owner@lists.example Fri Nov 20 10:00:00 2026\nReturn-Path: <>\nDelivered-To: "
        + to.encode()
        + b"\n"
        + mail(to="everybody@lists.example")
    )
    assert mailgate("ingest", stdin=raw).code == 0
    (kept,) = _kept(world)
    assert kept.recipient == to
    assert kept.sender == "owner@lists.example"


def test_a_null_return_path_is_the_null_sender(world: World, mailgate: Mailgate) -> None:
    assert mailgate("ingest", stdin=b"Return-Path: <>\r\n" + mail()).code == 0
    assert _kept(world)[0].sender == ""


def test_a_folded_to_header_is_read(world: World, mailgate: Mailgate) -> None:
    raw = mail(to="Somebody <who@else.example>,\r\n\tNordlicht <help@nordlicht.example>")
    assert mailgate("ingest", stdin=raw).code == 0
    assert _kept(world)[0].recipient == DESK


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"hello", b"%PDF-1.4\n\x00\xff", b"note: buy milk\n\nnow\n"])
def test_what_is_not_a_mail_ends_with_65(world: World, mailgate: Mailgate, raw: bytes) -> None:
    said = mailgate("ingest", "--mailbox", DESK, stdin=raw)
    assert (said.code, said.err) == (65, "mailgate: This is not a mail.\n")
    assert _kept(world) == []


def test_a_mail_that_is_too_large_ends_with_65(world: World, mailgate: Mailgate) -> None:
    said = mailgate("ingest", stdin=mail(body="x" * 70_000), MAILGATE_MESSAGE_SIZE="65536")
    assert said.code == 65
    assert "MAILGATE_MESSAGE_SIZE" in said.err


@pytest.mark.parametrize("words", [["--mailbox", "nobody@nordlicht.example"], []])
def test_no_such_mailbox_ends_with_67(world: World, mailgate: Mailgate, words: list[str]) -> None:
    said = mailgate("ingest", *words, stdin=mail(to="someone@else.example"))
    assert said.code == 67
    assert len(said.err.splitlines()) == 1
    assert _kept(world) == []


@pytest.mark.parametrize(
    "broken",
    [
        {"MAILGATE_DATABASE_URL": "postgresql://a:secret@127.0.0.1:1/none"},
        {"MAILGATE_RELAY_URL": "nonsense"},
        {"MAILGATE_DATABASE_URL": "postgresql://nobody:secret@/none?host=/nowhere"},
    ],
)
def test_any_failure_of_ours_ends_with_75_and_one_line(mailgate: Mailgate, broken: dict[str, str]) -> None:
    said = mailgate("ingest", "--mailbox", DESK, stdin=mail(), **broken)
    assert said.code == 75
    assert len(said.err.splitlines()) == 1
    assert "secret" not in said.err


@pytest.mark.parametrize("words", [["--mailbox"], ["--malbox", DESK], ["--answer=yes"]])
def test_words_it_does_not_know_cost_no_mail(world: World, mailgate: Mailgate, words: list[str]) -> None:
    said = mailgate("ingest", *words, stdin=mail())
    assert said.code == 75
    assert len(said.err.splitlines()) == 1
    assert _kept(world) == []


def test_a_full_disk_ends_with_75(world: World, mailgate: Mailgate) -> None:
    world.fill_the_disk()
    said = mailgate("ingest", "--mailbox", DESK, stdin=mail())
    assert (said.code, said.err) == (
        75,
        "mailgate: Not kept, try again later: The database cannot take anything just now.\n",
    )


def test_no_standard_input_at_all_ends_with_75(settings: dict[str, str], world: World, tmp_path: Path) -> None:
    assert _shell(settings, tmp_path, "ingest <&-") == 75


def test_what_is_kept_ends_with_0_although_nobody_can_be_told(
    settings: dict[str, str], world: World, tmp_path: Path
) -> None:
    (tmp_path / "a.eml").write_bytes(mail())
    assert _shell(settings, tmp_path, "ingest <a.eml >/dev/full") == 0
    assert len(_kept(world)) == 1


def _shell(settings: dict[str, str], folder: Path, words: str) -> int:
    command = f"{shlex.quote(sys.executable)} -m mailgate {words}"
    done = subprocess.run(["sh", "-c", command], env=environment(settings), cwd=folder, timeout=60, check=False)
    return done.returncode


def test_redis_away_is_no_reason_to_refuse(world: World, mailgate: Mailgate) -> None:
    said = mailgate("ingest", "--mailbox", DESK, stdin=mail(), MAILGATE_REDIS_URL="redis://127.0.0.1:1/0")
    assert said.code == 0
    assert len(_kept(world)) == 1


def test_eml_mbox_maildir_and_folders_are_imported_once(world: World, mailgate: Mailgate, tmp_path: Path) -> None:
    _write_all(tmp_path)
    said = mailgate("ingest", "--mailbox", DESK, *(str(tmp_path / name) for name in ("a.eml", "box", "dir", "md")))
    assert (said.code, said.err) == (0, "")
    assert said.out == "Kept 9 mails.\n"
    again = mailgate("ingest", "--mailbox", DESK, str(tmp_path / "box"), str(tmp_path / "md"))
    assert again.out == "Kept 0 mails; 6 had been imported before.\n"
    assert {kept.door for kept in _kept(world)} == {"import"}


def _write_all(folder: Path) -> None:
    (folder / "a.eml").write_bytes(mail())
    (folder / "dir" / "deeper").mkdir(parents=True)
    (folder / "dir" / "b.eml").write_bytes(mail())
    (folder / "dir" / "deeper" / "c.eml").write_bytes(mail())
    box = mailbox.mbox(folder / "box")
    for _ in range(3):
        box.add(message_from_bytes(mail()))
    box.close()
    maildir = mailbox.Maildir(folder / "md")
    for number in range(2):
        message = mailbox.MaildirMessage(message_from_bytes(mail()))
        message.set_subdir("new" if number else "cur")
        maildir.add(message)
    maildir.add_folder("Archive").add(message_from_bytes(mail()))
    maildir.close()
    (folder / "md" / "dovecot-uidlist").write_text("3 V1 N4\n")
    (folder / "md" / "tmp" / "half.written").write_bytes(mail())


def test_an_import_goes_on_where_it_stopped(world: World, mailgate: Mailgate, tmp_path: Path) -> None:
    mails = [mail() for _ in range(5)]
    separator = b"From ana@lusitel.example Fri Nov 20 10:00:00 2026\n"
    (tmp_path / "box").write_bytes(b"".join(separator + raw + b"\n" for raw in mails[:3]))
    assert mailgate("ingest", str(tmp_path / "box")).out == "Kept 3 mails.\n"
    (tmp_path / "box").write_bytes(b"".join(separator + raw + b"\n" for raw in mails))
    assert mailgate("ingest", str(tmp_path / "box")).out == "Kept 2 mails; 3 had been imported before.\n"


def test_imported_mail_is_filed_and_not_answered(world: World, mailgate: Mailgate, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(mail())
    assert mailgate("ingest", str(tmp_path / "a.eml")).code == 0
    world.work()
    (kept,) = _kept(world)
    assert kept.outcome == "opened"
    assert world.relay.taken == []
    assert world.count("SELECT count(*) FROM events WHERE kind = 'not_acknowledged'") == 1


def test_imported_mail_keeps_its_dates_whatever_order_it_comes_in(
    world: World, mailgate: Mailgate, tmp_path: Path
) -> None:
    first = mail(message_id="first@lusitel.example", headers=(("Received", "by mx; Mon, 2 Mar 2020 10:00:00 +0100"),))
    later = mail(
        message_id="later@lusitel.example",
        headers=(("In-Reply-To", "<first@lusitel.example>"), ("Received", "by mx; Tue, 3 Mar 2020 10:00:00 +0100")),
    )
    (tmp_path / "1.eml").write_bytes(later)
    (tmp_path / "2.eml").write_bytes(first)
    assert mailgate("ingest", str(tmp_path / "1.eml"), str(tmp_path / "2.eml")).code == 0
    world.work()
    came = {kept.message_id: kept for kept in _kept(world)}
    before, day = datetime(2020, 3, 2, 9, tzinfo=UTC), datetime(2020, 3, 3, 9, tzinfo=UTC)
    assert came["later@lusitel.example"].dated == day
    assert came["first@lusitel.example"].dated == before
    assert came["first@lusitel.example"].received_at.year >= 2026
    ticket = world.ticket(came["later@lusitel.example"].ticket_id)
    assert (ticket.created_at, ticket.updated_at, ticket.last_customer_at) == (day, day, day)
    assert [message.at for message in world.thread(ticket.id) if message.direction == "in"] == [before, day]


def test_automatic_answers_to_imported_mail_go_out_when_asked_for(
    world: World, mailgate: Mailgate, tmp_path: Path
) -> None:
    (tmp_path / "a.eml").write_bytes(mail())
    assert mailgate("ingest", "--answer", str(tmp_path / "a.eml")).code == 0
    again = mailgate("ingest", "--answer", str(tmp_path / "a.eml"))
    assert again.out == "Kept 0 mails; 1 had been imported before.\n"
    world.work()
    assert len(world.relay.to(ANA)) == 1


def test_what_is_left_out_is_named_and_the_rest_is_kept(world: World, mailgate: Mailgate, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.eml").write_bytes(mail())
    (tmp_path / "in" / "b.eml").write_bytes(mail(to="someone@else.example"))
    (tmp_path / "in" / "c.txt").write_text("no mail at all")
    said = mailgate("ingest", str(tmp_path / "in"))
    assert said.code == 67
    assert said.out == "Kept 1 mail; 2 left out.\n"
    assert "b.eml: is for no mailbox here." in said.err
    assert "c.txt: is not a mail." in said.err
    (tmp_path / "in" / "b.eml").unlink()
    assert mailgate("ingest", str(tmp_path / "in")).code == 65


def test_a_path_that_is_not_there_is_named(mailgate: Mailgate) -> None:
    said = mailgate("ingest", "nowhere.eml")
    assert (said.code, said.err) == (65, "mailgate: There is no file nowhere.eml.\n")
