"""The second factor: set up with a first code, asked for at each sign-in, and recovery codes that work once each."""

from __future__ import annotations

from datetime import datetime

from mailgate import totp
from mailgate.errors import BadInput, Conflict
from mailgate.office.passwords import LONG_ENOUGH_ALONE, is_password
from mailgate.seal import Seal
from mailgate.store.agents import Agent, end_sessions_of, remove_sign_in_links
from mailgate.store.base import add
from mailgate.store.db import Session
from mailgate.store.organisations import own
from mailgate.store.second_factor import RecoveryCode, count_recovery_codes, remove_recovery_codes, spend, take_step
from mailgate.tokens import hashed

RECOVERY_CODES = 10


def begin(agent: Agent) -> str:
    """A new secret to put into an app. It holds once a code of it was typed."""
    if agent.totp_secret is not None:
        raise Conflict("You have a second factor already: turn it off first.")
    return totp.new_secret()


def set_up(session: Session, agent: Agent, secret: str, typed: str, seal: Seal, at: datetime) -> list[str]:
    """From now on this secret's codes are asked for; the recovery codes are told now and never again."""
    step = totp.step_of(secret, typed, at)
    if step is None:
        raise BadInput("This is not the code the app shows now. Is the phone's clock right?", code="is wrong")
    if agent.totp_secret is not None:
        raise Conflict("You have a second factor already: turn it off first.")
    agent.totp_secret, agent.totp_step = seal.close(secret), step
    return new_recovery_codes(session, agent)


def new_recovery_codes(session: Session, agent: Agent) -> list[str]:
    """Ten new ones; those that were left work no more."""
    remove_recovery_codes(session, agent.id)
    codes = [totp.recovery_code() for _ in range(RECOVERY_CODES)]
    for code in codes:
        add(session, RecoveryCode(agent_id=agent.id, hash=hashed(totp.plain_recovery_code(code))))
    session.flush()
    return codes


def is_second_factor(session: Session, agent: Agent, typed: str, seal: Seal, at: datetime) -> bool:
    """Whether this is a code of theirs that was not used before; it is spent then."""
    if agent.totp_secret is None:
        return False
    step = totp.step_of(seal.open(agent.totp_secret), typed, at)
    if step is not None:
        return take_step(session, agent.id, step)
    plain = totp.plain_recovery_code(typed)
    return bool(plain) and spend(session, agent.id, hashed(plain), at)


def turn_off(session: Session, agent: Agent, password: str) -> None:
    """A password is enough again, if it is long enough to be, and the organisation asks for no more."""
    if own(session).needs_second_factor:
        raise Conflict("Your organisation asks for a second factor: it cannot be turned off.")
    if not is_password(agent, password):
        raise BadInput("This is not your password.", password="is wrong")  # noqa: S106 - said of the field
    if len(password) < LONG_ENOUGH_ALONE:
        raise BadInput(
            f"Your password has fewer than {LONG_ENOUGH_ALONE} characters, which is enough beside a second factor "
            "only: set a longer one first.",
            password="is too short to stand alone",  # noqa: S106 - said of the field
        )
    _forget(session, agent)


def take_away(session: Session, agent: Agent) -> None:
    """Somebody has lost theirs. What they had is worth nothing any more: a sign-in link lets them in again."""
    _forget(session, agent)
    agent.password_hash = None
    end_sessions_of(session, agent.id)
    remove_sign_in_links(session, agent.id)


def recovery_codes_left(session: Session, agent: Agent) -> int:
    return count_recovery_codes(session, agent.id)


def _forget(session: Session, agent: Agent) -> None:
    agent.totp_secret = agent.totp_step = None
    remove_recovery_codes(session, agent.id)
    session.flush()
