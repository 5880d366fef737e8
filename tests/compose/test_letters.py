"""The letters as data: all there, in all languages, saying the same in text and html."""

import inspect
import re
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import lxml.html
import pytest
from jinja2 import TemplateError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mailgate.compose import about, letters, render, write
from mailgate.compose.room import OwnRoom, html_room, own_room, text_room
from mailgate.compose.wording import BLOCKS, html_of
from mailgate.errors import Permanent
from mailgate.mail import Address, Draft, Task
from mailgate.shipped import shipped

LANGUAGES = ("de", "en", "es", "fr")
EVERY = [(letter, language) for letter in letters.LETTERS for language in LANGUAGES]

Make = Callable[..., Task]
Open = Callable[[Draft], EmailMessage]


def test_letters_and_folders_are_the_same() -> None:
    folders = {path.name for path in shipped("email_templates").iterdir() if path.is_dir()} - {"base"}
    assert folders == set(letters.LETTERS)


@pytest.mark.parametrize("letter", letters.LETTERS)
def test_every_letter_speaks_every_language_and_names_the_same_things_in_all(letter: str) -> None:
    named: dict[str, set[str]] = {}
    for language in LANGUAGES:
        folder = shipped("email_templates") / letter / language
        assert {path.name for path in folder.iterdir()} == {"subject.txt", "body.txt", "body.html"}
        for path in folder.iterdir():
            source = ImmutableSandboxedEnvironment().parse(path.read_text().replace("| paragraphs", ""))
            named.setdefault(path.suffix + path.stem, meta.find_undeclared_variables(source))
            assert named[path.suffix + path.stem] == meta.find_undeclared_variables(source), path
    assert named[".txtbody"] == named[".htmlbody"]
    known = {variable.name for variable in about.variables(letter)}
    assert set().union(*named.values()) <= known


def test_every_letter_and_every_block_is_explained_to_admins() -> None:
    assert set(about.ABOUT) == {*letters.LETTERS, *BLOCKS}
    assert {each.group for each in about.ABOUT.values()} == set(about.GROUPS)
    told = (Path(__file__).parents[2] / "docs" / "letters.md").read_text()
    assert [letter for letter in letters.LETTERS if f"`{letter}`" not in told] == []
    for name in BLOCKS:
        assert all((shipped("email_templates") / "base" / language / f"{name}.txt").is_file() for language in LANGUAGES)


def test_what_an_admin_starts_from_looks_like_what_ships(task: Make) -> None:
    """The editor begins with the text of a letter; the page made of it is the page that ships."""
    for letter, language in EVERY:
        page = (shipped("email_templates") / letter / language / "body.html").read_text()
        if letter not in ("answered", "forwarded"):  # whose signatures have lines of their own
            assert html_of(render.source(letter, language).text) == page


@pytest.mark.parametrize("letter", letters.LETTERS.values())
def test_every_letter_is_a_function_that_says_what_it_is(letter: Callable[[Task], letters.Words]) -> None:
    assert inspect.getdoc(letter)


@pytest.mark.parametrize(("letter", "language"), EVERY)
def test_text_and_html_say_the_same(task: Make, letter: str, language: str) -> None:
    draft = write(task(letter=letter, language=language, body="One & two <three>.\n\n  Indented\nline"))
    assert _words(_shown(draft.html)) == _words(draft.text)


@pytest.mark.parametrize(("letter", "language"), EVERY)
def test_every_letter_is_one_clean_mail(task: Make, opened: Open, letter: str, language: str) -> None:
    draft = write(task(letter=letter, language=language))
    message = opened(draft)
    assert "\n" not in draft.subject
    assert message["Content-Language"] == language
    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n").strip() == draft.text.strip()
    assert html.get_content().replace("\r\n", "\n").strip() == draft.html.strip()
    assert "{" not in draft.text
    assert f'<html lang="{language}">' in draft.html


@pytest.mark.parametrize(("letter", "language"), EVERY)
def test_no_letter_fetches_anything_and_all_css_stands_in_line(task: Make, letter: str, language: str) -> None:
    page = lxml.html.document_fromstring(write(task(letter=letter, language=language)).html)
    assert not [*page.iter("img", "link", "script")]
    assert not {"src", "background", "srcset"} & {name for element in page.iter() for name in element.attrib}
    assert "url(" not in lxml.html.tostring(page, encoding="unicode")
    assert "@media (prefers-color-scheme: dark)" in page.findtext(".//style", "")
    for element in page.iter("p", "a", "td"):
        assert element.get("style"), lxml.html.tostring(element)


def test_a_language_falls_back_to_its_root_and_then_to_english(task: Make) -> None:
    def spoken(language: str) -> str | None:
        match = re.search("Content-Language: (.*)\r", write(task(language=language)).raw.decode())
        return match and match[1]

    assert [spoken(each) for each in ("de-AT", "FR_ca", "pt-BR", "", "../en", "base", "x" * 500)] == [
        *("de", "fr", "en", "en", "en", "en", "en")
    ]


def test_an_acknowledgement_repeats_nothing_of_what_it_answers(task: Make) -> None:
    spam = "BUY-SPAM-NOW"
    draft = write(
        task(
            letter="received",
            automatic="auto-replied",
            subject=f"{spam} subject",
            body=f"{spam} body",
            to=(Address("ana@lusitel.example", f"{spam} name"),),
            variables={
                "number": "TKT-2026-000123",
                "status_url": "https://h.example/s/x",
                "agent": spam,
                "extra": spam,
            },
        )
    )
    assert spam not in draft.raw.decode()
    assert draft.subject == "[#TKT-2026-000123] We have received your request"
    assert "TKT-2026-000123" in draft.text
    assert "https://h.example/s/x" in draft.text
    assert "simply answer this mail" in draft.text


def test_a_missing_variable_is_said_by_name(task: Make) -> None:
    with pytest.raises(ValueError, match="received needs status_url"):
        write(task(letter="received", variables={"number": "1", "desk": "D"}))


def test_a_template_that_names_what_does_not_exist_fails_by_name(task: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        letters.LETTERS, "answered", lambda _: letters.Words({"body": "x", "desk": "D", "mailbox": "M"})
    )
    with pytest.raises(Permanent, match=r"answered/en.*'agent_signature' is undefined"):
        write(task())


def test_a_desk_without_a_name_signs_with_its_address(task: Make) -> None:
    text = write(task(variables={"number": "7", "status_url": "u", "agent": "Mia", "desk": ""})).text
    assert "-- \nMia\nsupport@example.org\nRequest 7: u\n" in text


def test_variables_are_never_templates_and_never_html(task: Make) -> None:
    evil = "{{ 7 * 7 }}<script>alert(1)</script>{% raw %}"
    given = {"number": evil, "status_url": evil, "desk": evil, "agent": evil}
    draft = write(task(variables=given, body=evil))
    assert "49" not in draft.text
    assert evil in draft.text
    assert "<script" not in draft.html
    assert not [*lxml.html.document_fromstring(draft.html).iter("script")]


def test_the_same_task_gives_the_same_bytes_and_another_id_another_boundary(task: Make) -> None:
    assert write(task()).raw == write(task()).raw
    other = write(task(message_id="other@example.org")).raw
    assert _boundary(other) != _boundary(write(task()).raw)


def _boundary(raw: bytes) -> str:
    return raw.decode().partition('boundary="')[2].partition('"')[0]


def _shown(html: str) -> str:
    """What a reader sees; a link whose label is not its address is read as `label: address`."""
    page = lxml.html.document_fromstring(html)
    for link in page.iter("a"):
        if link.text != link.get("href"):
            link.text = f"{link.text}: {link.get('href')}"
    for line_end in page.iter("br", "p", "td"):
        line_end.tail = "\n" + (line_end.tail or "")
    paper = page.find(".//td[@class='paper']")
    assert paper is not None
    return "".join(map(str, paper.itertext()))


def _words(text: str) -> list[str]:
    return re.sub(r"\s+:", ":", text.replace("\n-- \n", "\n")).split()


@pytest.mark.parametrize(
    "template",
    [
        *("{{ body | upper }}", "{{ body.__class__ }}", "{{ body.format(body) }}", "{{ range(3) }}", "{{ lipsum() }}"),
        *(
            "{{ cycler }}",
            "{{ self._TemplateReference__context }}",
            "{% include 'base/frame.html' %}",
            "{% import 'x' as y %}",
            "{{ nothing }}",
        ),
        *("{{ body is mapping }}", "{{ ''['__class__'] }}", "{{ dict(a=1) }}", "{{ namespace() }}"),
    ],
)
def test_a_template_reaches_nothing_but_its_words(template: str) -> None:
    for room in (text_room(), html_room(), own_room(is_html=False), own_room(is_html=True)):
        if template == "{{ body | upper }}" and isinstance(room, OwnRoom):
            continue  # admins have a few filters for words
        with pytest.raises((TemplateError, TypeError)):
            print(room.from_string(template).render(body="{0.__class__}"))
