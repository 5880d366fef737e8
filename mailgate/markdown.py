"""Make safe html of what agents write in Markdown: the few marks people know, nothing that acts, nothing remote.

What nobody means as a mark stays as it was typed: indented lines, backslashes, `&names;`, html, underlined titles.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from jinja2.utils import urlize
from markupsafe import escape

from mailgate.safe_html import safe_html

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_LONGEST = 20_000  # characters; some marks cost the square of their number, and who writes more writes prose
_OFF = ("code", "lheading", "html_block", "html_inline", "entity", "escape", "reference")
_PLAIN = frozenset({"paragraph_open", "paragraph_close", "inline", "text", "softbreak"})
_BLOCK = "margin-top: 0; margin-bottom: 16px"
_EDGE = "border: 1px solid #d4d8de; padding: 6px 10px"
# Mail programs know no style sheet but their own: each element carries its looks.
_STYLES = {
    "p": _BLOCK,
    "ul": f"{_BLOCK}; padding-left: 24px",
    "ol": f"{_BLOCK}; padding-left: 24px",
    "blockquote": f"{_BLOCK}; margin-left: 0; padding-left: 12px; border-left: 3px solid #d4d8de",
    "h1": f"{_BLOCK}; font-size: 22px",
    "h2": f"{_BLOCK}; font-size: 19px",
    "h3": f"{_BLOCK}; font-size: 17px",
    "table": "border-collapse: collapse; margin-bottom: 16px",
    "th": f"{_EDGE}; text-align: left",
    "td": _EDGE,
    "a": "color: #2060b9",
}
_PRE = f"{_BLOCK}; {_EDGE}; white-space: pre-wrap; font-family: monospace"
_STYLE = re.compile(r' style="[^"]*"')
_PICTURE = "max-width: 100%; height: auto"


def formatted(text: str, pictures: Mapping[str, str] | None = None, *, is_dressed: bool = True) -> str | None:
    """The html; None where nothing is formatted. `pictures`: content ids of those that `![…](name)` can show.

    `is_dressed`: with its looks in each element, as mail needs it; a page of ours has its own.
    """
    if len(text) > _LONGEST:
        return None
    tokens = _reader().parse(text.encode("utf-8", "replace").decode())  # half characters are nobody's words
    if all(token.type in _PLAIN and _is_plain(token.children) for token in tokens):
        return None
    known = {name.lower(): content_id for name, content_id in (pictures or {}).items()}
    for token in tokens:
        _dress(token)
        if token.children:
            token.children = _inside(token.children, known)
    html = safe_html(_reader().renderer.render(tokens, _reader().options, {}))
    return html if is_dressed else _STYLE.sub("", html)


def pictures_named(text: str) -> set[str]:
    """The names, in lower case, of the pictures a text shows."""
    if "![" not in text or len(text) > _LONGEST:
        return set()
    children = [child for token in _reader().parse(text) for child in token.children or ()]
    return {unquote(str(child.attrGet("src"))).lower() for child in children if child.type == "image"}


@lru_cache(maxsize=1)
def _reader() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - 30 ms that only who formats pays

    reader = MarkdownIt("commonmark", {"html": False, "breaks": True})
    return reader.enable(["table", "strikethrough"]).disable(list(_OFF))


def _is_plain(children: Sequence[Token] | None) -> bool:
    return all(child.type in _PLAIN for child in children or ())


def _dress(token: Token) -> None:
    if token.type == "fence":
        token.type, token.tag = "html_block", ""
        token.content = f'<pre style="{_PRE}">{escape(token.content.rstrip())}</pre>\n'
    elif token.nesting == 1 and token.tag in _STYLES and not token.hidden:
        aligned = str(token.attrGet("style") or "")
        token.attrSet("style", "; ".join(filter(None, (_STYLES[token.tag], aligned))))
        if token.tag == "p":
            token.attrSet("dir", "auto")


def _inside(children: Sequence[Token], pictures: Mapping[str, str]) -> list[Token]:
    """Addresses become links, pictures are shown or become links; what is written is escaped."""
    links = 0
    for child in children:
        links += {"link_open": 1, "link_close": -1}.get(child.type, 0)
        if child.type == "image":
            child.type, child.content = "html_inline", _picture(child, pictures)
        elif child.type == "text" and not links:
            child.type, child.content = (
                "html_inline",
                urlize(child.content).replace("<a ", f'<a style="{_STYLES["a"]}" '),
            )
        else:
            _dress(child)
    return list(children)


def _picture(token: Token, pictures: Mapping[str, str]) -> str:
    source, words = unquote(str(token.attrGet("src"))), escape(token.content)
    if source.lower() in pictures:
        return f'<img src="cid:{escape(pictures[source.lower()])}" alt="{words}" style="{_PICTURE}">'
    if source.lower().startswith(("https://", "http://")):
        return f'<a href="{escape(source)}" style="{_STYLES["a"]}">{words or escape(source)}</a>'
    return str(words or escape(source))
