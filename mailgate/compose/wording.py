"""Make a letter's page and its text of one and the same source, so that both say the same.

A blank line parts paragraphs. `Label: {{ some_url }}` alone becomes a button, a variable alone keeps its lines, what
stands below `--` is small print, and `**words**` are bold. Structure comes from the source only, never from a value.
"""

from __future__ import annotations

import re

BLOCKS = ("greeting", "signature", "footer")  # what all letters of a desk share
_VARIABLE = re.compile(r"\{\{-?\s*(\w+)\s*-?\}\}")
_ALONE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_BUTTON = re.compile(r"([^{}:]{1,60}):\s*\{\{\s*(\w+_url)\s*\}\}")
_TAG = re.compile(r"\{%.*%\}")
_JINJA = re.compile(r"(\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\})", re.DOTALL)
_BOLD = re.compile(r"\*\*(?=\S)(.{1,500}?)(?<=\S)\*\*", re.DOTALL)
_CLASSES = {"greeting": "text", "signature": "words", "footer": "foot"}
_SEVERAL_LINES = frozenset({"body", "words", "agent_signature", "desk_signature", "unanswered", "due_today"})
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def text_of(source: str) -> str:
    """The template of the text: the source without its bold marks, its signature line as RFC 3676 4.3 wants it."""
    return re.sub(r"^--[ \t]*$", "-- ", _BOLD.sub(r"\1", source), flags=re.MULTILINE)


def html_of(source: str, block: str | None = None) -> str:
    """The template of the page's inner part; `block` names what the source is, where it is no whole letter."""
    made, normal = [], _CLASSES.get(block or "", "text")
    for paragraph in _paragraphs(source):
        if paragraph == "--":
            normal = "foot"
        elif _TAG.fullmatch(paragraph):
            made.append(paragraph)
        else:
            made.append(_paragraph(paragraph, normal))
    return "\n".join(made) + "\n"


def _paragraphs(source: str) -> list[str]:
    """Runs of lines; a lone tag of the template and the mark of small print stand for themselves."""
    found: list[list[str]] = [[]]
    for line in (line.strip() for line in source.splitlines()):
        if not line:
            found.append([])
        elif line == "--" or _TAG.fullmatch(line):
            found += [[line], []]
        else:
            found[-1].append(line)
    return ["\n".join(lines) for lines in found if lines]


def _paragraph(words: str, kind: str) -> str:
    if alone := _ALONE.fullmatch(words):
        if alone[1] in BLOCKS:
            return words
        if not alone[1].endswith("_url"):
            return f'<div class="{"said" if alone[1] == "words" else "words"}">{{{{ {alone[1]} | paragraphs }}}}</div>'
    if kind == "text" and (button := _BUTTON.fullmatch(words)):
        return _button(_inline(button[1].strip()), button[2])
    return f'<p class="{kind}">{_inline(words)}</p>'


def _button(label: str, url: str) -> str:
    return (
        '<table class="action" role="presentation" cellpadding="0" cellspacing="0" border="0">\n'
        f'<tr><td class="button-cell" align="center"><a class="button" href="{{{{ {url} }}}}">{label}</a></td></tr>\n'
        "</table>"
    )


def _inline(words: str) -> str:
    """A paragraph's words: escaped, with its expressions as they are, links clickable and numbers held together."""
    pieces = [
        _expression(piece) if _JINJA.fullmatch(piece) else piece.translate(_ESCAPES) for piece in _JINJA.split(words)
    ]
    return _BOLD.sub(r"<strong>\1</strong>", "".join(pieces)).replace("\n", "<br>\n")


def _expression(piece: str) -> str:
    named = _VARIABLE.fullmatch(piece)
    if named is None:
        return piece
    if named[1].endswith("_url"):
        return f'<a class="link" href="{piece}">{piece}</a>'
    if named[1] in _SEVERAL_LINES:
        return f"{{{{ {named[1]} | lines }}}}"
    return f'<span class="number">{piece}</span>' if named[1] == "number" else piece
