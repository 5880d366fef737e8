"""What an agent types becomes html that shows it as typed, and nothing more."""

from time import process_time

import lxml.html
import pytest

from mailgate.compose.paragraphs import paragraphs


def test_blank_lines_part_paragraphs_and_line_ends_stay() -> None:
    page = lxml.html.fragment_fromstring(paragraphs("\nOne\ntwo\n \n\n\t\nThree\n"), create_parent=True)
    assert [paragraph.text_content().split("\n") for paragraph in page] == [["One", "two"], ["Three"]]
    assert len(page.xpath("//br")) == 1


def test_indents_and_gaps_stay() -> None:
    assert "<br>\n\u00a0\u00a0- one<br>\n\u00a0\u00a0\u00a0\u00a0x\u00a0\u00a0\u00a0y" in paragraphs(
        "a\n  - one\n\tx   y"
    )


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("see https://example.org/a?b=c&d=e.", "https://example.org/a?b=c&d=e"),
        ("(https://example.org/wiki/A_(b))", "https://example.org/wiki/A_(b)"),
        ("www.example.org", "https://www.example.org"),
        ("write to ana@example.org, please", "mailto:ana@example.org"),
        ("http://localhost:8025/t/7", "http://localhost:8025/t/7"),
    ],
)
def test_addresses_become_links(text: str, address: str) -> None:
    page = lxml.html.fragment_fromstring(paragraphs(text), create_parent=True)
    assert page.xpath("//a/@href") == [address]
    assert page.text_content() == text


@pytest.mark.parametrize(
    "text",
    [
        *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", 'https://x.example/"onmouseover="alert(1)'),
        *("javascript:alert(1)", "https://x.example/'><svg onload=alert(1)>", "data:text/html,<b>", "<a href=x>y</a>"),
        *("mailto:a@b.example?subject=x", "&lt;script&gt;", "<!-- -->", "]]>", "<a href=https://evil.example>"),
    ],
)
def test_nothing_typed_is_markup(text: str) -> None:
    page = lxml.html.fragment_fromstring(paragraphs(text), create_parent=True)
    assert page.text_content() == text
    assert {element.tag for element in page.iter()} <= {"div", "p", "a", "br"}
    for link in page.xpath("//a"):
        assert set(link.keys()) == {"style", "href"}
        assert link.get("href").startswith(("https://", "mailto:"))


@pytest.mark.parametrize(
    "text", ["\n" * 200_000, " " * 200_000 + "x", "a@" * 100_000, "&lt;" * 50_000, "www." * 50_000]
)
def test_long_nonsense_takes_no_time(text: str) -> None:
    start = process_time()
    paragraphs(text)
    assert process_time() - start < 1
