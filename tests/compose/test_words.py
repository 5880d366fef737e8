"""What agents write in Markdown, what they sign with, what they quote, and files too large to send along."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage

import lxml.html
import pytest

from mailgate.compose import write
from mailgate.mail import Draft, File, Linked, Quoted, Task
from mailgate.markdown import formatted, pictures_named
from mailgate.parse import read

Make = Callable[..., Task]
Open = Callable[[Draft], EmailMessage]
AT = datetime(2026, 11, 20, 9, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    "words",
    [
        *("Hello Ana,\n\nplease try again.\nThanks", "1 < 2 & 3 > 2", "C:\\new\\_x\\", "a &copy; b", "snake_case_name"),
        *("Title\n=====", "Words\n---\x20"[:5], "    indented", "<b>html</b>", "https://x.example/a_b_c", "2 * 3 * 4"),
    ],
)
def test_what_nobody_formatted_stays_as_it_was_typed(words: str) -> None:
    assert formatted(words) is None


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("**bold** and *slanted*", "<strong>bold</strong> and <em>slanted</em>"),
        ("- one\n- two", "<li>one</li>"),
        ("> quoted", "<blockquote"),
        ("`code <b>`", "<code>code &lt;b&gt;</code>"),
        ("```\na  <b>\n```", "a  &lt;b&gt;</pre>"),
        ("| a | b |\n|---|--:|\n| 1 | 2 |", "<td"),
        ("[here](https://x.example/?a=1&b=2)", 'href="https://x.example/?a=1&amp;b=2"'),
        ("**x** https://x.example/a", 'href="https://x.example/a"'),
        ("**x**\ny", "<br>"),
        ("![logo](Logo.PNG)", '<img src="cid:i1@x.example"'),
        ("![far](https://x.example/i.png)", '<a href="https://x.example/i.png"'),
    ],
)
def test_marks_people_know_become_html(words: str, shown: str) -> None:
    assert shown in (formatted(words, {"logo.png": "i1@x.example"}) or "")


@pytest.mark.parametrize(
    "words",
    [
        *("**x** <script>alert(1)</script>", "[x](javascript:alert(1))", "[x](data:text/html,<script>)"),
        *('**x** <img src="https://x.example/t.gif">', "![x](javascript:alert(1))", '[x](https://x "on\\" onclick=1")'),
        *('**x** [a](<https://x.example/" onmouseover=alert(1)>)', '!["><script>](logo.png)', "**x** &lt;script&gt;"),
        *("```\n</pre><script>\n```", "| <script> |\n|---|", "# <svg/onload=alert(1)>", '**a** http://x/"><script>'),
    ],
)
def test_nothing_that_acts_or_fetches_comes_of_it(words: str) -> None:
    html = formatted(words, {"logo.png": "i1@x.example"}) or "as it was typed"
    page = lxml.html.fragment_fromstring(html, create_parent="div")
    assert {element.tag for element in page.iter()} <= {
        *("div", "p", "strong", "em", "a", "img", "pre", "table", "thead", "tbody", "tr", "th", "td", "h1"),
    }
    for element in page.iter():
        assert not {name for name in element.attrib if name.startswith("on")}
        assert not str(element.get("src", "cid:")).startswith(("http", "javascript"))
        assert str(element.get("href", "https:")).startswith(("http", "mailto"))


def test_long_or_hostile_words_cost_no_seconds() -> None:
    assert formatted("**x** " * 10_000) is None
    for evil in ("![", "[", "> ", "**a", "| a ", "- a\n  "):
        formatted((evil * 20_000)[:20_000])


def test_pictures_are_known_by_their_names() -> None:
    assert pictures_named("See ![a](One.png) and ![b](<two words.png>) but not `![c](x.png)`.") == {
        "one.png",
        "two words.png",
    }


def test_formatted_words_stand_in_both_parts(task: Make, opened: Open) -> None:
    words = "Please **wait**.\n\n- one\n- two"
    message = opened(write(task(body=words, html=formatted(words))))
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n").startswith(f"{words}\n\n-- \nMia Keller\n")
    assert "<strong>wait</strong>" in html.get_content()
    assert "\ue000" not in html.get_content() + text.get_content()


def test_pictures_travel_inside_and_files_beside(task: Make, opened: Open) -> None:
    picture = File("a.png", "image/png", b"\x89PNG", inline=True, content_id="i1@example.org")
    odd = File("b.png", "image/png", b"x", inline=True, content_id='">\r\nBcc: e@x')
    html = formatted("See ![a](a.png)", {"a.png": "i1@example.org"})
    message = opened(write(task(body="See", html=html, files=(picture, odd, File("c.pdf", "application/pdf", b"pdf")))))
    types = [part.get_content_type() for part in message.walk()]
    assert types == [
        *("multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"),
        *("image/png", "application/pdf"),
    ]
    shown = next(part for part in message.walk() if part["Content-ID"])
    assert (shown["Content-ID"], shown.get_content_disposition()) == ("<i1@example.org>", "inline")
    assert "Bcc" not in {name for part in message.walk() for name in part}


def test_signatures_stand_where_names_stood(task: Make) -> None:
    variables = {
        "number": "7", "status_url": "https://h.example/s", "agent": "Mia Keller", "desk": "Nordlicht Support",
        "agent_signature": "Mia <Keller>\nTeam lead", "desk_signature": "Nordlicht GmbH\nHafenstr. 1",
    }  # fmt: skip
    draft = write(task(variables=variables))
    assert "-- \nMia <Keller>\nTeam lead\nNordlicht GmbH\nHafenstr. 1\nRequest 7: https://h.example/s\n" in draft.text
    assert "Mia &lt;Keller&gt;<br>\nTeam lead" in draft.html


@pytest.mark.parametrize("language", ["de", "en", "es", "fr"])
def test_what_is_quoted_is_known_for_a_quote_by_its_reader(task: Make, language: str) -> None:
    before = (Quoted("Ana Ferreira", AT, "I cannot sign in.\n> older <b>\n"), Quoted("Mia", AT, "First words."))
    draft = write(task(language=language, quoted=before))
    assert "> I cannot sign in.\n>> older <b>\n" in draft.text
    assert draft.text.rstrip().endswith("> First words.")
    assert "older &lt;b&gt;" in draft.html
    letter = read(draft.raw)
    assert "please try again" in letter.reply
    assert "cannot sign in" not in letter.reply


def test_a_quote_ends_somewhere(task: Make) -> None:
    draft = write(task(quoted=tuple(Quoted("Ana", AT, "x" * 15_000) for _ in range(5))))
    assert draft.text.count("x" * 100) <= 200
    assert "[…]" in draft.text


def test_files_too_large_to_send_are_linked(task: Make) -> None:
    links = (Linked("film <1>.mp4\r\nX: y", 31 * 2**20, "https://h.example/f/abc", datetime(2027, 1, 2, tzinfo=UTC)),)
    draft = write(task(links=links))
    assert "To download until 02 Jan 2027:\nfilm <1>.mp4 X: y (31 MB): https://h.example/f/abc\n\n-- \n" in draft.text
    assert "film &lt;1&gt;.mp4 X: y (31 MB)" in draft.html


def test_no_letter_shows_where_its_words_come(task: Make) -> None:
    for letter in ("received", "answered", "status_link", "sign_in"):
        draft = write(task(letter=letter, body="\ue000\ue001\ue000 <!--below-->"))
        assert "below-->" not in re.sub("&lt;!--below--&gt;", "", draft.html)
