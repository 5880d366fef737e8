"""`#commands` at the top of an agent's mail: assign, status, priority, note."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from mailgate.errors import BadInput
from mailgate.rights import Right, may
from mailgate.store.agents import Agent, agents, names_of
from mailgate.store.db import Session
from mailgate.store.tickets import PRIORITIES, STATUSES, Ticket
from mailgate.tickets.change import Named

_COMMAND = re.compile(r"#([A-Za-z]{2,20})(?:[ \t:]+(.*))?")
_KNOWN = ("assign", "note", "priority", "status")
_TAKES = {"assign": "a name, an address, me or none", "priority": "a priority", "status": "a status"}


@dataclass(frozen=True, slots=True)
class Commands:
    """What an agent asks for, and the words below it."""

    given: dict[str, str]
    words: str

    @property
    def is_note(self) -> bool:
        return "note" in self.given

    @property
    def status(self) -> str | None:
        return _status(self.given["status"]) if "status" in self.given else None


def read_commands(text: str) -> Commands:
    """Lines that begin with # and a word, from the top down to the first other line. An unknown word is refused:
    a mistyped #note must not reach the customer.
    """
    lines = text.strip().splitlines()
    given: dict[str, str] = {}
    words_from = 0
    for place, line in enumerate(lines):
        if not line.strip():
            continue
        match = _COMMAND.fullmatch(line.strip())
        if match is None:
            break
        name, value = match[1].lower(), (match[2] or "").strip()
        _require_known(name, value, given)
        given[name] = value
        words_from = place + 1
    words = "\n".join([given.get("note", ""), *lines[words_from:]]).strip()
    return Commands(given, words)


def begins_with_command(text: str) -> bool:
    """Whether a text begins with a command that there is."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    match = _COMMAND.fullmatch(first)
    return match is not None and match[1].lower() in _KNOWN


def understood(session: Session, ticket: Ticket, commands: Commands, agent: Agent) -> dict[str, Any]:
    """What to change, in the words of `change`; the status apart, which an answer may set itself."""
    asked: dict[str, Any] = {}
    if "priority" in commands.given:
        asked["priority"] = commands.given["priority"].lower()
    if "assign" in commands.given:
        new = _assignee(session, commands.given["assign"], agent)
        had_id = ticket.assignee_id
        had = Named(had_id, names_of(session, {had_id}).get(had_id, "")) if had_id is not None else None
        asked["given"] = {"assignee": (had, new)}
    return asked


def _require_known(name: str, value: str, given: dict[str, str]) -> None:
    if name not in _KNOWN:
        raise BadInput(f"There is no command #{name}. There are {', '.join(f'#{known}' for known in _KNOWN)}.")
    if name in given:
        raise BadInput(f"#{name} is given twice.")
    if not value and name in _TAKES:
        raise BadInput(f"#{name} needs {_TAKES[name]} behind it.")
    if name == "priority" and value.lower() not in PRIORITIES:
        raise BadInput(f"#priority takes one of {', '.join(PRIORITIES)}.")
    if name == "status" and _status(value) not in STATUSES:
        raise BadInput(f"#status takes one of {', '.join(STATUSES)}.")


def _status(value: str) -> str:
    return value.lower().replace(" ", "_").replace("-", "_")


def _assignee(session: Session, value: str, agent: Agent) -> Named | None:
    """Whom an agent means: nobody, themselves, or the one colleague with this name or address."""
    wanted = value.strip().lower()
    if wanted == "none":
        return None
    if wanted == "me":
        return Named(agent.id, agent.name)
    working = [each for each in agents(session) if each.active and may(each.role, Right.WORK)]
    found = [each for each in working if wanted in {each.email, each.name.lower()}] or [
        each for each in working if wanted in each.name.lower().split()
    ]
    if len(found) != 1:
        raise BadInput(f"#assign {value}: {'several agents have' if found else 'no agent has'} this name.")
    return Named(found[0].id, found[0].name)
