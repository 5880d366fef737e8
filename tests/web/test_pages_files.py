"""Files and formatted mails: only ever downloads, pictures and dead paper."""

from __future__ import annotations

import re
from email.message import EmailMessage

import pytest

from tests.support.browsing import BASE, Browser
from tests.support.world import DESK, World

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def _mail(html: str, *files: tuple[str, str, bytes], picture: bytes | None = None) -> bytes:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "Ana <ana@lusitel.example>", DESK, "Look at this"
    letter["Message-ID"] = f"<{abs(hash((html, files)))}@lusitel.example>"
    letter.set_content("The plain words.")
    letter.add_alternative(html, subtype="html")
    if picture is not None:
        body = letter.get_payload()[1]  # type: ignore[index]
        body.add_related(picture, "image", "png", cid="<shot@lusitel.example>", filename="shot.png")  # type: ignore[union-attr]
    for name, kind, content in files:
        main, _, sub = kind.partition("/")
        letter.add_attachment(content, main, sub, filename=name)
    return letter.as_bytes()


def _open(browser: Browser, world: World, raw: bytes) -> tuple[str, str]:
    url = f"/t/{world.ticket(world.receive(raw).ticket_id).number}"
    return url, browser.get(url)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("evil.html", "text/html"),
        ("evil.svg", "image/svg+xml"),
        ('évil "quoted".pdf', "application/pdf"),
        ("x.exe", "application/x\r\ny"),
    ],
)
def test_a_file_is_only_ever_a_download(browser: Browser, world: World, name: str, kind: str) -> None:
    kind = kind.partition("\r")[0]
    url, page = _open(browser, world, _mail("<p>x</p>", (name, kind, b"<script>alert(1)</script>")))
    (link,) = re.findall(rf'href="({url}/files/\d+)"', page)
    answer = browser.client.get(link, base_url=BASE)
    assert answer.data == b"<script>alert(1)</script>"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "\n" not in answer.headers["Content-Disposition"]


def test_a_formatted_mail_is_dead_paper(browser: Browser, world: World) -> None:
    html = (
        '<p onclick="x()">Words <script>alert(1)</script><img src="https://tracker.example/p.gif" alt="seen">'
        '<a href="javascript:alert(1)">one</a> <a href="https://fine.example">two</a>'
        '<form action="/sign-out"><input></form><style>body{background:url(//t.example)}</style>'
        '<div style="position:fixed;background:url(https://t.example/x)">over</div></p>'
    )
    _, page = _open(browser, world, _mail(html))
    (frame,) = re.findall(r'<iframe[^>]* src="([^"]+)"', page)
    assert 'sandbox="allow-same-origin' in page
    assert "allow-scripts" not in page
    answer = browser.client.get(frame, base_url=BASE)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-same-origin" in policy
    assert "allow-scripts" not in policy
    assert "frame-ancestors 'self'" in policy
    for dead in ("script", "onclick", "javascript:", "<form", "position", "url(", ' src="http'):
        assert dead not in answer.text.partition("</head>")[2], dead
    assert 'href="https://fine.example"' in answer.text


def test_a_picture_in_a_mail_comes_from_us(browser: Browser, world: World) -> None:
    html = '<p>Look: <img src="cid:shot@lusitel.example"> and <img src="cid:missing@x" alt="gone"></p>'
    url, page = _open(browser, world, _mail(html, picture=PNG))
    assert "shot.png" not in page, "a picture within the text is no file of its own"
    (frame,) = re.findall(r'<iframe[^>]* src="([^"]+)"', page)
    paper = browser.get(frame)
    (picture,) = re.findall(r'<img src="([^"]+)"', paper)
    assert picture.startswith(f"{url}/messages/")
    answer = browser.client.get(picture, base_url=BASE)
    assert (answer.data, answer.mimetype) == (PNG, "image/png")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "cid:" not in paper


def test_a_file_is_shown_on_its_own_ticket_alone(browser: Browser, world: World) -> None:
    url, page = _open(browser, world, _mail("<p>x</p>", ("a.txt", "text/plain", b"one")))
    other, _ = _open(browser, world, _mail("<p>y</p>", ("b.html", "text/html", b"two")))
    (link,) = re.findall(rf'href="{url}(/files/\d+)"', page)
    browser.get(other + link, 404)
    browser.get(f"{url}/files/999999", 404)
    (frame,) = re.findall(rf'<iframe[^>]* src="{url}(/messages/\d+)/html"', page)
    browser.get(f"{other}{frame}/html", 404)
    browser.get(f"{url}{frame}/pictures{link.removeprefix('/files')}", 404)  # a text is no picture
    Browser(browser.client.application.test_client()).get(url + link, 303)


def test_a_message_without_html_has_no_frame(browser: Browser, world: World) -> None:
    from tests.support.mails import mail

    url, page = _open(browser, world, mail())
    assert "<iframe" not in page
    browser.get(f"{url}/messages/1/html", 404)


def test_remote_pictures_come_when_they_are_asked_for(browser: Browser, world: World) -> None:
    html = '<img src="http://news.example/a.gif?u=1"><img src="//news.example/b.gif"><img src="data:image/gif">'
    url, page = _open(browser, world, _mail(html, ("shot.png", "image/png", PNG)))
    assert "Show 2 remote pictures" in page
    (frame,) = re.findall(rf'src="({url}/messages/\d+/html)"', page)
    plain = browser.client.get(frame, base_url=BASE)
    assert ' src="http' not in plain.text
    assert "https:" not in plain.headers["Content-Security-Policy"]
    asked = browser.client.get(f"{frame}?pictures=remote", base_url=BASE)
    assert re.findall(r' src="([^"]+)"', asked.text) == ["https://news.example/a.gif?u=1", "https://news.example/b.gif"]
    assert "img-src 'self' https:" in asked.headers["Content-Security-Policy"]
    assert "script-src" not in asked.headers["Content-Security-Policy"]  # the rest stays closed
    (picture,) = re.findall(rf'class="file-picture" src="({url}/messages/\d+/pictures/\d+)"', page)
    assert browser.client.get(picture, base_url=BASE).data == PNG  # seen before it is opened
