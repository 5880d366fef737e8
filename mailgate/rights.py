"""Roles and what they may: the whole policy on people, in one table."""

from __future__ import annotations

from enum import StrEnum


class Right(StrEnum):
    """Something a role may do."""

    SEE = "see tickets, their messages, files and history, and the names of teams, agents and categories"
    WORK = "open tickets, change them, answer and leave notes"
    MAIL = "look at kept mail and the outbox, and have either tried again"
    SET_UP = "change the set-up, and read metrics from afar"
    SEE_ALL = "see every ticket, even where their account says that they see those of their own teams only"
    OWN = "make somebody an owner, and change or switch off the account of one"


_RIGHTS: dict[str, frozenset[Right]] = {
    "owner": frozenset(Right),
    "admin": frozenset(Right) - {Right.OWN},
    "agent": frozenset({Right.SEE, Right.WORK, Right.MAIL}),
    "viewer": frozenset({Right.SEE}),
}


def may(role: str, right: Right) -> bool:
    """Whether a role has a right. An unknown role has none."""
    return right in _RIGHTS.get(role, frozenset())
