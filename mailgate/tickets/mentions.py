"""Whom a note names: `@mara`, `@mara.koch`, `@mara@example.org`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mailgate.store.agents import Agent

# Not within an address or a word; a full stop at the end is the sentence's.
_NAMED = re.compile(r"(?<![\w@.+-])@(\w[\w.+-]{0,99}(?:@[\w-]+(?:\.[\w-]+)+)?)")
_MOST = 20  # a note that calls everybody calls nobody


def mentioned(words: str, agents: Iterable[Agent]) -> dict[int, str]:
    """The agents a note names, by id. A first name that several have names none of them."""
    known = list(agents)
    found: dict[int, str] = {}
    for name in _names(words):
        meant = [agent for agent in known if name in {agent.email, _joined(agent.name)}]
        meant = meant or [agent for agent in known if name in _short(agent)]
        if len(meant) == 1 and len(found) < _MOST:
            found[meant[0].id] = meant[0].name
    return found


def may_mention(words: str) -> bool:
    """Whether it is worth looking up who works here."""
    return next(_names(words), None) is not None


def _names(words: str) -> Iterator[str]:
    return (match[1].rstrip(".-+").lower() for match in _NAMED.finditer(words))


def _joined(name: str) -> str:
    return ".".join(name.lower().split())


def _short(agent: Agent) -> set[str]:
    return {agent.email.partition("@")[0], "".join(agent.name.lower().split()), *agent.name.lower().split()[:1]}
