"""Threat row 17: html that is shown can do nothing, fetch nothing and leave nowhere."""

import re

import pytest

from mailgate.safe_html import REMOTE, safe_html

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><a xlink:href=javascript:alert(1)>x</a></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<a href='java\nscript:alert(1)'>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<a href=data:text/html,<script>alert(1)</script>>x</a>",
    "<iframe src=//evil.example></iframe>",
    "<object data=//evil.example></object><embed src=//evil.example>",
    "<form action=//evil.example><input name=a></form>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<link rel=stylesheet href=//evil.example>",
    "<style>@import '//evil.example'; p{background:url(//evil.example)}</style>",
    "<p style='background:url(//evil.example)'>x</p>",
    "<p style='background-image:u\\72l(//evil.example)'>x</p>",
    "<p style='width:expression(alert(1))'>x</p>",
    "<p style='position:fixed;top:0;left:0;width:100%;height:100%'>x</p>",
    "<p style='margin-left:-9999px'>x</p>",
    "<p style='width:99999px'>x</p>",
    "<table background=//evil.example><td background=//evil.example>x</td></table>",
    "<img srcset='//evil.example 1x'><video poster=//evil.example></video><audio src=//evil.example></audio>",
    "<img src=//evil.example/pixel.gif>",
    "<img src='https://evil.example/pixel.gif'>",
    "<input type=image src=//evil.example>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<template><script>alert(1)</script></template>",
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "<details open ontoggle=alert(1)>x</details>",
    "<a id=x name=x class=y>x</a>",
]
_ACTS = re.compile(
    r"(?i)<script|\son\w+=|javascript:|data:text|url\(|expression|position|@import|<(?:iframe|object|embed"
    r"|form|input|base|meta|link|style|svg|math|video|audio)|\b(?:src|srcset|poster|background"
    r"|action)=[\"']?(?:https?:)?//"
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_row_17_nothing_acts_or_fetches(attack: str) -> None:
    assert not _ACTS.search(safe_html(attack).replace(f"{REMOTE}=", "waits="))


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
