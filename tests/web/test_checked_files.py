"""A file in which something is found is withheld, everywhere; its mail is not, and nothing waits for the scanner."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

from mailgate import jobs
from mailgate.store.messages import StoredFile, files_of
from mailgate.viruses.clamd import read_clamav_url
from mailgate.viruses.scanner import Scanner
from tests.support.browsing import BASE, Browser
from tests.support.clamd import MARK, NAME, clamd
from tests.support.mails import mail
from tests.support.world import World
from tests.web.conftest import Site


def _with_files(subject: str, *contents: bytes) -> bytes:
    parts = "".join(
        f"--x\r\nContent-Disposition: attachment; filename=f{n}.bin\r\n\r\n{content.decode()}\r\n"
        for n, content in enumerate(contents)
    )
    headers = (("MIME-Version", "1.0"), ("Content-Type", 'multipart/mixed; boundary="x"'))
    return mail(subject=subject, headers=headers, body=f"--x\r\n\r\nSee the files.\r\n{parts}--x--")


def _files(world: World, ticket_id: int | None) -> list[StoredFile]:
    with world.database.desk(1) as session:
        found = files_of(session, [message.id for message in world.thread(ticket_id)])
    return [file for files in found.values() for file in files]


def test_a_found_file_is_withheld_and_its_mail_is_not(site: Site, browser: Browser, world: World) -> None:
    with clamd() as daemon:
        world.shop.scanner = Scanner(read_clamav_url(daemon.url))
        kept = world.receive(_with_files("Invoice", b"harmless", MARK))
    assert kept.outcome == "opened"
    number = world.ticket(kept.ticket_id).number
    clean, bad = _files(world, kept.ticket_id)
    assert (clean.checked, bad.checked, bad.finding) == ("clean", "infected", NAME)
    page = browser.get(f"/t/{number}")
    assert f"Withheld: {NAME}" in page
    assert f"Withheld: f1.bin: ClamAV found {NAME}" in page
    assert f"/files/{bad.id}" not in page
    assert browser.client.get(f"/t/{number}/files/{clean.id}", base_url=BASE).data.strip() == b"harmless"
    assert MARK.decode() not in browser.get(f"/t/{number}/files/{bad.id}", 403)
    answer = site.ask("GET", f"/api/v1/files/{bad.id}")
    assert (answer.status_code, MARK in answer.data) == (403, False)
    (said,) = [item for item in site.get(f"/tickets/{number}/messages")["items"] if item["files"]]
    assert [(file["checked"], file["finding"]) for file in said["files"]] == [("clean", None), ("infected", NAME)]
    assert f"f1.bin: ClamAV found {NAME}." in browser.get(f"/t/{number}/why")


def test_what_could_not_be_checked_says_so_and_is_checked_later(browser: Browser, world: World) -> None:
    with clamd() as daemon:
        daemon.mood = "rude"
        world.shop.scanner = Scanner(read_clamav_url(daemon.url))
        kept = world.receive(_with_files("Later", b"harmless", MARK))
        assert kept.outcome == "opened"
        number = world.ticket(kept.ticket_id).number
        assert [file.checked for file in _files(world, kept.ticket_id)] == ["unchecked"] * 2
        assert browser.get(f"/t/{number}").count("not checked</span>") == 2
        jobs.sweep()
        assert [file.checked for file in _files(world, kept.ticket_id)] == ["unchecked"] * 2
        daemon.mood = "well"
        world.shop.scanner = Scanner(read_clamav_url(daemon.url))
        jobs.sweep()
    assert [file.checked for file in _files(world, kept.ticket_id)] == ["clean", "infected"]
    page = browser.get(f"/t/{number}")
    assert "not checked</span>" not in page
    assert f"Withheld: {NAME}" in page
    assert world.reconciles()


def test_what_an_agent_sends_is_checked_before_it_leaves(site: Site, browser: Browser, world: World) -> None:
    tools = site.app.extensions["mailgate"]
    number = world.ticket(world.receive(mail()).ticket_id).number
    with clamd() as daemon:
        world.shop.scanner = Scanner(read_clamav_url(daemon.url))
        checked = tools.settings.model_copy(update={"clamav": daemon.url})
        site.app.extensions["mailgate"] = replace(tools, settings=checked)
        browser.get(f"/t/{number}")
        files = [(BytesIO(b"harmless"), "good.txt"), (BytesIO(MARK), "bad.txt")]
        browser.write(f"/t/{number}/answers", "Two files.", files=files)
        world.work()
    letter = world.relay.to("ana@lusitel.example")[-1]
    assert [part.get_filename() for part in letter.mail.iter_attachments()] == ["good.txt"]
    assert f"Withheld: bad.txt: ClamAV found {NAME}" in browser.get(f"/t/{number}")
