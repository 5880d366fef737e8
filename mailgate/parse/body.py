"""Make the one readable text of a mail, its html for showing, and the spans over the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from mailgate.mail import SpanKind
from mailgate.parse.html_depth import is_too_deep
from mailgate.parse.structure import Block, Structure
from mailgate.safe_html import safe_html

MAX_TEXT = 2_000_000
MAX_HTML = 1_000_000

_STUB = re.compile(
    r"(?i)\b(?:html)\b.{0,80}\b(?:support|view|client|reader|program|enabled|format|display)|(?:support"
    r"|view|client|reader|display|enable).{0,80}\bhtml\b|this (?:is an? )?html (?:e-?mail|message)"
    r"|this is a multi-?part message in mime format|view (?:this|it) (?:e-?mail )?in (?:your|a) (?:web )?browser"
)
_BLANK_RUN = re.compile(r"\n{4,}")
Marks = list[tuple[SpanKind, str, bool] | None]


@dataclass(frozen=True, slots=True)
class Body:
    """What can be read, what is shown, and what the html said of each line of the text."""

    text: str
    html: str | None
    marks: Marks


def read_body(found: Structure) -> Body:
    """The blocks of a mail put together."""
    lines: list[str] = []
    marks: Marks = []
    for block in found.blocks:
        text, block_marks = _text_of(block)
        if not text.strip():
            continue
        if lines:
            lines.append("")
            marks.append(None)
        new = text.split("\n")
        lines += new
        marks += block_marks or [None] * len(new)
    text = "\n".join(lines)
    if len(text) > MAX_TEXT:
        found.defects.append("the text was too long and is cut")
        text = text[:MAX_TEXT]
    return Body(text, _html_of(found), marks)


def _text_of(block: Block) -> tuple[str, Marks]:
    text = _tidy(block.text) if block.text is not None else ""
    if block.html is None or (text.strip() and not _is_stub(text)):
        return text, []
    from mailgate.parse.text_from_html import read_html  # noqa: PLC0415 - mail with a text part needs no html reader

    read = read_html(block.html)
    while read and not read[0].text.strip():
        read.pop(0)
    while read and not read[-1].text.strip():
        read.pop()
    if not read and text:
        return text, []
    kept = [read[0]] if read else []
    kept += [line for before, line in pairwise(read) if line.text or before.text]
    marks: Marks = [(line.mark.kind, line.mark.rule, True) if line.mark else None for line in kept]
    return "\n".join(line.text for line in kept), marks


def _is_stub(text: str) -> bool:
    return len(text) < 600 and _STUB.search(text) is not None  # noqa: PLR2004 - a sentence or two


def _tidy(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return _BLANK_RUN.sub("\n\n\n", text.strip("\n")) if text.count("\n\n\n\n") else text.strip("\n")


def _html_of(found: Structure) -> str | None:
    pages = [block.html for block in found.blocks if block.html is not None]
    if not pages:
        return None
    html = "\n".join(pages)
    if len(html) > MAX_HTML or is_too_deep(html):
        found.defects.append("the html is too large or too deep to be shown; its text is")
        return None
    shown = safe_html(html.replace("\x00", ""))
    if html.strip() and not shown:
        found.defects.append("nothing of the html can be shown")
    return shown
