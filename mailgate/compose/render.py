"""Turn a letter's folder and its variables into a subject, a text and a page.

Plain strings go in and plain strings come out, so that the same call can be made from a process of its own for letters
that are not ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from mailgate.compose.paragraphs import paragraphs
from mailgate.errors import Permanent
from mailgate.shipped import shipped

_LAST_RESORT = "en"
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_SIGNATURE_MARK = re.compile(r"^--[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Page:
    """A letter's words, three times over."""

    language: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Folder:
    """The templates of one letter in one language."""

    subject: Template
    text: Template
    html: Template


def render(letter: str, language: str, variables: Mapping[str, str]) -> Page:
    """Render a letter in this language, else in the language without its region, else in English."""
    language = _spoken(letter, language)
    folder = _folder(letter, language)
    try:
        subject = " ".join(folder.subject.render(variables).split())
        text = folder.text.render(variables).rstrip("\n") + "\n"
        # The letter's own html is escaped by now; the frame around it is ours alone.
        content = Markup(folder.html.render(variables))  # noqa: S704 - see above
        html = _frame().render(language=language, title=subject, content=content)
    except TemplateError as error:
        raise Permanent(f"The letter {letter}/{language} cannot be written: {error}") from error
    return Page(language, subject, text, html)


def clean(text: str) -> str:
    """Text without what no mail may carry: control characters, halves of characters, foreign line ends."""
    return _UNPRINTABLE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


@lru_cache(maxsize=256)
def _spoken(letter: str, language: str) -> str:
    wanted = language.lower().replace("_", "-")
    for candidate in (wanted, wanted.partition("-")[0]):
        if _LANGUAGE.fullmatch(candidate) and (_letters() / letter / candidate).is_dir():
            return candidate
    return _LAST_RESORT


@cache
def _folder(letter: str, language: str) -> Folder:
    """Read once a process: the CSS is inlined here, not once a mail."""
    folder = _letters() / letter / language
    text = _SIGNATURE_MARK.sub("-- ", _read(folder / "body.txt"))  # RFC 3676 4.3: the space that editors cut off
    return Folder(
        subject=_text_room().from_string(_read(folder / "subject.txt")),
        text=_text_room().from_string(text),
        html=_html_room().from_string(_inline_fragment(_read(folder / "body.html"))),
    )


@cache
def _frame() -> Template:
    import css_inline  # noqa: PLC0415 - 20 ms that only the first letter of a process pays

    inliner = css_inline.CSSInliner(extra_css=_css(), keep_at_rules=True, load_remote_stylesheets=False)
    return _html_room().from_string(inliner.inline(_read(_letters() / "base" / "frame.html")))


def _inline_fragment(html: str) -> str:
    import css_inline  # noqa: PLC0415 - as above

    return css_inline.inline_fragment(html, _css(), load_remote_stylesheets=False)


@cache
def _css() -> str:
    return _read(_letters() / "base" / "style.css")


@cache
def _text_room() -> ImmutableSandboxedEnvironment:
    return _bare(ImmutableSandboxedEnvironment(autoescape=False, undefined=StrictUndefined))


@cache
def _html_room() -> ImmutableSandboxedEnvironment:
    room = _bare(ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined))
    room.filters["paragraphs"] = paragraphs
    return room


def _bare(room: ImmutableSandboxedEnvironment) -> ImmutableSandboxedEnvironment:
    """Nothing is allowed but what is named: jinja2's own filters, tests and functions can be made to eat a machine."""
    room.filters.clear()
    room.tests.clear()
    room.globals.clear()
    return room


@cache
def _letters() -> Path:
    return shipped("email_templates")


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
