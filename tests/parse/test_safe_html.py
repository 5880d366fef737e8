"""Html is cleaned when it is shown: what is harmless stays as it was."""

import pytest

from mailgate.safe_html import REMOTE, safe_html


def test_links_open_outside_and_tell_nobody() -> None:
    assert safe_html("<a href=https://example.org/a>x</a>") == (
        '<a href="https://example.org/a" target="_blank" rel="noopener noreferrer nofollow">x</a>'
    )


def test_inline_images_stay_and_remote_ones_wait_to_be_asked_for() -> None:
    assert safe_html("<img src=cid:abc alt=a>") == '<img src="cid:abc" alt="a">'
    assert safe_html("<img src=https://example.org/a.png>") == f'<img {REMOTE}="https://example.org/a.png">'
    assert safe_html("<img src=data:image/png;base64,AA>") == "<img>"


def test_harmless_styles_and_tables_stay() -> None:
    page = '<table width="100%"><tbody><tr><td style="color:red;padding-left:4px">x</td></tr></tbody></table>'
    assert safe_html(page) == page


@pytest.mark.parametrize(
    "meta",
    [
        "<meta http-equiv='Content-Type' content='text/html; charset '>",
        "<META\ncontent=charset HTTP-EQUIV=content-type />",
    ],
)
def test_a_page_that_names_no_charset_is_shown(meta: str) -> None:
    """The cleaner's own parser breaks down on it, and took the process with it."""
    assert safe_html(f"<html><head>{meta}</head><body><p>Hello</p></body></html>") == "<p>Hello</p>"


def test_a_cleaner_that_breaks_down_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        """What a panic in Rust becomes."""

    class Broken:
        def clean(self, html: str) -> str:
            raise PanicException(html)

    monkeypatch.setattr("mailgate.safe_html._cleaner", Broken)
    assert safe_html("<p>Hello</p>") == ""
