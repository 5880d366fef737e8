"""Choose the agent for a ticket, and say why it is them and nobody else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

_USUAL = 20  # what an agent without a capacity is compared by
_TOLD = 8  # so many agents are explained; of the others, how many they are


class Method(StrEnum):
    """How a team gives its tickets out."""

    BY_HAND = "by_hand"
    ROUND_ROBIN = "round_robin"
    LEAST_LOADED = "least_loaded"


class Weight(StrEnum):
    """How much it matters whether an agent fits."""

    IGNORE = "ignore"
    PREFER = "prefer"
    REQUIRE = "require"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a team goes by."""

    method: Method = Method.LEAST_LOADED
    skill: Weight = Weight.PREFER
    language: Weight = Weight.PREFER
    region: Weight = Weight.PREFER
    known: Weight = Weight.PREFER  # the agent the customer knows; never required


@dataclass(frozen=True, slots=True)
class Need:
    """What a ticket asks of an agent. `categories`: the names of its own and of those above it, in lower case."""

    categories: frozenset[str] = frozenset()
    category: str = ""
    language: str | None = None
    region: str = ""
    tier: int = 1
    known_id: int | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent who could have it. `capacity`: None is without end. `turn`: higher is later."""

    id: int
    name: str
    capacity: int | None
    load: int
    presence: str = "available"
    tier: int = 1
    turn: int = 0
    skills: frozenset[str] = frozenset()  # in lower case
    languages: frozenset[str] = frozenset()
    region: str = ""

    @property
    def is_full(self) -> bool:
        return self.capacity is not None and self.load >= self.capacity

    @property
    def share(self) -> str:
        return f"{self.load} of {self.capacity}" if self.capacity is not None else f"has {self.load}"


@dataclass(frozen=True, slots=True)
class Choice:
    """Who it is, or None, and why: a sentence an agent, theirs first."""

    agent: Candidate | None
    reasons: tuple[str, ...]


def choose(need: Need, candidates: Sequence[Candidate], rule: Rule) -> Choice:
    """The agent who fits best and has room; among equals whoever has least to do, or whose turn it is."""
    ruled_out = {one.id: why for one in candidates if (why := _why_not(one, need, rule)) is not None}
    left = [one for one in candidates if one.id not in ruled_out]
    others = [f"{one.name}: {ruled_out[one.id]}." for one in candidates if one.id in ruled_out]
    if not left:
        return Choice(None, _shortened(others or ["Nobody is there who could have it."]))
    best = min(left, key=lambda one: _place(one, need, rule))
    last = max(candidates, key=lambda one: one.turn)
    told = [*_fits(best, need, rule), best.share]
    told += [f"last was {last.name}"] if last.turn and len(candidates) > 1 else []
    beside = [f"{one.name}: {', '.join([*_fits(one, need, rule), one.share])}." for one in left if one.id != best.id]
    return Choice(best, _shortened([f"{best.name}: {', '.join(told)}.", *beside, *others]))


def _why_not(one: Candidate, need: Need, rule: Rule) -> str | None:
    """Why an agent cannot have the ticket."""
    if one.presence != "available":
        return one.presence
    if one.is_full:
        return f"full, {one.share}"
    if one.tier < need.tier:
        return f"tier {one.tier}, and the ticket is at tier {need.tier}"
    for weight, is_asked, fits, _, lacking in _points(one, need, rule):
        if weight == Weight.REQUIRE and is_asked and not fits:
            return lacking
    return None


def _place(one: Candidate, need: Need, rule: Rule) -> tuple[float, ...]:
    """Where an agent stands: what fits counts first, in this order, then the lowest tier that will do."""
    knows = rule.known != Weight.IGNORE and one.id == need.known_id
    matched = [weight != Weight.IGNORE and is_asked and fits for weight, is_asked, fits, *_ in _points(one, need, rule)]
    order = (-int(knows), *(-int(each) for each in matched), one.tier - need.tier)
    if rule.method == Method.ROUND_ROBIN:
        return (*order, one.turn, one.id)
    return (*order, one.load / (one.capacity or _USUAL), one.load, one.turn, one.id)


def _points(one: Candidate, need: Need, rule: Rule) -> Iterator[tuple[Weight, bool, bool, str, str]]:
    """What is looked at: how much it matters, whether the ticket asks for it, whether they have it, and the words."""
    has_skill = bool(one.skills & need.categories)
    yield rule.skill, bool(need.categories), has_skill, f"has {need.category}", f"does not have {need.category}"
    spoken = language_name(need.language)
    speaks = need.language in one.languages
    yield rule.language, bool(need.language), speaks, f"speaks {spoken}", f"does not speak {spoken}"
    is_there = one.region.casefold() == need.region.casefold()
    yield rule.region, bool(need.region), is_there, f"is in {need.region}", f"is not in {need.region}"


def _fits(one: Candidate, need: Need, rule: Rule) -> Iterator[str]:
    """What speaks for an agent."""
    if rule.known != Weight.IGNORE and one.id == need.known_id:
        yield "the customer knows them"
    for weight, is_asked, fits, having, _ in _points(one, need, rule):
        if weight != Weight.IGNORE and is_asked and fits:
            yield having


def _shortened(lines: Sequence[str]) -> tuple[str, ...]:
    if len(lines) <= _TOLD:
        return tuple(lines)
    return (*lines[: _TOLD - 1], f"And {len(lines) - _TOLD + 1} others.")


_LANGUAGES = {
    "ar": "Arabic", "cs": "Czech", "da": "Danish", "de": "German", "en": "English", "es": "Spanish", "fi": "Finnish",
    "fr": "French", "it": "Italian", "ja": "Japanese", "nl": "Dutch", "no": "Norwegian", "pl": "Polish",
    "pt": "Portuguese", "ru": "Russian", "sv": "Swedish", "tr": "Turkish", "uk": "Ukrainian", "zh": "Chinese",
}  # fmt: skip


def language_name(code: str | None) -> str:
    """What a language is called; of a rare one, its code."""
    return _LANGUAGES.get(code or "", code or "")
