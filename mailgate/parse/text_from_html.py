"""Read a page as lines: blocks become lines, hidden text stays out, quotes keep the mark their program gave them."""

from __future__ import annotations

import html as entities
import re
from dataclasses import dataclass

from lxml import etree

from mailgate.mail import SpanKind
from mailgate.parse.html_depth import is_too_deep
from mailgate.parse.quotes.html_quotes import Mark, mark_of

MAX_READ = 3_000_000

_SPACE = re.compile(r"[ \t\r\n\f\u200b]+")
_HIDDEN = re.compile(
    r"display:none|visibility:hidden|mso-hide:all|font-size:0(?:px|pt|em|%)?(?:;|$|!)"
    r"|max-height:0(?:px)?(?:;|$|!)|opacity:0(?:;|$|!)"
)
_SKIPPED = frozenset(
    {
        "script",
        "style",
        "head",
        "title",
        "template",
        "noframes",
        "object",
        "select",
        "map",
        "svg",
        "xml",
        "meta",
        "link",
    }
)
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "pre", "blockquote", "table", "hr"})
_BLOCKS = _PARAGRAPHS | frozenset(
    {"div", "tr", "li", "dt", "dd", "section", "article", "header", "footer", "center", "form", "fieldset", "address",
     "main", "nav", "aside", "figure", "figcaption", "tbody", "thead", "tfoot", "caption", "body"}
)  # fmt: skip
_TAGS = re.compile(r"<[^<>]{0,2000}>")
_DROPPED = re.compile(r"(?is)<(script|style|head|title)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)")
_BREAKS = re.compile(r"(?i)<(?:br|/?(?:p|div|tr|li|h\d|table|blockquote|ul|ol|hr))\b[^<>]{0,2000}>")


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line of text and the mark of the quote or signature it stands in."""

    text: str
    mark: Mark | None = None


def read_html(html: str) -> list[ReadLine]:
    """The lines of a page."""
    html = html[:MAX_READ].replace("\x00", "")
    if is_too_deep(html):
        return _without_tags(html)
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True)
    try:
        root = etree.fromstring(html.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return _without_tags(html)
    if root is None:
        return _without_tags(html)
    page = _Page()
    page.read(root)
    return page.lines


class _Page:
    """Walks a tree without recursion and collects lines."""

    def __init__(self) -> None:
        self.lines: list[ReadLine] = []
        self._words: list[str] = []
        self._marks: list[Mark] = []
        self._rest: Mark | None = None  # a mark that holds to the end of the page
        self._line_mark: Mark | None = None
        self._in_pre = 0
        self._numbers: list[int] = []

    def read(self, root: etree._Element) -> None:
        stack: list[tuple[etree._Element, bool]] = [(root, False)]
        while stack:
            element, is_leaving = stack.pop()
            if is_leaving:
                self._leave(element)
                self._say(element.tail)
                continue
            if not isinstance(element.tag, str) or self._is_hidden(element):
                self._say(element.tail)
                continue
            self._enter(element)
            self._say(element.text)
            stack.append((element, True))
            stack.extend((child, False) for child in reversed(element))
        self._end_line()

    def _is_hidden(self, element: etree._Element) -> bool:
        if element.tag in _SKIPPED:
            return True
        style = element.get("style")
        if style and _HIDDEN.search(style.replace(" ", "").lower()):
            return True
        return element.get("hidden") is not None

    def _enter(self, element: etree._Element) -> None:
        tag = element.tag
        if tag in _BLOCKS:
            self._end_line()
            if tag in _PARAGRAPHS:
                self._blank()
        mark = mark_of(element) if self._rest is None else None
        if mark is not None and not self._is_quoted(mark):
            self._begin(mark)
        self._draw(str(tag))

    def _draw(self, tag: str) -> None:
        """What an element shows by itself."""
        if tag == "br":
            self._end_line(keep_blank=True)
        elif tag == "hr":
            self._words.append("________________________________")
            self._end_line()
        elif tag in ("td", "th") and self._words:
            self._words.append(" ")
        elif tag == "li":
            self._words.append(self._bullet())
        elif tag == "pre":
            self._in_pre += 1
        elif tag in ("ol", "ul"):
            self._numbers.append(0 if tag == "ol" else -1)

    def _begin(self, mark: Mark) -> None:
        self._end_line()
        if mark.to_the_end:
            self._rest = mark
        else:
            self._marks.append(mark)

    def _leave(self, element: etree._Element) -> None:
        tag = element.tag
        if tag in _BLOCKS:
            self._end_line()
            if tag in _PARAGRAPHS:
                self._blank()
        if self._marks and self._marks[-1].element is element:
            self._end_line()
            self._marks.pop()
        if tag == "pre":
            self._in_pre -= 1
        elif tag in ("ol", "ul") and self._numbers:
            self._numbers.pop()

    def _bullet(self) -> str:
        if self._numbers and self._numbers[-1] >= 0:
            self._numbers[-1] += 1
            return f"{self._numbers[-1]}. "
        return "* "

    def _say(self, text: str | None) -> None:
        if not text:
            return
        if self._in_pre:
            first, *rest = text.replace("\r\n", "\n").split("\n")
            self._words.append(first)
            for line in rest:
                self._end_line(keep_blank=True)
                self._words.append(line)
            return
        self._words.append(_SPACE.sub(" ", text))

    def _end_line(self, *, keep_blank: bool = False) -> None:
        text = "".join(self._words)
        if not self._in_pre:
            text = _SPACE.sub(" ", text).strip(" ")
        self._words.clear()
        text = text.replace("\xa0", " ").rstrip()
        if text or keep_blank:
            self.lines.append(ReadLine(text, self._mark()))

    def _blank(self) -> None:
        if self.lines and self.lines[-1].text:
            self.lines.append(ReadLine("", self._mark()))

    def _is_quoted(self, mark: Mark) -> bool:
        """A signature inside a quote is somebody else's."""
        return mark.kind is SpanKind.SIGNATURE and any(outer.kind is SpanKind.QUOTE for outer in self._marks)

    def _mark(self) -> Mark | None:
        return self._rest or (self._marks[-1] if self._marks else None)


def _without_tags(html: str) -> list[ReadLine]:
    """The words of a page that no tree can hold."""
    text = _TAGS.sub("", _BREAKS.sub("\n", _DROPPED.sub(" ", html)))
    return [ReadLine(" ".join(line.split())) for line in entities.unescape(text).split("\n") if line.strip()]
