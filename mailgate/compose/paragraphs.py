"""Make safe html of what somebody typed: paragraphs, line breaks, links; nothing else."""

import re

from jinja2.utils import urlize
from markupsafe import Markup, escape

_BLANK_LINES = re.compile(r"\n{2,}")
_INDENT = re.compile(r"^[ \t]+|  +", re.MULTILINE)
_FIRST, _NEXT = '<p dir="auto" style="margin: 0">', '<p dir="auto" style="margin: 16px 0 0">'
_OF_LINKS = ("@", ":", "www.", ".com", ".net", ".int", ".edu", ".gov", ".org", ".info", ".mil")  # where urlize sees one
_LINK = '<a style="color: #2060b9" href='


def paragraphs(text: str) -> Markup:
    """`text` as html: blank lines part paragraphs, line ends and indents stay, addresses become links."""
    lines = "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")
    # Word by word and block by block only where there may be a link: most text is safe in one go.
    blocks = (
        map(_lines, _BLANK_LINES.split(lines))
        if _may_link(lines)
        else map(_broken, _BLANK_LINES.split(str(escape(_spaced(lines)))))
    )
    html = "\n".join(f"{_NEXT if place else _FIRST}{block}</p>" for place, block in enumerate(blocks))
    return Markup(html)  # noqa: S704 - all of it is escaped


def lines(text: str) -> Markup:
    """`text` as html within a paragraph: only its line ends, indents and addresses count."""
    return Markup(_lines(text.strip("\n")))  # noqa: S704 - as above


def _lines(block: str) -> str:
    if not _may_link(block):
        return _broken(str(escape(_spaced(block))))
    # urlize looks at each word, and took half the time of writing an answer.
    return _broken(urlize(_spaced(block)).replace("<a href=", _LINK))


def _may_link(text: str) -> bool:
    low = text.lower()
    return any(sign in low for sign in _OF_LINKS)


def _spaced(text: str) -> str:
    """Outlook ignores `white-space: pre-wrap`, so that spaces are kept as no-break spaces."""
    if not ("  " in text or "\t" in text or "\n " in text or text.startswith(" ")):
        return text
    return _INDENT.sub(lambda match: "\u00a0" * len(match[0].expandtabs(4)), text)


def _broken(html: str) -> str:
    return html.replace("\n", "<br>\n")
