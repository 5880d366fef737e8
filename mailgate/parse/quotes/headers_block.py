"""Recognise what stands over an unmarked quote: "Original Message", and From, Sent, To, Subject in any language."""

from __future__ import annotations

import re
from functools import lru_cache

from mailgate.parse.quotes.languages import (
    BEGIN_FORWARDED,
    CC,
    CC_CJK,
    END_OF_FORWARDED,
    FORWARDED,
    FROM,
    FROM_CJK,
    IN_DASHES,
    ORIGINAL,
    SENT,
    SENT_CJK,
    SUBJECT,
    SUBJECT_CJK,
    TO,
    TO_CJK,
)
from mailgate.parse.quotes.lines import Line
from mailgate.parse.quotes.phrases import any_of, listed, plain

MAX_BLOCK = 14

_FIELDS = {
    plain(word): name
    for name, words in (
        ("cc", f"{CC}|{CC_CJK}"),
        ("subject", f"{SUBJECT}|{SUBJECT_CJK}"),
        ("to", f"{TO}|{TO_CJK}"),
        ("sent", f"{SENT}|{SENT_CJK}"),
        ("from", f"{FROM}|{FROM_CJK}"),  # last: a word with two meanings is a From
    )
    for word in listed(words)
}
_ANY_FIELD = re.compile(r"^[>*_|\s\-\u2022]{0,4}([^\W\d_][^:\uff1a]{0,34})[:\uff1a]")
MAX_FLAT = 4_000
MAX_SEPARATOR = 160
MAX_PHRASE = 80
_DASH_LETTERS = "-\u2010\u2011\u2012\u2013\u2014\u2015=_*~+#>"
_DASHES = rf"[{re.escape(_DASH_LETTERS)}]"
_SEPARATOR = re.compile(
    rf"(?i)^[>*\s]{{0,3}}{_DASHES}{{2,}}+\s*+(?:{any_of(ORIGINAL)}|{any_of(FORWARDED)}"
    rf"|{any_of(IN_DASHES)})[^-\n]{{0,60}}?\s*{_DASHES}{{2,}}+\s*:?\s*$"
)
_SAY_ORIGINAL = frozenset(map(plain, listed(f"{ORIGINAL}|{FORWARDED}")))
_SAY_BEGIN = frozenset(map(plain, listed(BEGIN_FORWARDED)))
_FORWARD = re.compile(
    rf"(?i)^[>*\s]{{0,3}}(?:{_DASHES}{{2,30}}+\s*+(?:{any_of(FORWARDED)}|Forwarded|Fwd|Forward)[^\n]{{0,80}}?\s*"
    rf"{_DASHES}{{2,30}}+|{any_of(FORWARDED)})\s*[:\uff1a]?$"
)
_FLAT = re.compile(
    rf"(?i)^[>*\s]{{0,3}}{_DASHES}{{2,30}}+\s*+(?:{any_of(FORWARDED)}|{any_of(ORIGINAL)})\s*{_DASHES}{{2,30}}+\s*+"
    rf"(?:{any_of(FROM, ends=False)}|{any_of(FROM_CJK, ends=False)})\s?[:\uff1a]"
)
_FLAT_FIELD = re.compile(rf"(?<!\n)((?!Re\b)({any_of(f'{FROM}|{SENT}|{TO}|{CC}|{SUBJECT}', ends=False)})\s?:)(?=\s)")
_END_OF_FORWARD = re.compile(rf"(?i)^[>*\s]{{0,3}}{_DASHES}{{2,24}}+\s*+{any_of(END_OF_FORWARDED)}")
_BANNER = re.compile(
    r"(?i)^[\[(*!\s]{0,4}(?:caution|external|warning|attention|achtung|vorsicht|extern|externe|cuidado|let op|uwaga)\b"
    r"(?=.{0,80}\b(?:e-?mail|mail|message|sender|nachricht|absender|courriel|correo|mensaje|messaggio|bericht)\b)"
    r".{0,80}?\b(?:originated|(?:from )?outside|external (?:sender|source|e-?mail)|extern\w*|unknown sender|außerhalb"
    r"|fuera|extérieur|esterno|buiten|spoza)\b"
)
_RULE_LETTERS = "_\u2014\u2015\u2500-=*~"
_RULE = re.compile(r"^(?:[_\u2014\u2015\u2500]{5,}|-{8,}|={8,}|\*{8,}|~{8,})$")
_ABOVE_THIS_LINE = re.compile(
    r"(?i)\b(?:reply|respond|type|write|answer|response)\b.{0,40}\babove this\b.{0,20}\bline\b"
    r"|(?:antwort\w*|schreib\w*).{0,40}(?:oberhalb|über) dieser (?:linie|zeile)|(?:répon"
    r"|écri)\w*.{0,40}au-dessus de cette ligne"
    r"|(?:respond|escrib|respuesta)\w*.{0,40}(?:encima|arriba) de esta (?:línea|linea)|(?:rispond|scriv"
    r"|risposta)\w*.{0,40}sopra questa (?:riga|linea)"
    r"|(?:respond|escrev|resposta)\w*.{0,40}acima desta linha|(?:antwoord|typ|schrijf"
    r"|reageer)\w*.{0,40}boven deze (?:lijn|regel)|odpowied\w*.{0,40}(?:powyżej|nad) t(?:ej|ą) lini"
)
_ABOVE = (
    "above this",
    "oberhalb",
    "über dieser",
    "au-dessus",
    "encima",
    "arriba",
    "sopra",
    "acima",
    "boven",
    "powyżej",
    "nad t",
)
_ADDRESS = re.compile(r"(?<![^\s<>@])[^\s<>@]+@[^\s<>@]{2,}")
_MINUTE = re.compile(r"(?<!\d)\d{1,2}\s?[:.hH]\s?\d{2}(?!\d)")


def is_separator(line: Line) -> bool:
    """A line that announces the mail quoted below it, all by itself."""
    text = line.bare
    if text[:1] in _DASH_LETTERS:
        is_short = len(text) <= MAX_SEPARATOR
        return (is_short and _SEPARATOR.match(text) is not None) or _says_begin(line) or _FLAT.match(text) is not None
    return _says_begin(line) or text[:30].lower().startswith("original message processed by ")


def _says_begin(line: Line) -> bool:
    return len(line.bare) < MAX_PHRASE and plain(line.bare.rstrip(":\uff1a").lstrip("* ")) in _SAY_BEGIN


def is_forward_separator(line: Line) -> bool:
    """A separator that speaks of forwarding, so that what stands below was passed on."""
    return _says_begin(line) or (len(line.bare) <= MAX_SEPARATOR and _FORWARD.match(line.bare) is not None)


def is_end_of_forward(line: Line) -> bool:
    """What some programs write below a mail that was passed on."""
    return len(line.bare) <= MAX_SEPARATOR and _END_OF_FORWARD.match(line.bare) is not None


def is_banner(text: str) -> bool:
    """Whether a gateway wrote "CAUTION: This email originated from outside" or its like."""
    return _BANNER.match(text) is not None


def is_loose_separator(line: Line) -> bool:
    """The same words with few or no dashes: these count only above a header block."""
    return len(line.bare) < MAX_PHRASE and plain(line.bare.strip(_DASH_LETTERS + " \t:")) in _SAY_ORIGINAL


def is_rule(line: Line) -> bool:
    """A line drawn across the page."""
    return line.bare[:1] in _RULE_LETTERS and _RULE.match(line.bare) is not None


def may_say_reply_above(text: str) -> bool:
    """Cheap, for a whole text: without these words no line of it says so."""
    lower = text.lower()
    return any(word in lower for word in _ABOVE)


def is_reply_above(line: Line) -> bool:
    """What ticket systems write: nothing below this line is new."""
    return len(line.bare) < 200 and _ABOVE_THIS_LINE.search(line.bare) is not None  # noqa: PLR2004


def find_header_block(lines: list[Line], place: int) -> int | None:
    """The place after the header block that begins at `place`, or None when none begins there."""
    first = field_of(lines[place].bare)
    if first is None or first == "cc":
        return None
    seen = [first]
    evidence = _has_evidence(lines[place].bare)
    end = place + 1
    blanks = 0
    for following in range(place + 1, min(place + MAX_BLOCK, len(lines))):
        line = lines[following]
        if line.is_blank:
            blanks += 1
            if blanks > len(seen) or _is_complete(seen):
                break
            continue
        field = field_of(line.bare)
        if field is not None:
            seen.append(field)
            evidence = evidence or _has_evidence(line.bare)
            end = following + 1
        elif blanks or not _continues(line.bare, seen):
            break
        else:
            evidence = evidence or _has_evidence(line.bare)
            end = following + 1
    kinds = set(seen) - {"cc"}
    if "from" not in kinds or not (evidence or len(kinds) == 4):  # noqa: PLR2004 - From, Sent, To, Subject
        return None
    return end if len(kinds) >= 3 or "sent" in kinds else None  # noqa: PLR2004 - From and two more, or From and when


@lru_cache(maxsize=64)  # a block is looked for from each of its lines
def field_of(text: str) -> str | None:
    """Which header a line gives: from, sent, to, subject or cc."""
    found = _ANY_FIELD.match(text)
    return _FIELDS.get(plain(found[1].rstrip("*_ \t"))) if found else None


def flat_head(text: str) -> str:
    """A head that a program has put on the line of its separator, spread over lines of its own."""
    first, end, rest = text.partition("\n")
    if len(first) > MAX_FLAT or not _FLAT.match(first):
        return text
    return _FLAT_FIELD.sub(r"\n\1", first) + end + rest


def value_of(text: str) -> tuple[str, str] | None:
    """Which header a line gives, and what it says."""
    field = field_of(text)
    if field is None:
        return None
    return field, re.split("[:\uff1a]", text, maxsplit=1)[1].strip(" \t*_")


@lru_cache(maxsize=64)
def _has_evidence(text: str) -> bool:
    """An address, or a moment to the minute: an itinerary has "From", "To" and a date, too."""
    return _ADDRESS.search(text) is not None or _MINUTE.search(text) is not None


def _is_complete(seen: list[str]) -> bool:
    return len(set(seen) - {"cc"}) >= 4  # noqa: PLR2004 - From, Sent, To, Subject


def _continues(text: str, seen: list[str]) -> bool:
    """A wrapped list of recipients or a wrapped subject, or a value on the line below its name."""
    return "subject" not in seen[:-1] and (seen[-1] in ("to", "cc", "from", "sent", "subject")) and len(text) < 200  # noqa: PLR2004
