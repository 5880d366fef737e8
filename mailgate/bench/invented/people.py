"""Put a person together: a name, an address, a language."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from random import Random

from mailgate.bench.invented.words import PRODUCTS, TONGUES, Tongue

_SHARES = (40, 30, 15, 15)  # of English, German, French, Spanish


@dataclass(frozen=True, slots=True)
class Invented:
    """Somebody who writes to us."""

    name: str
    address: str
    tongue: Tongue


def invent(chance: Random, number: int) -> Invented:
    """The person of this number; the address holds it, so no two are alike."""
    tongue = chance.choices(TONGUES, _SHARES)[0]
    given, family = chance.choice(tongue.given), chance.choice(tongue.family)
    local = f"{_ascii(given)}.{_ascii(family)}{number}".lower()
    return Invented(f"{given} {family}", f"{local}@{chance.choice(tongue.domains)}", tongue)


def subject(chance: Random, tongue: Tongue) -> tuple[str, str]:
    """A category and a subject."""
    category, line = chance.choice(tongue.subjects)
    return category, line.replace("{n}", str(chance.randint(10_000, 99_999)))


def body(chance: Random, who: Invented, sentences: int) -> str:
    """A greeting, some paragraphs, a name."""
    words = [chance.choice(who.tongue.sentences) for _ in range(sentences)]
    words[-1] += f" ({chance.choice(PRODUCTS)} {chance.randint(100, 9999)})"
    paragraphs = [" ".join(words[start : start + 3]) for start in range(0, sentences, 3)]
    opening, closing = chance.choice(who.tongue.greetings), chance.choice(who.tongue.farewells)
    return "\n\n".join([opening, *paragraphs, f"{closing}\n{who.name}"])


def _ascii(name: str) -> str:
    return unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode()
