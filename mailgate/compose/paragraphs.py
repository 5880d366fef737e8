"""Make safe html of what somebody typed: paragraphs, line breaks, links; nothing else."""

import re

from jinja2.utils import urlize
from markupsafe import Markup, escape

_BLANK_LINES = re.compile(r"\n{2,}")
_INDENT = re.compile(r"^[ \t]+|  +", re.MULTILINE)
_FIRST, _NEXT = '<p dir="auto" style="margin: 0">', '<p dir="auto" style="margin: 16px 0 0">'
_MAY_LINK = re.compile(r"(?i)[@:]|www\.|\.(?:com|net|int|edu|gov|org|info|mil)")  # what urlize sees as one
_LINK = '<a style="color: #2060b9" href='


def paragraphs(text: str) -> Markup:
    """`text` as html: blank lines part paragraphs, line ends and indents stay, addresses become links."""
    lines = "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")
    blocks = _BLANK_LINES.split(lines)
    html = "\n".join(f"{_NEXT if place else _FIRST}{_lines(block)}</p>" for place, block in enumerate(blocks))
    return Markup(html)  # noqa: S704 - all of it is escaped


def lines(text: str) -> Markup:
    """`text` as html within a paragraph: only its line ends, indents and addresses count."""
    return Markup(_lines(text.strip("\n")))  # noqa: S704 - as above


def _lines(block: str) -> str:
    """Outlook ignores `white-space: pre-wrap`, so that spaces are kept as no-break spaces."""
    spaced = _INDENT.sub(lambda match: "\u00a0" * len(match[0].expandtabs(4)), block)
    # urlize looks at each word, and took half the time of writing an answer.
    html = urlize(spaced).replace("<a href=", _LINK) if _MAY_LINK.search(spaced) else str(escape(spaced))
    return html.replace("\n", "<br>\n")
