"""Passwords: Argon2id, long enough, and checked in the same time whether or not there is such a user."""

from __future__ import annotations

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from mailgate.errors import BadInput
from mailgate.store.agents import Agent
from mailgate.store.db import Session
from mailgate.tokens import secret

LONG_ENOUGH_ALONE, LONG_ENOUGH_BESIDE, LONGEST = 15, 8, 256  # the second: beside a second factor

hasher = PasswordHasher()


def set_password(session: Session, agent: Agent, password: str) -> None:
    """Give an agent a password."""
    least = shortest(agent)
    if not least <= len(password) <= LONGEST:
        raise BadInput(
            f"A password has {least} to {LONGEST} characters; a few words make a good one.",
            password="has a wrong length",  # noqa: S106 - what is said of the field
        )
    agent.password_hash = hasher.hash(password)
    session.flush()


def shortest(agent: Agent) -> int:
    """How many characters a password of theirs has at least."""
    return LONG_ENOUGH_ALONE if agent.totp_secret is None else LONG_ENOUGH_BESIDE


def is_password(agent: Agent | None, password: str) -> bool:
    """Whether this is the agent's password. For nobody, and for nobody's password, the same work is done."""
    try:
        right = hasher.verify((agent and agent.password_hash) or _nobody(), password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return right and agent is not None and agent.password_hash is not None


@lru_cache(maxsize=1)
def _nobody() -> str:
    return hasher.hash(secret())
