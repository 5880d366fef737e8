"""What html may be shown: links, tables and inline images stay; scripts, remote images and escaping styles do not."""

from __future__ import annotations

import re
from functools import lru_cache

import nh3

REMOTE = "data-remote-src"  # where a remote image's address waits until it is asked for

_TAGS = {
    "a", "abbr", "address", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center", "cite", "code", "col",
    "colgroup", "dd", "del", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "font", "h1", "h2", "h3", "h4",
    "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "rp", "rt", "ruby", "s", "samp",
    "small", "span", "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr",
    "tt", "u", "ul", "var", "wbr",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"dir", "lang", "title", "style", "align"},
    "a": {"href", "name"},
    "blockquote": {"type"},
    "font": {"color", "face", "size"},
    "img": {"src", "alt", "width", "height", REMOTE},
    "col": {"span", "width"},
    "colgroup": {"span", "width"},
    "ol": {"start", "type", "reversed"},
    "ul": {"type"},
    "li": {"value"},
    "table": {"border", "cellpadding", "cellspacing", "width", "bgcolor", "summary"},
    "tr": {"bgcolor", "valign", "height"},
    "td": {"bgcolor", "colspan", "rowspan", "valign", "width", "height", "nowrap"},
    "th": {"bgcolor", "colspan", "rowspan", "valign", "width", "height", "nowrap", "scope"},
}  # fmt: skip
# Nothing here can place, size or paint anything outside its own box, or fetch anything.
_STYLES = {
    "background-color", "border", "border-bottom", "border-collapse", "border-color", "border-left", "border-radius",
    "border-right", "border-spacing", "border-style", "border-top", "border-width", "color", "direction", "display",
    "font", "font-family", "font-size", "font-style", "font-variant", "font-weight", "height", "letter-spacing",
    "line-height", "list-style-type", "max-width", "min-width", "padding", "padding-bottom", "padding-left",
    "padding-right", "padding-top", "margin-bottom", "margin-left", "margin-right", "margin-top", "text-align",
    "text-decoration", "text-indent", "text-transform", "unicode-bidi", "vertical-align", "white-space", "width",
    "word-break", "word-wrap", "overflow-wrap",
}  # fmt: skip
_ESCAPING = re.compile(
    r"(?i)url\s*\(|expression|image-set|@import|javascript:|\\|-\d|var\s*\(|\d{5,}|attr\s*\(|paint\s*\("
    r"|element\s*\(|src\s*\("
)
_REMOTE_SOURCE = re.compile(r"(?i)(<img\b[^<>]{0,4000}?\s)src(?=\s{0,10}=\s{0,10}[\"']?\s{0,10}(?:https?:)?//)")
_META = re.compile(r"(?i)<meta(?=[\s/>])")
_REMEMBERED = 400  # characters; longer styles are rare, and memory is not theirs to fill
_REMOTE_ADDRESS = re.compile(r"(?i)^\s*(?:https?:)?//")


def safe_html(html: str) -> str:
    """The page without anything that acts, fetches or leaves its place; "" where the cleaner itself breaks down."""
    # On `content="charset "` html5ever 0.39 panics (encoding.rs). Another void tag is dropped just so.
    html = _META.sub("<param", html)
    try:
        return _cleaner().clean(_REMOTE_SOURCE.sub(rf"\1{REMOTE}", html))
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # Rust's own, which cannot be imported; it would end the process
            raise
        return ""


@lru_cache(maxsize=1)
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=_TAGS,
        clean_content_tags={"script", "style", "title", "noscript", "template", "svg", "math", "xml"},
        attributes=_ATTRIBUTES,
        attribute_filter=_filter_attribute,
        filter_style_properties=_STYLES,
        url_schemes={"http", "https", "mailto", "tel", "cid", "ftp", "xmpp", "sms"},
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        strip_comments=True,
    )


def _filter_attribute(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "style":
        return _style(value) if len(value) <= _REMEMBERED else _tame(value)
    if tag == "img" and attribute == "src":
        return value if value[:4].lower() == "cid:" else None
    if attribute == REMOTE:
        return value if _REMOTE_ADDRESS.match(value) else None
    return value[:4096]


@lru_cache(maxsize=2048)
def _style(value: str) -> str | None:
    """A mail program writes the same few styles on every line."""
    return _tame(value)


def _tame(style: str) -> str | None:
    if not _ESCAPING.search(style):
        return style or None
    return ";".join(rule for rule in style.split(";") if not _ESCAPING.search(rule)) or None
