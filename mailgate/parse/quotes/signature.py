"""Tell a signature from the words above it: delimiters, mobile phrases, closings with a name, disclaimers."""

from __future__ import annotations

import re

from mailgate.mail import SpanKind
from mailgate.parse.quotes.languages import CLOSING, CLOSING_CJK, SENT_FROM, SENT_FROM_CJK
from mailgate.parse.quotes.lines import Line, split_lines
from mailgate.parse.quotes.phrases import any_of

MAX_SIGNATURE_LINES = 25
MAX_CLOSING_LINES = 14
MAX_RULED_LINES = 22
MAX_NAME = 50

_DELIMITER = re.compile(r"^(?:--|\u2014|\u2013|\u2014\u2014|__{1,3}|-- ?-{0,3}|\*{3}|- -|~~|\u2015)$")
_LONG_RULE = re.compile(r"^[-_=*~\u2014\u2500.]{3,}$")
_RULED = re.compile(r"^(?:_{5,}|-{3,}|={5,}|\*{5,}|~{5,}|\u2014{3,}|\u2500{3,})$")
_MOBILE = re.compile(
    rf"(?i)^[\W_]{{0,4}}(?:{any_of(SENT_FROM, ends=False)}|.{{0,30}}(?:{any_of(SENT_FROM_CJK, ends=False)}))"
    rf"(.{{0,90}})$"
)
_MOBILE_TR = re.compile(
    r"(?i)^[\w'\u2019 ]{2,30}(?:umdan|dan|den|ten|ımdan|imden) gönderildi\.?$|^[\w' -]{2,25}(?:-omról|-ról"
    r"|-ről) küldve\.?$"
)
_SENTENCE_GOES_ON = re.compile(
    r"(?:[;?]|\b(?:is|was|see|we|are|und|and|because|but|que|it|you|please|can|will|has|had)\b)"
)
_CLOSING = re.compile(
    rf"(?i)^[\W_]{{0,3}}(?:{any_of(CLOSING)}|{any_of(CLOSING_CJK, ends=False)})"
    rf"(?:\s*(?:,|&|\+|and|und|et|y|e|en|i|och|og|ja)?\s*{any_of(CLOSING)}){{0,2}}(?P<rest>[^\n]{{0,60}})$"
)
_THANKS = re.compile(
    r"(?i)^\W*(?:many |mille |vielen |herzlichen |besten |muchas |molte |muito |hartelijk |alvast |mange "
    r"|tusen )?(?:thank|thx|danke?|merci|gracias|grazie|obrigad|bedankt|dzięk|tack|takk?|kiitos|děkuj"
    r"|спасибо|ありがとう|谢谢)\w*"
)
# Its words are told apart by what stands between them: words that could end anywhere cost seconds on a line of base64.
_NAME = re.compile(
    r"^[\s,.!\u2013\u3002\uff01\u3001-]{0,4}"
    r"(?:[^\W\d_a-z][\w.'\u2019-]*(?:[\s,]+[^\W\d_a-z][\w.'\u2019-]*){0,4})?"
    r"[.,!)\s:;-]{0,4}$"
)
_NAME_WORDS = re.compile(r"[^\W\d_][\w'\u2019-]*")
_SENTENCE_END = re.compile(r"[.?!]\s*$")
_DISCLAIMER = re.compile(
    r"(?i)^\W{0,4}(?:this (?:e-?mail|message|communication|transmission)\b.{0,80}\b(?:confidential"
    r"|privileged|intended|property)"
    r"|confidentiality notice|disclaimer\b|virus-free\b|this email (?:has been|was) (?:checked|scanned)"
    r"|cette? (?:e-?mail|courriel|message) .{0,60}confidentiel"
    r"|diese e-?mail .{0,60}vertraulich|avast logo|avg logo|please consider the environment|save a tree"
    r"|d.i. le-?mail .{0,50}vertrouwelijk"
    r"|este (?:e-?mail|correo|mensaje|mensagem) .{0,60}(?:confidencial|privilegiad)|questa? (?:e-?mail"
    r"|messaggio) .{0,60}riservat|ten e-?mail .{0,60}poufn)"
)
_DASH_NAME = re.compile(r"^[-\u2013\u2014~/]{1,2}\s?[^\W\d_a-z][\w.'\u2019-]*(?:\s[^\W\d_a-z][\w.'\u2019-]*){0,2}\.?$")
_CONTACT = re.compile(
    r"(?i)(?:\+?\d[\d\s().-]{7,}\d)|https?://|www\.|[^\s@]{1,64}@[^\s@]{2,}|^(?:tel|phone|mobile|mob|cell"
    r"|fax|email|e-mail|web|t|m|f|p|e)\b\s?[.:]"
)


def mark_signature(lines: list[Line], start: int, end: int, sender: str, *, may_be_all: bool = False) -> None:
    """Mark the signature at the end of `lines[start:end]`, the new words between two quotes or around them."""
    while end > start and lines[end - 1].is_blank:
        end -= 1
    if end == start:
        return
    if may_be_all:  # the new words stand above: all of these may be a signature
        lines = [*lines[:start], *split_lines(""), *lines[start:]]
        end += 1
    place, rule = _find(lines, start, end, sender)
    for line in lines[place:end]:
        line.be(SpanKind.SIGNATURE, rule)


def _find(lines: list[Line], start: int, end: int, sender: str) -> tuple[int, str]:
    best, rule = end, ""
    for finder, name in (
        (_delimiter, "signature: delimiter"),
        (_mobile, "signature: mobile"),
        (_disclaimer, "signature: disclaimer"),
        (_closing, "signature: closing"),
        (_dash_name, "signature: dash and name"),
        (_ruled_off, "signature: below a line"),
        (_contact_block, "signature: contact details"),
    ):
        place = finder(lines, start, best)
        if place is not None and place < best:
            best, rule = place, name
    place = _senders_name(lines, start, best, sender)
    if place is not None:
        best, rule = place, "signature: the sender's name"
    return best, rule


def _delimiter(lines: list[Line], start: int, end: int) -> int | None:
    """Two dashes always; other short lines only when what stands below looks like a signature."""
    for place in range(max(start, end - MAX_SIGNATURE_LINES), end):
        text = lines[place].bare
        if not _DELIMITER.match(text):
            continue
        below = [line.bare for line in lines[place + 1 : end] if not line.is_blank]
        if text.startswith("--") or all(_may_stand_in_signature(line) for line in below):
            return place
    return None


def _mobile(lines: list[Line], start: int, end: int) -> int | None:
    filled = 0
    for place in range(end - 1, start - 1, -1):
        text = lines[place].bare
        if not text:
            continue
        filled += 1
        if filled > 4:  # noqa: PLR2004 - a phrase and perhaps a name or an advertisement below it
            return None
        if is_mobile_phrase(text):
            return place
    return None


def is_mobile_phrase(text: str) -> bool:
    """Whether it is "Sent from my iPhone" or its like, and no sentence that begins so."""
    if len(text) > 140:  # noqa: PLR2004 - a phrase
        return False
    found = _MOBILE.match(text)
    if found is None:
        return _MOBILE_TR.match(text) is not None
    rest = (found[1] or "").strip()
    if re.search(r"https?://|www\.|<", rest):
        return True
    return len(rest.split()) <= 9 and not _SENTENCE_GOES_ON.search(rest)  # noqa: PLR2004


def _closing(lines: list[Line], start: int, end: int) -> int | None:
    """A closing phrase with no more than a name, a title and addresses below it."""
    result = None
    filled = 0
    for place in range(end - 1, start - 1, -1):
        text = lines[place].bare
        if not text:
            continue
        filled += 1
        if filled > MAX_CLOSING_LINES:
            break
        if is_closing(text):
            if place == start or (filled == 1 and is_thanks(text)):
                return None  # nothing but a closing is an answer, too; and thanks alone are words
            result = place
            continue
        if result is not None or not _may_stand_in_signature(text):
            break
    return result


def is_closing(text: str) -> bool:
    """Whether it is "Best regards" or "Viele Grüße, Ann": the phrase alone or with a name."""
    found = _CLOSING.match(text) if len(text) < 90 else None  # noqa: PLR2004 - a phrase and a name
    return found is not None and _NAME.match(found["rest"]) is not None


def is_thanks(text: str) -> bool:
    """Thanks are a closing only with a name below them."""
    return _THANKS.match(text) is not None


def _may_stand_in_signature(text: str) -> bool:
    if _CONTACT.search(text) or _LONG_RULE.match(text) or _DELIMITER.match(text) or is_mobile_phrase(text):
        return True
    words = len(text.split())
    is_sentence = _SENTENCE_END.search(text.rstrip("\"')")) is not None and words > 4  # noqa: PLR2004 - "Acme Ltd."
    return len(text) < 70 and not is_sentence and not text.endswith("?") and words <= 9  # noqa: PLR2004


def _dash_name(lines: list[Line], start: int, end: int) -> int | None:
    place = end - 1
    while place > start and lines[place].is_blank:
        place -= 1
    return place if place > start and _DASH_NAME.match(lines[place].bare) else None


def _ruled_off(lines: list[Line], start: int, end: int) -> int | None:
    """A line across the page and a few lines below it: the footer of a list or of a firm."""
    for place in range(max(start + 1, end - MAX_RULED_LINES), end):
        text = lines[place].bare
        if not _RULED.match(text) or (
            place + 1 < end and lines[place + 1].is_blank is False and not lines[place - 1].is_blank and text[0] != "_"
        ):
            continue
        below = [line.bare for line in lines[place + 1 : end] if not line.is_blank]
        if below and all(_may_stand_in_signature(line) or text[0] == "_" for line in below):
            before = place - 1
            while before > start and lines[before].is_blank:
                before -= 1
            return before if before > start and _DASH_NAME.match(lines[before].bare) else place
    return None


def _contact_block(lines: list[Line], start: int, end: int) -> int | None:
    """The last paragraph, when it is a name and addresses."""
    place = end
    while place > start and not lines[place - 1].is_blank:
        place -= 1
    block = [line.bare for line in lines[place:end]]
    if place == start or not 2 <= len(block) <= MAX_CLOSING_LINES:  # noqa: PLR2004 - a line alone may be an answer
        return None
    contacts = sum(_CONTACT.search(text) is not None for text in block)
    name_first = _NAME.match(block[0].strip("*_")) is not None and not _CONTACT.search(block[0]) and len(block[0]) > 2  # noqa: PLR2004
    if contacts * 5 >= len(block) * 2 and name_first and all(_may_stand_in_signature(text) for text in block):
        return place
    return None


def _disclaimer(lines: list[Line], start: int, end: int) -> int | None:
    for place in range(max(start + 1, end - MAX_SIGNATURE_LINES), end):
        if _DISCLAIMER.match(lines[place].bare):
            return place - 1 if place - 1 > start and _LONG_RULE.match(lines[place - 1].bare) else place
    return None


def _senders_name(lines: list[Line], start: int, end: int, sender: str) -> int | None:
    """The name the mail came under, alone on one of the last lines, with what belongs to it below."""
    names = {word.lower() for word in _NAME_WORDS.findall(sender) if len(word) > 1}
    if not names:
        return None
    filled = 0
    for place in range(end - 1, start, -1):
        text = lines[place].bare
        if not text:
            continue
        filled += 1
        words = _NAME_WORDS.findall(text.lower()) if len(text) < MAX_NAME else []
        known = [word for word in words if word in names]
        if known and len(words) <= min(4, len(known) * 2) and not text.endswith("?"):
            before = place - 1
            while before > start and lines[before].is_blank:
                before -= 1
            return before if before > start and is_closing(lines[before].bare) else place
        if filled > 6 or not _may_stand_in_signature(text):  # noqa: PLR2004 - a name, a title, a firm, its addresses
            return None
    return None
