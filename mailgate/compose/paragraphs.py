"""Make safe html of what somebody typed: paragraphs, line breaks, links; nothing else."""

import re

from jinja2.utils import urlize
from markupsafe import Markup

_BLANK_LINES = re.compile(r"\n{2,}")
_INDENT = re.compile(r"^[ \t]+|  +", re.MULTILINE)
_FIRST, _NEXT = '<p dir="auto" style="margin: 0">', '<p dir="auto" style="margin: 16px 0 0">'
_LINK = '<a style="color: #2060b9" href='


def paragraphs(text: str) -> Markup:
    """`text` as html: blank lines part paragraphs, line ends and indents stay, addresses become links."""
    lines = "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")
    blocks = _BLANK_LINES.split(lines)
    html = "\n".join(f"{_NEXT if place else _FIRST}{_lines(block)}</p>" for place, block in enumerate(blocks))
    return Markup(html)  # noqa: S704 - urlize escapes everything it is given


def _lines(block: str) -> str:
    """Outlook ignores `white-space: pre-wrap`, so that spaces are kept as no-break spaces."""
    spaced = _INDENT.sub(lambda match: "\u00a0" * len(match[0].expandtabs(4)), block)
    return urlize(spaced).replace("<a href=", _LINK).replace("\n", "<br>\n")
