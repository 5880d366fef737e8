"""The customer's mailbox: what the desk sent can be read there, and what is answered there lands in the ticket."""

import re
import smtplib
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from mailgate.demo import look
from mailgate.demo.pages import make
from mailgate.demo.samples import CUSTOMER, cast
from mailgate.demo.script import STORY
from mailgate.store.messages import files_of, thread_of
from tests.demo.conftest import Office

HOME = "/m/secret/"
ANA = f"{HOME}{CUSTOMER}/"
TEMPLATES = Path(look.__file__).parent / "templates"


@pytest.fixture
def client(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    """A browser on the mailbox, after Ana has written twice, once got an agent's answer, and answered that."""
    lines = tuple(line for line in STORY if line.mail.startswith(("cannot-sign-in", "lobby-lamps")))
    monkeypatch.setattr("mailgate.demo.play.STORY", lines)
    office.play()
    app = make(office.boxes, office.stage.door, "secret", cast())
    app.testing = True
    with app.test_client() as made:
        yield made


def _page(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path, base_url="http://127.0.0.1:8026", follow_redirects=True)
    assert answer.status_code == status
    return unescape(str(answer.text))


def _received(client: FlaskClient) -> int:
    return int(client.get(f"{ANA}state", base_url="http://127.0.0.1").get_json()["received"])


def _links(client: FlaskClient) -> list[str]:
    return re.findall(r'class="row-link cut" href="([^"#]+)', _page(client, ANA))


def _once(page: str) -> str:
    (once,) = re.findall(r'name="once" value="([^"]+)"', page)
    return str(once)


def _thread(office: Office, ticket_id: int) -> list[str]:
    with office.world.database.desk(office.world.org) as session:
        return [message.reply for message in thread_of(session, ticket_id)]


def test_mailbox_shows_the_acknowledgement_and_the_agents_answer(client: FlaskClient) -> None:
    listed = _page(client, HOME)
    assert "Cannot sign in after password reset" in listed
    assert "Ben Adler (Nordlicht Support)" in listed
    assert listed.count("row-unread") == 2
    read = _page(client, _links(client)[0])
    assert "Automatic" in read
    assert "TKT-2026-000002" in read
    assert "Thanks Mara" in read
    assert _page(client, HOME).count("row-unread") == 1
    frames = re.findall(r'<iframe class="[^"]+" src="([^"]+)"', read)
    assert "a scanner on the way to you opened it first" in "".join(_page(client, frame) for frame in frames)


def test_answer_from_the_page_lands_in_the_ticket_and_reopens_it(office: Office, client: FlaskClient) -> None:
    path = next(link for link in _links(client) if '<h2 class="cut">Two more lamps' in _page(client, link))
    page = _page(client, path)
    form = {"words": "Two, please. With the brass foot.", "once": _once(page)}
    files = [(BytesIO(b"%PDF-1.4 sketch"), "sketch ü.pdf", "application/pdf")]
    assert office.world.ticket(1).status == "resolved"
    for _ in range(2):  # pressed twice, it is sent once
        answer = client.post(f"{path}/answers", data={**form, "files": files}, base_url="http://localhost:8026")
        assert answer.status_code == 303
        files = [(BytesIO(b"%PDF-1.4 sketch"), "sketch ü.pdf", "application/pdf")]
    office.world.work()
    assert _thread(office, 1)[-1] == "Two, please. With the brass foot."
    assert office.world.ticket(1).status == "open"
    assert office.world.count("SELECT count(*) FROM kept_mail WHERE outcome = 'duplicate'") == 0
    with office.world.database.desk(office.world.org) as session:
        last = thread_of(session, 1)[-1]
        (file,) = files_of(session, [last.id])[last.id]
    assert (file.name, file.type) == ("sketch ü.pdf", "application/pdf")
    assert "Two, please." in _page(client, path)


def test_new_mail_opens_a_ticket_that_is_acknowledged(office: Office, client: FlaskClient) -> None:
    once = _once(_page(client, f"{ANA}new"))
    form = {"to": "billing@nordlicht.example", "subject": "Grüße\nBcc: x@y.example", "words": "Hello", "once": once}
    before = _received(client)
    assert client.post(f"{ANA}new", data=form, base_url="http://127.0.0.1").status_code == 303
    office.world.work()
    assert office.world.ticket(3 + 1).subject == "Grüße Bcc: x@y.example"
    assert _received(client) == before + 1


@pytest.mark.parametrize(
    ("to", "words", "said"),
    [
        ("support@nordlicht.example", " ", "nothing to send"),
        ("not an address", "Hello", "is not a mail address"),
        ("nobody@nordlicht.example", "Hello there", "No such mailbox here"),
    ],
)
def test_what_cannot_be_sent_is_said_and_nothing_is_lost(client: FlaskClient, to: str, words: str, said: str) -> None:
    answer = client.post(f"{ANA}new", data={"to": to, "subject": "Hi", "words": words}, base_url="http://127.0.0.1")
    assert answer.status_code == 422
    page = unescape(answer.text)
    assert said in page
    assert "<title>Error:" in page
    assert words.strip() in page
    assert f'value="{to}"' in page
    assert "Hi" in page


def test_without_the_secret_or_from_elsewhere_there_is_nothing(client: FlaskClient) -> None:
    for path in ("/", "/m/", "/m/other/", f"/m/other/{CUSTOMER}/", f"{HOME}somebody@nowhere.example/", f"{ANA}none"):
        _page(client, path, 404)
    assert client.get(HOME, base_url="http://evil.example:8026").status_code == 400


def test_pages_run_nothing_and_tell_nobody_where_they_are(client: FlaskClient) -> None:
    answer = client.get(ANA, base_url="http://127.0.0.1")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert re.search(r"\sstyle=|\son\w+=|<script>", answer.text) is None


def test_hostile_letter_is_shown_without_its_poison(office: Office, client: FlaskClient) -> None:
    port = int(str(office.world.shop.relay_url).rpartition(":")[2])
    raw = (
        b"From: <script>alert(1)</script> <x@y.example>\r\nSubject: <img src=x onerror=a()>\r\nMessage-ID: <e@y>\r\n"
        b"Content-Type: text/html\r\n\r\n<p onclick=a()>Hi<script>a()</script><img src=http://y.example/a.gif>"
        b"<a href='javascript:a()'>x</a></p>\r\n"
    )
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        smtp.sendmail("x@y.example", [CUSTOMER], raw)
    page = client.get(_links(client)[0], base_url="http://127.0.0.1").text
    assert "<script>" not in page
    assert "<img" not in page
    (frame,) = re.findall(r'<iframe class="[^"]+" src="([^"]+)"', page)
    letter = client.get(frame, base_url="http://127.0.0.1")
    assert "sandbox" in letter.headers["Content-Security-Policy"]
    assert "allow-scripts" not in letter.headers["Content-Security-Policy"]
    assert re.search(r"<script|onclick|javascript:|\ssrc=", letter.text) is None


def test_source_and_files_are_there_to_look_at(client: FlaskClient) -> None:
    page = _page(client, _links(client)[0])
    (file,) = re.findall(r'class="file" href="([^"]+)"', page)
    saved = client.get(file, base_url="http://127.0.0.1")
    assert saved.data.startswith(b"\x89PNG")
    assert saved.headers["Content-Disposition"] == "attachment; filename=link-expired.png"
    assert client.get(file.replace("/0", "/9"), base_url="http://127.0.0.1").status_code == 404
    sources = re.findall(r'href="([^"]+/source)"', page)
    shown = [client.get(source, base_url="http://127.0.0.1") for source in sources]
    assert all(answer.mimetype == "text/plain" for answer in shown)
    assert any("Auto-Submitted: auto-replied" in answer.text for answer in shown)


def test_post_office_has_a_mailbox_for_everybody_but_not_for_nonsense(office: Office) -> None:
    port = int(str(office.world.shop.relay_url).rpartition(":")[2])
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        smtp.sendmail("", ["someone/../new@ü.example".replace("ü", "u")], b"Subject: hello\r\n\r\nhello\r\n")
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            smtp.sendmail("", ["x" * 300 + "@y.example"], b"Subject: hello\r\n\r\nhello\r\n")
    assert office.boxes.addresses() == ["someone/../new@u.example"]
    (held,) = office.boxes.letters("someone/../new@u.example")
    assert held.letter.subject == "hello"
    assert [path.parent for path in office.stage.folder.rglob("cur")] == [
        office.stage.folder / "someone%2F..%2Fnew@u.example"
    ]


def test_every_class_the_templates_use_is_in_the_style_sheets() -> None:
    style = look.assets()["mailbox.css"].content.decode()
    known = set(re.findall(r"\.([a-z][\w-]*)", style))
    used = {
        name
        for template in TEMPLATES.glob("*.html")
        for classes in re.findall(r'class="([^"]*)"', re.sub(r"\{[{%].*?[%}]\}", " ", template.read_text()))
        for name in classes.split()
    }
    assert used - known - {"letter", "avatar", "hue-"} == set()


def test_every_icon_the_templates_use_is_drawn() -> None:
    drawn = set(re.findall(r'id="([a-z]+)"', look.assets()["icons.svg"].content.decode()))
    used = {icon for path in TEMPLATES.glob("*.html") for icon in re.findall(r"icon\('([a-z]+)'", path.read_text())}
    assert used
    assert used - drawn == set()
