"""Who is asking: an agent by the cookie of their session, or an application by its token."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from flask import g, request

from mailgate import clock
from mailgate.errors import Forbidden
from mailgate.rights import Right, may
from mailgate.store.agents import find_session, find_token, presence_at, see_session, token_by_id
from mailgate.store.audit import By, work_for
from mailgate.store.db import Session
from mailgate.store.organisations import own
from mailgate.store.sight import limit_to
from mailgate.tickets.history import Actor
from mailgate.tokens import hashed
from web.access.address import client_address, limit
from web.access.refusals import NotSignedIn
from web.access.sessions import NAME, cookie_name
from web.db import tools
from web.speech import speak, wanted

_SEEN_EVERY = timedelta(minutes=5)
WRONG_TOKENS, WRONG_TOKENS_SECONDS = 30, 300  # so many wrong tokens from one address in so long


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody we know. `agent_id` is None for an application; `by_cookie`: their browser told us, perhaps unasked."""

    org: int
    role: str
    name: str
    agent_id: int | None
    by_cookie: bool
    presence: str = "available"  # of an agent
    only_own_teams: bool = False
    needs_factor: bool = False  # they have to set up a second factor before anything else
    time_zone: str | None = None  # theirs, where it is not the organisation's

    @property
    def actor(self) -> Actor:
        """As the history will name them."""
        return Actor("agent" if self.agent_id is not None else "token", self.name, agent_id=self.agent_id)

    def by(self) -> By:
        """As the audit will name them."""
        return By(self.name, self.agent_id, client_address())

    def may(self, right: Right) -> bool:
        return may(self.role, right)


def who() -> Who:
    """Who is asking; whoever is not known is refused."""
    known = whoever()
    if known is None:
        raise NotSignedIn("Sign in, or send a valid token: Authorization: Bearer TOKEN.")
    return known


def whoever() -> Who | None:
    """Who is asking, if we know them. A request with a token is never taken for its browser's agent."""
    if "who" not in g:
        g.who = _by_token(request.headers["Authorization"]) if "Authorization" in request.headers else _by_cookie()
    known: Who | None = g.who
    return known


def agent() -> Actor:
    """Who does it, for the history: the signed-in agent, or the application under its token's name."""
    return who().actor


@contextmanager
def desk() -> Iterator[Session]:
    """One transaction for the organisation of whoever asks: committed whole at the end, or not at all."""
    known = who()
    with tools().database.desk(known.org) as session:
        if known.only_own_teams and known.agent_id is not None:
            limit_to(session, known.agent_id)
        work_for(session, known.by())
        yield session


@contextmanager
def desk_of(org: int) -> Iterator[Session]:
    """One transaction for an organisation somebody without an account has proved to belong to, by a link of ours."""
    with tools().database.desk(org) as session:
        yield session


def zone_of(session: Session) -> str:
    """The zone in which times are told to whoever asks, and in which they mean what they type."""
    return who().time_zone or own(session).time_zone


def require(right: Right) -> None:
    """Refuse whoever has not this right."""
    known = who()
    if not known.may(right):
        raise Forbidden(f"The role {known.role} may not {right.value}.")


def require_whole_sight() -> None:
    """Refuse whoever sees the tickets of their teams alone: sums would tell of the others."""
    if who().only_own_teams:
        raise Forbidden("Figures are for those who see every ticket.")


def _by_token(header: str) -> Who | None:
    scheme, _, secret = header.partition(" ")
    known = _holder_of(secret.strip()) if scheme.lower() == "bearer" else None
    if known is None:
        limit("api-token", client_address(), times=WRONG_TOKENS, seconds=WRONG_TOKENS_SECONDS)
    return known


def _holder_of(secret: str) -> Who | None:
    with tools().database.crossing() as connection:
        found = find_token(connection, "api", hashed(secret))
    if found is None:
        return None
    with tools().database.desk(found.org_id) as session:
        token = token_by_id(session, found.id)
    if token is None or (token.expires_at is not None and token.expires_at <= clock.now()):
        return None
    return Who(found.org_id, token.role or "", token.name, None, by_cookie=False)


def _by_cookie() -> Who | None:
    secret = request.cookies.get(cookie_name(NAME))
    if not secret:
        return None
    now, digest = clock.now(), hashed(secret)
    with tools().database.crossing() as connection:
        found = find_session(connection, digest, now)
    if found is None:
        return None
    if found.seen_at is None or now - found.seen_at > _SEEN_EVERY:
        with tools().database.desk(found.org_id) as session:
            see_session(session, digest, now, client_address())
    if not request.path.startswith("/api/"):
        speak(wanted(found.language, usual="en"))
    is_limited = found.only_own_teams and not may(found.role, Right.SEE_ALL)
    return Who(
        found.org_id, found.role, found.name, found.id, by_cookie=True, presence=presence_at(found, now),
        only_own_teams=is_limited, needs_factor=found.needs_factor, time_zone=found.time_zone,
    )  # fmt: skip
