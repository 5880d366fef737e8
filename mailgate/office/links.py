"""Secrets that stand for somebody: API tokens, one-time sign-in links, private links to a conversation."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from mailgate.errors import BadInput
from mailgate.store.agents import ROLES, Agent, Token
from mailgate.store.base import add, write
from mailgate.store.db import Session
from mailgate.store.tickets import Ticket
from mailgate.tokens import hashed, secret

CONVERSATION_DAYS = 60
FILE_DAYS = 60
SIGN_IN_MINUTES = 60
SECOND_STEP_MINUTES = 10


class Made(NamedTuple):
    """A token just made: its secret is known now and never again."""

    token: Token
    secret: str


def conversation_link(session: Session, ticket: Ticket, at: datetime, public_url: str) -> str:
    """A private link to one ticket for its requester; it expires, and can be revoked by removing its token."""
    value = secret()
    # A plain row: each answer makes one, and nobody reads it back here.
    write(
        session,
        Token,
        kind="conversation",
        hash=hashed(value),
        ticket_id=ticket.id,
        address=ticket.requester_address,
        created_at=at,
        expires_at=at + timedelta(days=CONVERSATION_DAYS),
    )
    return f"{public_url}/s/{value}"


def file_link(session: Session, file_id: int, at: datetime, public_url: str) -> tuple[str, datetime]:
    """A link to one file for whoever it is sent to, and when it ends; it can be revoked by removing its token."""
    expires = at + timedelta(days=FILE_DAYS)
    made = _make(session, "file", at, expires, file_id=file_id)
    return f"{public_url}/f/{made.secret}", expires


def sign_in_link(session: Session, agent: Agent, at: datetime, public_url: str) -> str:
    """A link that signs an agent in, once."""
    expires = at + timedelta(minutes=SIGN_IN_MINUTES)
    made = _make(session, "sign-in", at, expires, agent_id=agent.id, name=agent.email)
    return f"{public_url}/sign-in/{made.secret}"


def password_link(session: Session, agent: Agent, at: datetime, public_url: str) -> str:
    """The same, to set a new password right away."""
    return f"{sign_in_link(session, agent, at, public_url)}?next=/password"


def second_step(session: Session, agent: Agent, at: datetime) -> str:
    """What proves for a while that this agent's password, or link, was right. Their second factor comes next."""
    expires = at + timedelta(minutes=SECOND_STEP_MINUTES)
    return _make(session, "second-step", at, expires, agent_id=agent.id, name=agent.email).secret


def make_api_token(session: Session, name: str, role: str, at: datetime, *, expires: datetime | None = None) -> Made:
    """A token for an application, which acts under its own name."""
    if role not in ROLES:
        raise BadInput(f"There is no role {role!r}.", role=f"must be one of {', '.join(ROLES)}")
    if not name.strip():
        raise BadInput("A token needs a name: it signs what it does.", name="is empty")
    return _make(session, "api", at, expires, name=name.strip(), role=role)


def _make(
    session: Session,
    kind: str,
    at: datetime,
    expires: datetime | None,
    *,
    name: str = "",
    role: str | None = None,
    agent_id: int | None = None,
    file_id: int | None = None,
) -> Made:
    value = secret()
    token = Token(
        kind=kind, hash=hashed(value), name=name, role=role, agent_id=agent_id, file_id=file_id, created_at=at,
        expires_at=expires,
    )  # fmt: skip
    return Made(add(session, token), value)
