"""Turn a letter's folder, or an admin's own version of it, and its variables into a subject, a text and a page.

Plain strings go in and plain strings come out. What ships is rendered here, in microseconds; what an admin wrote, in
the sandbox. Where that fails, what ships is taken, and the page says what was wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Template, TemplateError
from markupsafe import Markup

from mailgate.compose.room import html_room, text_room
from mailgate.compose.sandbox import BrokenLetter, sandbox
from mailgate.compose.wording import BLOCKS, html_of, text_of
from mailgate.errors import Permanent
from mailgate.mail import Wording
from mailgate.shipped import shipped

_LAST_RESORT = "en"
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")
_HAS_SIGNATURE = re.compile(r"^-- $", re.MULTILINE)
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Page:
    """A letter's words, three times over; `trouble`: why it is not what the admin wrote."""

    language: str
    subject: str
    text: str
    html: str
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Folder:
    """The templates of one letter in one language."""

    subject: Template
    text: Template
    html: Template


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of words that all letters share, made."""

    text: str
    html: str


def render(
    letter: str,
    language: str,
    variables: Mapping[str, str],
    own: Wording | None = None,
    own_blocks: Mapping[str, str] | None = None,
) -> Page:
    """Render a letter in this language, else in the language without its region, else in English."""
    language = spoken(letter, language)
    if own is None and not own_blocks:
        return _shipped(letter, language, variables, _blocks(language, variables))
    try:
        return _own(letter, language, variables, own, own_blocks or {})
    except BrokenLetter as error:
        page = _shipped(letter, language, variables, _blocks(language, variables))
        return replace(page, trouble=f"{letter}/{language}: {error}")


def _blocks(language: str, variables: Mapping[str, str]) -> Mapping[str, Block]:
    return _shipped_blocks(language, variables["desk"], variables["mailbox"])


def _own(
    letter: str, language: str, variables: Mapping[str, str], own: Wording | None, own_blocks: Mapping[str, str]
) -> Page:
    """What the sandbox makes of an admin's words; the frame around it is ours."""
    sources = {name: own_blocks.get(name, block_source(name, language)) for name in BLOCKS}
    asked = own and {"subject": own.subject, "text": own.text, "html": own.html}
    made: dict[str, Any] = sandbox().ask({"variables": dict(variables), "blocks": sources, "letter": asked})
    blocks = {name: Block(*pair) for name, pair in made["blocks"].items()}
    if own is None:
        return _shipped(letter, language, variables, blocks)
    words = made["letter"]
    return _framed(language, clean(words["subject"]), clean(words["text"]), words["html"], blocks["footer"])


def _shipped(letter: str, language: str, variables: Mapping[str, str], blocks: Mapping[str, Block]) -> Page:
    folder = _folder(letter, language)
    texts = {**variables, **{name: block.text for name, block in blocks.items()}}
    # What blocks are made of is escaped by now, and so is the letter's own html; the frame around it is ours alone.
    pages = {**variables, **{name: Markup(block.html) for name, block in blocks.items()}}  # noqa: S704 - see above
    try:
        subject = " ".join(folder.subject.render(texts).split())
        text = folder.text.render(texts).strip("\n") + "\n"
        content = folder.html.render(pages)
    except TemplateError as error:
        raise Permanent(f"The letter {letter}/{language} cannot be written: {error}") from error
    return _framed(language, subject, text, content, blocks["footer"])


def _framed(language: str, subject: str, text: str, content: str, footer: Block) -> Page:
    """The footer stands below every letter."""
    if footer.text:
        text = f"{text}{'' if _HAS_SIGNATURE.search(text) else '-- '}\n{footer.text}\n"
        content += footer.html
    html = _frame().render(language=language, title=subject, content=Markup(content))  # noqa: S704 - see _shipped
    return Page(language, subject, text, html)


def clean(text: str) -> str:
    """Text without what no mail may carry: control characters, halves of characters, foreign line ends."""
    return _UNPRINTABLE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


@lru_cache(maxsize=256)
def spoken(letter: str, language: str) -> str:
    """The language a letter is written in for somebody who speaks this one."""
    wanted = language.lower().replace("_", "-")
    for candidate in (wanted, wanted.partition("-")[0]):
        if _LANGUAGE.fullmatch(candidate) and (_letters() / letter / candidate).is_dir():
            return candidate
    return _LAST_RESORT


@cache
def source(letter: str, language: str) -> Wording:
    """A letter as it ships, as an admin begins to change it: without a page of its own, which is made of the text."""
    folder = _letters() / letter / language
    return Wording(_read(folder / "subject.txt").strip(), _read(folder / "body.txt").strip("\n"))


@cache
def block_source(name: str, language: str) -> str:
    """A shared block as it ships."""
    return _read(_letters() / "base" / language / f"{name}.txt").strip("\n")


@cache
def languages() -> tuple[str, ...]:
    """What every letter is written in."""
    return tuple(sorted(path.name for path in (_letters() / "base").iterdir() if path.is_dir()))


@lru_cache(maxsize=256)
def _shipped_blocks(language: str, desk: str, mailbox: str) -> Mapping[str, Block]:
    """The same for every letter of a mailbox."""
    variables = {"desk": desk, "mailbox": mailbox}
    return {
        name: Block(text.render(variables).strip("\n"), html.render(variables))
        for name, (text, html) in _block_templates(language).items()
    }


@cache
def _block_templates(language: str) -> dict[str, tuple[Template, Template]]:
    """Read once a process, as the folders are."""
    made = {}
    for name in BLOCKS:
        words = block_source(name, language)
        html = _inline_fragment(html_of(words, name)) if words else ""
        made[name] = text_room().from_string(text_of(words)), html_room().from_string(html)
    return made


@cache
def _folder(letter: str, language: str) -> Folder:
    """Read once a process: the CSS is inlined here, not once a mail."""
    folder = _letters() / letter / language
    return Folder(
        subject=text_room().from_string(_read(folder / "subject.txt")),
        text=text_room().from_string(text_of(_read(folder / "body.txt"))),
        html=html_room().from_string(_inline_fragment(_read(folder / "body.html"))),
    )


@cache
def _frame() -> Template:
    import css_inline  # noqa: PLC0415 - 20 ms that only the first letter of a process pays

    inliner = css_inline.CSSInliner(extra_css=_css(), keep_at_rules=True, load_remote_stylesheets=False)
    return html_room().from_string(inliner.inline(_read(_letters() / "base" / "frame.html")))


def _inline_fragment(html: str) -> str:
    import css_inline  # noqa: PLC0415 - as above

    return css_inline.inline_fragment(html, _css(), load_remote_stylesheets=False)


@cache
def _css() -> str:
    return _read(_letters() / "base" / "style.css")


@cache
def _letters() -> Path:
    return shipped("email_templates")


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
