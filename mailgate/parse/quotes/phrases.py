"""Find phrases in a line by a word of theirs, however many phrases there are."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from functools import cache

MAX_TAIL = 3  # signs that belong to a phrase, as in "napsal(a)"
_WORD = re.compile(r"\w+")


def any_of(words: str, *, ends: bool = True) -> str:
    """A pattern for any of the words (one a line or separated by |), longest first."""
    each = {re.escape(word).replace(r"\ ", r"\s+") for word in listed(words)}
    pattern = "|".join(sorted(each, key=len, reverse=True))
    return rf"(?:{pattern})" + (r"(?!\w)" if ends else "")


@cache
def listed(words: str) -> tuple[str, ...]:
    """Each of the words, and as people write it on a keyboard without accents."""
    each = [word.strip() for word in re.split(r"[|\n]", words) if word.strip()]
    return tuple(dict.fromkeys([*each, *map(_without_accents, each)]))


def _without_accents(word: str) -> str:
    """Letters of other scripts stay."""
    if word[:1] > "\u024f":
        return word
    bare = unicodedata.normalize("NFD", word.replace("ł", "l").replace("ø", "o"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def plain(text: str) -> str:
    """Lower case, with single blanks: what phrases are compared as."""
    return " ".join(text.lower().split())


class Phrases:
    """Phrases of whole words, and others (of scripts that put no blanks between words) that may stand anywhere."""

    def __init__(self, words: str, anywhere: str = "") -> None:
        self._by_longest: dict[str, list[str]] = defaultdict(list)
        self._by_last: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self._anywhere = tuple(plain(phrase) for phrase in listed(anywhere))
        for phrase in map(plain, listed(words)):
            tokens = list(_WORD.finditer(phrase))
            self._by_longest[max(_WORD.findall(phrase), key=len)].append(phrase)
            self._by_last[tokens[-1][0]].append((phrase, len(phrase) - tokens[-1].end()))

    def stand_in(self, text: str) -> bool:
        """Whether one of them stands somewhere in this text, which is `plain`."""
        if any(phrase in text for phrase in self._anywhere):
            return True
        words = self._by_longest.keys() & set(_WORD.findall(text))
        return any(_stands_in(phrase, text) for word in words for phrase in self._by_longest[word])

    def end(self, text: str, *, signs: int) -> bool:
        """Whether one of them ends this text, which is `plain`, with no more than so many other signs behind it."""
        end = len(text)
        while end and not _is_word(text[end - 1]) and len(text) - end < signs + MAX_TAIL:
            end -= 1
        begin = end
        while begin and _is_word(text[begin - 1]):
            begin -= 1
        for phrase, tail in self._by_last.get(text[begin:end], ()):
            start = end + tail - len(phrase)
            is_whole = start >= 0 and not _is_word(text[start - 1 : start]) and text.startswith(phrase, start)
            if is_whole and len(text) - end - tail <= signs:
                return True
        return len(text) - end <= signs and text.endswith(self._anywhere, 0, end)


def _stands_in(phrase: str, text: str) -> bool:
    start = text.find(phrase)
    while start >= 0:
        end = start + len(phrase)
        if not _is_word(text[start - 1 : start]) and not _is_word(text[end : end + 1]):
            return True
        start = text.find(phrase, start + 1)
    return False


def _is_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_"
