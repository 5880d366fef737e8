"""The marks that mail programs leave in their html around quotes and signatures."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from mailgate.mail import SpanKind


@dataclass(frozen=True, slots=True)
class Mark:
    """What an element is, by which rule; some marks hold from here to the end of the page."""

    kind: SpanKind
    rule: str
    element: etree._Element
    to_the_end: bool = False


# Elements that hold a quote, by a word of their class or id; forwarding services prefix these with x_ or ecx.
_QUOTES = {
    "gmail_attr": "Gmail",
    "moz-cite-prefix": "Thunderbird",
    "moz-email-headers-table": "Thunderbird",
    "moz-forward-container": "Thunderbird",
    "protonmail_quote": "ProtonMail",
    "tutanota_quote": "Tutanota",
    "yahoo_quoted": "Yahoo",
    "zmail_extra": "Zoho",
    "blockquote_zmail": "Zoho",
    "front-blockquote": "Front",
    "freshdesk_quote": "Freshdesk",
    "history_container": "Mailbird",
    "olk_src_body_section": "Outlook for Mac",
    "isreplycontent": "NetEase",
    "mail-editor-reference-message-container": "Outlook",
    "quotedtext": "webmail",
    "cite_prefix": "webmail",
    "hcsdelivered": "Hey",
    "gwquote": "GroupWise",
    "alimail-quote": "AliMail",
}
_QUOTE_NAMES = {"quote": "GMX", "messagereplysection": "Spark"}
_TO_THE_END = {
    "divrplyfwdmsg": "Outlook on the web",
    "appendonsend": "Outlook on the web",
    "stopspelling": "Hotmail",
    "zwchr": "Zimbra",
    "reply-intro": "Roundcube",
    "yahoo_quoted_begin": "Yahoo",
    "outlookmessageheader": "Outlook",
    "lotus_quote": "Notes",
    "aolreplacedbody": "AOL",
}
_SIGNATURES = {
    "gmail_signature": "Gmail",
    "moz-signature": "Thunderbird",
    "applemailsignature": "Apple Mail",
    "protonmail_signature_block": "ProtonMail",
    "ms-outlook-mobile-signature": "Outlook mobile",
    "signature": "Outlook",
    "_mailendsignature": "Outlook",
    "yahoo_signature": "Yahoo",
    "zimbra_signature": "Zimbra",
    "linebreakatbeginningofsignature": "Apple Mail",
    "mail-signature": "webmail",
}
_PREFIX = re.compile(r"^(?:x_|ecx|yiv\d+|ydp[0-9a-f]+|m_-?\d+)+_?")
_BORDER_TOP = re.compile(r"border-top:(?:solid|1\.0pt|1px|#)")
_HEADER_WORD = re.compile(r"\s*\*?[^\W\d_][\w .-]{0,20}\s?[:\uff1a]")


def mark_of(element: etree._Element) -> Mark | None:
    """The mark of an element, if its program left one."""
    if not element.attrib:
        return None
    names = _names(element)
    marked = next((mark for name in names if (mark := _mark_by_name(element, name)) is not None), None)
    if marked is not None:
        return marked
    if element.get("data-marker") in ("__QUOTED_TEXT__", "__HEADERS__"):
        return Mark(SpanKind.QUOTE, "html: Zimbra", element)
    if element.tag == "blockquote":
        return _mark_of_blockquote(element, names)
    return _mark_of_division(element, names) if element.tag == "div" else None


def _mark_by_name(element: etree._Element, name: str) -> Mark | None:
    if name in _TO_THE_END:
        return Mark(SpanKind.QUOTE, f"html: {_TO_THE_END[name]}", element, to_the_end=True)
    if name in _QUOTES:
        return Mark(SpanKind.QUOTE, f"html: {_QUOTES[name]}", element)
    if name in _SIGNATURES and element.tag in ("div", "span", "pre", "p", "table", "td"):
        return Mark(SpanKind.SIGNATURE, f"html: {_SIGNATURES[name]}", element)
    return None


def _mark_of_division(element: etree._Element, names: list[str]) -> Mark | None:
    if "gmail_quote" in names and (_begins_with_dashes(element) or not _holds_quote(element)):
        return Mark(SpanKind.QUOTE, "html: Gmail forward", element)
    name = (element.get("name") or "").lower()
    if name in _QUOTE_NAMES:
        return Mark(SpanKind.QUOTE, f"html: {_QUOTE_NAMES[name]}", element)
    if name == "messagesignaturesection":
        return Mark(SpanKind.SIGNATURE, "html: Spark", element)
    if _is_outlook_header(element):
        return Mark(SpanKind.QUOTE, "html: Outlook", element, to_the_end=True)
    return None


def _names(element: etree._Element) -> list[str]:
    words = f"{element.get('class') or ''} {element.get('id') or ''}".lower().split()
    return [_PREFIX.sub("", word) or word for word in words[:20]]


def _mark_of_blockquote(element: etree._Element, names: list[str]) -> Mark | None:
    """An indented paragraph is a blockquote too; a quote has a mark or a bar on its left."""
    style = (element.get("style") or "").replace(" ", "").lower()
    if (element.get("type") or "").lower() == "cite" or element.get("cite") is not None or "gmail_quote" in names:
        return Mark(SpanKind.QUOTE, "html: cited blockquote", element)
    if "border-left" in style and "border-left:none" not in style and "border-left-width:0" not in style:
        return Mark(SpanKind.QUOTE, "html: blockquote with a bar", element)
    return None


def _holds_quote(element: etree._Element) -> bool:
    return next(element.iter("blockquote"), None) is not None


def _begins_with_dashes(element: etree._Element) -> bool:
    """So do forwards, and what they hold was all written by others, quotes or not."""
    words = (str(text).strip() for _, text in zip(range(4), element.itertext(), strict=False))
    return next((text for text in words if text), "").startswith("-----")


def _is_outlook_header(element: etree._Element) -> bool:
    """The thin line over From, Sent, To and Subject."""
    style = (element.get("style") or "").replace(" ", "").lower()
    if not style or not _BORDER_TOP.search(style):
        return False
    words = "".join(str(text) for _, text in zip(range(8), element.itertext(), strict=False)).strip()
    return _HEADER_WORD.match(words) is not None
