"""Recognise the line that says who wrote what follows: "On Monday Ann wrote:", in any language, wrapped or not."""

from __future__ import annotations

import re

from mailgate.parse.quotes.languages import MONTHS, WROTE, WROTE_CJK
from mailgate.parse.quotes.lines import Line, next_filled
from mailgate.parse.quotes.phrases import Phrases, any_of, listed, plain

MAX_LINES_WRAPPED = 5
MAX_LENGTH = 420
MAX_PHRASE = 80
MAX_EFFORT = 8_000  # a look at a line that ends like an attribution is 1; where it needs dear patterns 20

_WROTE = Phrases(WROTE, WROTE_CJK)
_LAST_LETTERS = frozenset(":\uff1a>)-=_*]\u202c")
_LAST_WORDS = frozenset(phrase.split()[-1].lower() for phrase in listed(WROTE))
_DIGIT = re.compile(r"\d")
_TIME = re.compile(r"(?<!\d)\d{1,2}\s?[:.hH]\s?\d{2}(?!\d)|(?<!\d)\d{1,2}\s?(?:am|pm|AM|PM|Uhr)\b|\d時|\d点|오[전후]")
_DATE = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?!\d)|(?<!\d)\d{1,2}\s?[./-]\s?\d{1,2}(?:\s?[./-]\s?\d{2,4})?(?!\d)|\d月|\d년"
)
_MONTHS = frozenset(map(plain, listed(MONTHS)))
_WORD_AND_DAY = re.compile(r"(?<!\w)([^\W\d_]+)(?:\.\s*|\s+)\d{1,2}(?!\d)")
_DAY_AND_WORD = re.compile(r"(?<!\d)\d{1,2}\.?(?:st|nd|rd|th)?\s(?:de\s)?([^\W\d_]+)(?!\w)")
_ADDRESS = re.compile(r"(?<![^\s<>@\"])[^\s<>@\"]+@[^\s<>@\"]{2,}")
_IN_BRACKETS = re.compile(r"[<\[(]\s?(?:mailto:)?[^\s<>@]{1,64}@[^\s<>@]{2,200}[>\])]")
_FULL_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\s|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}\s|\d{4}年")
_QUOTING = re.compile(r"(?i)(?:quoting|zitat von|citando|citat från|citát od|citation de|quote from)\s")
_SOMEBODY_WROTE_ON = re.compile(
    rf"(?i)^[*\"'<]{{0,2}}(?:[^\s<>]+\s){{1,5}}{any_of(WROTE)}\s(?:[^\W\d_]{{1,10}}\.?,?\s){{0,3}}.{{0,20}}\d"
    rf"{{1,4}}.{{0,20}}\d[:.]\d\d.{{0,12}}[:\uff1a]$"
)
_OPENS = re.compile(
    r"(?i)^[*_\"'\s\u201c-]{0,3}(?:(?:on|am|vom|le|el|il|il giorno|in data|em|no dia|op|den|på|dne|dňa"
    r"|dnia|w dniu|w|pe|ke|la|ma|ti|to|su|pada|vào|na dan"
    r"|dana|în|az|quoting|zitat von|citando|el día|o dia|a|στις|στο|в|во|vào lúc|ngày|kl|at|you|вы|du|vous"
    r"|בתאריך|بتاريخ|في|เมื่อ|ma\.?|ti\.?|ke\.?|to\.?|pe\.?|la\.?|su\.?|ons|tors|fre|lör|sön|mån"
    r"|tis)(?!\w)"
    r"|\d|[^\W\d_]{2,12}\.?,?\s\d|[<\"']|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\b|[^\s<>@]{1,64}@)"
)
_BY_A_THING = re.compile(
    r"\b(?:the|a|an|our|my|your|this|that|it|we|they|he|she|i)(?:\s[a-z]+){0,2}\s(?:wrote|said|writes)\s?:$",
    re.IGNORECASE,
)
_COLON = re.compile(r"[:\uff1a]\s{0,3}[*_>]?\s{0,3}$")
_WEEKDAY = re.compile(
    r"(?i)(?<!\w)(?:mon|tues?|wed|wednes|thu|thurs|fri|sat|satur|sun)(?:day)?\b|(?:montag|dienstag"
    r"|mittwoch|donnerstag|freitag|samstag|sonntag|lundi|mardi|mercredi|jeudi"
    r"|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo|lunedì|martedì"
    r"|mercoledì|giovedì|venerdì|sabato|domenica|segunda|terça|quarta|quinta|sexta"
    r"|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag|poniedziałek|wtorek|środa|czwartek"
    r"|piątek|sobota|niedziela|måndag|tisdag|onsdag|torsdag|fredag|lördag|söndag|mandag|tirsdag|lørdag"
    r"|søndag)"
)
_SENTENCE = re.compile(r"[.!?][\"')]?\s+[^\W\d_a-z][^\W\d_]*\s+\w+\s+\w+\s+\w+")
_STOP = re.compile(r"[.!?](?:\s|$)")


class Attributions:
    """Looks for attributions in these lines, until too many looked like one and were none: no person writes so."""

    def __init__(self, lines: list[Line]) -> None:
        self._lines = lines
        self._effort = 0

    def end_of(self, place: int) -> int | None:
        """The place after the attribution that begins at `place`, or None when none begins there."""
        end = self._end_of(place)
        if end is None:
            return None
        first = self._lines[place].bare
        if _OPENS.match(first) and _names_a_moment(first):
            return end
        for later in range(place + 1, end):  # "Thanks, Ann" above it is no part of it
            if not self._lines[later].bare.startswith(("<", "(", "[")) and self._end_of(later) == end:
                return None
        return end

    def _end_of(self, place: int) -> int | None:
        first = self._lines[place]
        if first.is_blank or first.is_quoted or len(first.bare) > MAX_LENGTH or self._effort > MAX_EFFORT:
            return None
        if not any(_may_end(line.bare) for line in self._lines[place : place + MAX_LINES_WRAPPED]):
            return None
        joined = ""
        for end in range(place, min(place + MAX_LINES_WRAPPED, len(self._lines))):
            line = self._lines[end]
            if line.is_blank and not _may_go_on(joined):
                return None
            if line.is_quoted and not (joined.count("<") > joined.count(">") and _COLON.search(line.bare)):
                return None
            joined = f"{joined} {line.bare}" if joined else line.bare
            if len(joined) > MAX_LENGTH:
                return None
            if _may_end(line.bare) and self._is_attribution(joined, end):
                return end + 1
        return None

    def _is_attribution(self, text: str, end: int) -> bool:
        self._effort += 1 if text[-1] == ")" else 20
        inner = _between_dashes(text)
        text = inner or text
        if inner or _COLON.search(text, len(text) - 8):
            said = plain(text)
            return self._announces(text, said, end) if _WROTE.stand_in(said) else _is_stamp(text)
        if _WROTE.end(plain(text[-MAX_PHRASE:]), signs=4):
            dated = _is_dated(text) and (_TIME.search(text) is not None or _ADDRESS.search(text) is not None)
            return dated and _OPENS.match(text) is not None
        if "@" not in text or not text.endswith((">", ")")):
            return False
        stamped = _is_dated(text) and _IN_BRACKETS.search(text) and _OPENS.match(text)
        return bool(stamped) and self._quote_follows(end)

    def _announces(self, text: str, said: str, end: int) -> bool:
        """With a word for "wrote" and a colon: when, or who, or the quote itself right below."""
        address = "@" in text and _ADDRESS.search(text) is not None
        if not address and _BY_A_THING.search(said[-MAX_PHRASE:]) and not self._quote_follows(end):
            return False
        if (address or _OPENS.match(text)) and (_is_dated(text) or _TIME.search(text)) and not _holds_sentence(text):
            return True
        if _SOMEBODY_WROTE_ON.match(text):
            return True
        if not _WROTE.end(said, signs=4):
            return False
        if address and len(text) < 200:  # noqa: PLR2004 - a line or two
            return True
        return len(text) < 120 and self._quote_follows(end, directly=True)  # noqa: PLR2004

    def _quote_follows(self, end: int, *, directly: bool = False) -> bool:
        following = next_filled(self._lines, end + 1, within=2 if directly else 3)
        return following is not None and self._lines[following].is_quoted


def _between_dashes(text: str) -> str:
    """An attribution may stand between dashes, as "Original Message" does."""
    inner = text.strip("-=_")
    framed = text[:2].strip("-=_") == text[-2:].strip("-=_") == ""
    return inner.strip() if framed and 10 <= len(inner.strip()) <= 300 else ""  # noqa: PLR2004 - a name and a date


def _may_end(text: str) -> bool:
    """Cheap: attributions end in a colon, a bracket, dashes or "wrote"."""
    last = text[-1:]
    return (
        last in _LAST_LETTERS
        if last and not last.isalnum()
        else last != "" and text.rpartition(" ")[2].lower() in _LAST_WORDS
    )


def _is_dated(text: str) -> bool:
    """Every date has a digit; the patterns are dear."""
    if _DIGIT.search(text) is None:
        return False
    if _DATE.search(text) is not None:
        return True
    lower = text.lower()
    beside_days = (found[1] for pattern in (_WORD_AND_DAY, _DAY_AND_WORD) for found in pattern.finditer(lower))
    return any(word in _MONTHS for word in beside_days)


def _holds_sentence(text: str) -> bool:
    found = _SENTENCE.search(text)
    return found is not None and _STOP.search(text, found.end()) is not None


def _names_a_moment(text: str) -> bool:
    return bool(_is_dated(text) or _TIME.search(text) or _WEEKDAY.search(text))


def _may_go_on(joined: str) -> bool:
    """Some programs put a blank line into the attribution: after an opening bracket or a comma."""
    return joined.endswith("<") or (
        joined.endswith(",") and _OPENS.match(joined) is not None and _names_a_moment(joined)
    )


def _is_stamp(text: str) -> bool:
    """Without a word for "wrote": a date, a time and an address in brackets before the colon."""
    if "@" not in text or not _IN_BRACKETS.search(text):
        return False
    if _FULL_DATE.match(text) or _QUOTING.match(text):
        return True
    return _is_dated(text) and _TIME.search(text) is not None and _OPENS.match(text) is not None
