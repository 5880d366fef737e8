"""Attack 18: a letter that an admin wrote reads nothing of ours, opens nothing, and ends."""

import os
import random
from collections.abc import Iterator
from time import monotonic

import pytest

from mailgate.compose import about
from mailgate.compose.letters import LETTERS
from mailgate.compose.sandbox import BrokenLetter, Sandbox, check
from tests.support.template_attacks import attacks

LEAKS = ("<class '", "<function", "<built-in", "<bound method", "object at 0x", "root:x:0", "mappingproxy", "uid=0")
TRIED = "may not do this"  # what our hook says to whoever opens a file, a socket or a module
A_FEW = 120


@pytest.fixture(scope="module")
def cell() -> Iterator[Sandbox]:
    made = Sandbox()
    yield made
    made.close()


def _every() -> list[tuple[str, str]]:
    return [(letter, attack) for letter in LETTERS for attack in attacks(about.variables(letter)[2].name)]


@pytest.mark.parametrize("field", ["text", "html"])
def test_no_template_reads_opens_or_outlives_its_time(cell: Sandbox, field: str) -> None:
    some = random.Random(f"{field} {os.environ.get('SEED', '')}").sample(_every(), A_FEW)
    for letter, attack in some:
        _survives(cell, letter, attack, field)


@pytest.mark.slow
def test_ten_thousand_attacks(cell: Sandbox) -> None:
    every = _every()
    assert len(every) >= 10_000
    for number, (letter, attack) in enumerate(every):
        _survives(cell, letter, attack, "html" if number % 2 else "text")
        if number % 10 == 0:
            _is_named(letter, attack)


def test_what_is_no_letter_is_refused_when_it_is_saved() -> None:
    for letter, attack in random.Random("saving").sample(_every(), 60):
        _is_named(letter, attack)


def _survives(cell: Sandbox, letter: str, attack: str, field: str) -> None:
    """The second wall, alone: whatever comes to be rendered without having been looked at."""
    own = {"subject": attack[:2000], "text": attack, "html": attack if field == "html" else ""}
    if field == "html":
        own["subject"], own["text"] = "x", "x"
    begun = monotonic()
    try:
        said = str(cell.ask({"variables": about.sample(letter, "en").variables, "blocks": {}, "letter": own}))
    except BrokenLetter as error:
        said = str(error)
    assert monotonic() - begun < 30, attack[:200]  # two seconds, and what a busy machine needs for a new process
    assert TRIED not in said, attack[:200]
    assert not [leak for leak in LEAKS if leak in said], (attack[:200], said[:500])


def _is_named(letter: str, attack: str) -> None:
    """The first wall: nothing that could read or call gets as far as being saved."""
    known = {variable.name for variable in about.variables(letter)}
    is_harmful = any(
        sign in attack for sign in (".__", "['__", "('", "(1", "()", "{% for", "{% set", "{% include", "**9")
    )
    if is_harmful and "{% raw" not in attack:
        assert check({"text": attack}, known), attack[:200]
