"""Pages speak several languages: what is said in English is looked up in the catalogue of a language.

A catalogue is `web/words/LANGUAGE.json`: each English sentence with its translation. What is not in it stays English.
Rooms speak English alone, as the API, the terminal and the log do. A sentence of theirs that reaches a page finished
(a refusal, a reason, what happened) is recognised by the pattern it was made from, and said anew with its values.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path

from flask import request

from mailgate.store.agents import PAGES_IN

DAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "de": ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
    "fr": ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."),
    "es": ("lun", "mar", "mié", "jue", "vie", "sáb", "dom"),
}
LANGUAGES = PAGES_IN
_WORDS = Path(__file__).parent / "words"
NAMES = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español"}  # as those who read them call them
_VALUE = re.compile(r"%\((\w+)\)s|\{(\w*)\}")  # where a sentence has a value
_LEAST = 5  # letters a pattern has beside its values: with fewer, it would recognise anything
_DAY = re.compile(rf"\b(?:{'|'.join(DAYS['en'])})(?= \d{{4}}-\d\d-\d\d)")  # as rooms write a moment
_language: ContextVar[str | None] = ContextVar("language of what is written here", default=None)


def speak(language: str) -> None:
    """From here on, to the end of the request, pages are in this language."""
    _language.set(language)


def fall_silent(_: object = None) -> None:
    """After a request: what its thread does next is in no language yet."""
    _language.set(None)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """What is written here, outside a request, is in this language."""
    before = _language.set(language)
    try:
        yield
    finally:
        _language.reset(before)


def chosen() -> str | None:
    """The language of this page, if somebody has said which."""
    return _language.get()


def spoken() -> str:
    """The language of this page."""
    return _language.get() or "en"


def wanted(*first: str | None, usual: str) -> str:
    """The first of these that we speak, else what the browser asks for, else the usual."""
    asked = (name.lower().partition("-")[0] for name, weight in request.accept_languages if weight > 0)
    return next((one for one in (*first, *asked, usual) if one in LANGUAGES), "en") or "en"


def say(text: str, **values: object) -> str:
    """A sentence in the language of this page, with its values put in."""
    found = catalogue(spoken()).get(text, text)
    return found % values if values else found


def say_number(one: str, several: str, number: int) -> str:
    """The same for one that depends on a number."""
    return say(one if number == 1 else several)


def say_count(one: str, several: str, number: int, **values: object) -> str:
    """The same with its number put in, as `%(num)s`."""
    return say_number(one, several, number) % {"num": number, **values}


def later(text: str) -> str:
    """Marks a sentence that is said when it is shown, so that catalogues know it."""
    return text


def told(sentence: object) -> str:
    """A finished English sentence of a room in the language of this page; one nobody knows stays as it is."""
    text, language = str(sentence), spoken()
    return text if language == "en" or not text else _told(text, language)


def told_all(words: Mapping[str, str]) -> dict[str, str]:
    """A list of words by their keys, in the language of this page."""
    return {key: told(word) for key, word in words.items()}


@lru_cache(maxsize=2000)
def _told(text: str, language: str) -> str:
    known = catalogue(language).get(text) or _recognised(text, language)
    if known is not None:
        return known
    if text.endswith(".") and (told := _told(text[:-1], language)) != text[:-1]:
        return f"{told}."
    head, stop, tail = text.partition(". ")  # several sentences, one after the other
    return f"{_told(head + '.', language)} {_told(tail, language)}" if stop else text


def _recognised(text: str, language: str) -> str | None:
    """A sentence with values, said anew with them."""
    for mark, pattern, other in _patterns(language):
        if mark in text and (found := pattern.fullmatch(text)):
            return _filled(other, {name: _value(value, language) for name, value in found.groupdict().items()})
    return None


def _value(value: str, language: str) -> str:
    """A value that is itself a word of ours, or a moment, is said as well."""
    bare, here = value.strip(), DAYS[language]
    known = catalogue(language).get(bare) or (_recognised(bare, language) if " " in bare else None)
    if known is not None:
        return value.replace(bare, known)
    return _DAY.sub(lambda day: here[DAYS["en"].index(day[0])], value)


def _filled(sentence: str, values: Mapping[str, str]) -> str:
    """A translated sentence with the values of the English one."""
    return _VALUE.sub(lambda place: values[_group(place)], sentence.replace("%%", "%"))


@cache
def _patterns(language: str) -> list[tuple[str, re.Pattern[str], str]]:
    """Every sentence with values: its longest words, what recognises it, its translation; the most telling first."""
    found = []
    for english, other in catalogue(language).items():
        words = [words for words in _VALUE.split(english)[::3] if words]
        if _VALUE.search(english) and sum(map(_letters, words)) >= _LEAST:
            found.append((sum(map(len, words)), max(words, key=len).replace("%%", "%"), _pattern(english), other))
    return [(mark, pattern, other) for _, mark, pattern, other in sorted(found, key=lambda one: -one[0])]


def _pattern(english: str) -> re.Pattern[str]:
    """What recognises a sentence: its words as they are, anything in place of a value, the same for the same value."""
    parts, end, seen = [], 0, set()
    for place in _VALUE.finditer(english):
        name = _group(place)
        parts.append(re.escape(english[end : place.start()].replace("%%", "%")))
        parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>.*?)")
        seen.add(name)
        end = place.end()
    parts.append(re.escape(english[end:].replace("%%", "%")))
    return re.compile("".join(parts), re.DOTALL)


def _group(place: re.Match[str]) -> str:
    """The name of a value; one without is the only one."""
    return place[1] or place[2] or "it"


def _letters(words: str) -> int:
    return sum(map(str.isalpha, words))


@cache
def catalogue(language: str) -> dict[str, str]:
    """All that is translated; read once a process."""
    path = _WORDS / f"{language}.json"
    return json.loads(path.read_text(encoding="utf-8")) if language != "en" and path.is_file() else {}
