"""Agents: who works at the desk, their teams, their sessions and the tokens that act for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    CheckConstraint,
    Connection,
    Index,
    LargeBinary,
    delete,
    func,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from mailgate.store.base import TenantRow, points_to
from mailgate.store.news import SESSION_ENDED, bring
from mailgate.store.office import Team

ROLES = ("owner", "admin", "agent", "viewer")
PRESENCES = ("available", "busy", "away")
PAGES_IN = ("en", "de", "fr", "es")  # the languages pages speak


class Agent(TenantRow):
    __tablename__ = "agents"
    __table_args__ = (
        Index("agents_email_key", "email", unique=True),
        CheckConstraint("email = lower(email)", name="email"),
        CheckConstraint("role IN ('owner', 'admin', 'agent', 'viewer')", name="role"),
        CheckConstraint("presence IN ('available', 'busy', 'away')", name="presence"),
        CheckConstraint("tier BETWEEN 1 AND 3", name="tier"),
        CheckConstraint("language IN ('en', 'de', 'fr', 'es')", name="language"),
    )

    email: Mapped[str]
    name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str | None]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    signature: Mapped[str] = mapped_column(server_default="")  # below their answers, instead of their name
    language: Mapped[str | None]  # of their pages; None: what their browser asks for
    time_zone: Mapped[str | None]  # of their pages and mails; None: the organisation's
    only_own_teams: Mapped[bool] = mapped_column(server_default=text("false"))  # see `store.sight`
    languages: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))  # codes such as en
    skills: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))  # words such as billing
    capacity: Mapped[int | None]  # open tickets they are given at most; None: as many as come
    presence: Mapped[str] = mapped_column(server_default="available")
    away_until: Mapped[datetime | None]  # when `away` ends by itself
    away_since: Mapped[datetime | None]
    tier: Mapped[int] = mapped_column(server_default=text("1"))  # of support: 1, 2, 3
    region: Mapped[str] = mapped_column(server_default="")
    turn: Mapped[int] = mapped_column(server_default=text("0"))  # the higher, the later routing gave them a ticket
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)  # sealed; None: a password is enough
    totp_step: Mapped[int | None]  # of the last code they used: it does not work twice
    created_at: Mapped[datetime]


class TeamMember(TenantRow):
    """An agent's place in a team."""

    __tablename__ = "team_members"
    __table_args__ = (
        Index("team_members_agent_key", "org_id", "agent_id", "team_id", unique=True),
        points_to("teams", "team_id", gone_with=True),
        points_to("agents", "agent_id", gone_with=True),
    )

    team_id: Mapped[int]
    agent_id: Mapped[int]


class SignedIn(TenantRow):
    """A browser session of an agent. The cookie holds the secret, this row only its hash."""

    __tablename__ = "sessions"
    __table_args__ = (
        Index("sessions_hash_key", "hash", unique=True),
        Index("sessions_expires_at_idx", "expires_at"),
        points_to("agents", "agent_id", gone_with=True),
    )

    hash: Mapped[bytes]
    agent_id: Mapped[int]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]  # to the nearest minutes
    address: Mapped[str] = mapped_column(server_default="")
    browser: Mapped[str] = mapped_column(server_default="")


class Token(TenantRow):
    """A secret that stands for somebody or something, stored as a hash.

    `api`, `sign-in` (once), `second-step` (once, after the password was right), `conversation` (one ticket), `file`
    (one file, for whoever was sent the link).
    """

    __tablename__ = "tokens"
    __table_args__ = (
        Index("tokens_hash_key", "hash", unique=True),
        CheckConstraint("kind IN ('api', 'sign-in', 'second-step', 'conversation', 'file')", name="kind"),
        points_to("agents", "agent_id", gone_with=True),
        points_to("tickets", "ticket_id", gone_with=True),
        points_to("files", "file_id", gone_with=True),
        Index("tokens_ticket_id_idx", "org_id", "ticket_id", postgresql_where=text("ticket_id IS NOT NULL")),
        Index("tokens_agent_id_idx", "org_id", "agent_id", postgresql_where=text("agent_id IS NOT NULL")),
        Index("tokens_file_id_idx", "org_id", "file_id", postgresql_where=text("file_id IS NOT NULL")),
    )

    kind: Mapped[str]
    hash: Mapped[bytes]
    name: Mapped[str] = mapped_column(server_default="")
    role: Mapped[str | None]  # of an API token
    agent_id: Mapped[int | None]  # whom a sign-in link signs in
    ticket_id: Mapped[int | None]  # what a conversation link shows
    file_id: Mapped[int | None]  # what a link to a file gives
    address: Mapped[str | None]  # and to whom
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class Entered(NamedTuple):
    """Whose a running session is, and who they are: every page asks. `seen_at`: when it was last noted;
    `needs_factor`: they have to set one up first.
    """

    org_id: int
    id: int
    seen_at: datetime | None
    needs_factor: bool
    role: str
    name: str
    presence: str
    away_until: datetime | None
    only_own_teams: bool
    language: str | None
    time_zone: str | None


class Holder(NamedTuple):
    """Where a secret or an address belongs, found across tenants."""

    org_id: int
    id: int


def find_agent(connection: Connection, email: str) -> Holder | None:
    """The active agent with this address, whoever's they are."""
    row = connection.execute(text("SELECT org_id, id FROM find_agent(:email)"), {"email": email.lower()}).one_or_none()
    return Holder(*row) if row else None


def find_session(connection: Connection, digest: bytes, now: datetime) -> Entered | None:
    """The running session of this secret: its organisation and its agent."""
    question = text(
        "SELECT org_id, agent_id, seen_at, needs_factor, role, name, presence, away_until, only_own_teams,"
        " language, time_zone FROM find_session(:digest, :now)"
    )
    row = connection.execute(question, {"digest": digest, "now": now}).one_or_none()
    return Entered(*row) if row else None


def running_sessions(connection: Connection, digests: Sequence[bytes], now: datetime) -> dict[bytes, int]:
    """Which of these secrets' sessions still run, and their agents."""
    question = text("SELECT hash, agent_id FROM running_sessions(:digests, :now)")
    return {row[0]: row[1] for row in connection.execute(question, {"digests": list(digests), "now": now})}


def find_token(connection: Connection, kind: str, digest: bytes) -> Holder | None:
    """The token of this kind with this secret, valid or not: its owner decides."""
    question = text("SELECT org_id, id FROM find_token(:kind, :digest)")
    row = connection.execute(question, {"kind": kind, "digest": digest}).one_or_none()
    return Holder(*row) if row else None


def any_agents(connection: Connection) -> bool:
    """Whether anybody could sign in at all."""
    return bool(connection.execute(text("SELECT any_agents()")).scalar_one())


def agents(session: Session) -> list[Agent]:
    return list(session.scalars(select(Agent).order_by(Agent.name, Agent.email)))


def active_admins(session: Session) -> list[Agent]:
    """Who hears of what nobody else would hear of."""
    question = select(Agent).where(Agent.role.in_(("owner", "admin")), Agent.active).order_by(Agent.id)
    return list(session.scalars(question))


def members_of(session: Session, team_id: int) -> list[Agent]:
    """The active agents of a team."""
    joined = select(Agent).join(TeamMember, TeamMember.agent_id == Agent.id)
    return list(session.scalars(joined.where(TeamMember.team_id == team_id, Agent.active).order_by(Agent.id)))


def memberships(session: Session, agent_id: int) -> list[TeamMember]:
    """An agent's places in teams."""
    question = select(TeamMember).where(TeamMember.agent_id == agent_id)
    return list(session.scalars(question.order_by(TeamMember.team_id)))


def members(session: Session, team_id: int) -> list[TeamMember]:
    """A team's places."""
    return list(session.scalars(select(TeamMember).where(TeamMember.team_id == team_id).order_by(TeamMember.agent_id)))


def member_emails(session: Session) -> dict[int, list[str]]:
    """The addresses of every team's members, by team."""
    question = select(TeamMember.team_id, Agent.email).join(Agent, Agent.id == TeamMember.agent_id)
    found: dict[int, list[str]] = {}
    for team_id, email in session.execute(question.order_by(Agent.email)):
        found.setdefault(team_id, []).append(email)
    return found


def lock_agents(session: Session) -> None:
    """Nobody else changes who works here until this transaction ends."""
    session.execute(select(Agent.id).order_by(Agent.id).with_for_update())


def agent_by_email(session: Session, email: str) -> Agent | None:
    return session.scalar(select(Agent).where(Agent.email == email.lower()))


def agents_by_email(session: Session, emails: Iterable[str]) -> dict[str, Agent]:
    """Who of these (lower-case) addresses is an agent, or was one."""
    wanted = set(emails)
    rows = session.scalars(select(Agent).where(Agent.email.in_(wanted))) if wanted else ()
    return {agent.email: agent for agent in rows}


def agent_by_id(session: Session, agent_id: int) -> Agent | None:
    return session.scalar(select(Agent).where(Agent.id == agent_id))


def agents_by_ids(session: Session, ids: Iterable[int]) -> list[Agent]:
    """Some agents, in the order they were added."""
    wanted = set(ids)
    rows = session.scalars(select(Agent).where(Agent.id.in_(wanted)).order_by(Agent.id)) if wanted else ()
    return list(rows)


def teams_of(session: Session, agent_id: int) -> set[int]:
    """The teams an agent is in."""
    return set(session.scalars(select(TeamMember.team_id).where(TeamMember.agent_id == agent_id)))


def presence_at(agent: Agent | Entered, now: datetime) -> str:
    """Whether they are there: whoever was away until then is back."""
    return agent.presence if agent.presence != "away" or is_away(agent, now) else "available"


def is_away(agent: Agent | Entered, now: datetime) -> bool:
    """Whether somebody is away who has not come back by themselves since."""
    return agent.presence == "away" and (agent.away_until is None or agent.away_until > now)


def names_of(session: Session, ids: set[int]) -> dict[int, str]:
    """The names of some agents, for showing."""
    rows = session.execute(select(Agent.id, Agent.name).where(Agent.id.in_(ids))) if ids else ()
    return {row[0]: row[1] for row in rows}


def team_names(session: Session) -> dict[int, list[str]]:
    """The names of every agent's teams, by agent."""
    question = select(TeamMember.agent_id, Team.name).join(Team, Team.id == TeamMember.team_id).order_by(Team.name)
    found: dict[int, list[str]] = {}
    for agent_id, name in session.execute(question):
        found.setdefault(agent_id, []).append(name)
    return found


def teams_by_agent(session: Session) -> dict[int, set[int]]:
    """The ids of every agent's teams."""
    found: dict[int, set[int]] = {}
    for agent_id, team_id in session.execute(select(TeamMember.agent_id, TeamMember.team_id)):
        found.setdefault(agent_id, set()).add(team_id)
    return found


def token_by_id(session: Session, token_id: int) -> Token | None:
    return session.scalar(select(Token).where(Token.id == token_id))


def tokens_named(session: Session) -> list[Token]:
    return list(session.scalars(select(Token).where(Token.kind == "api").order_by(Token.name)))


def use_once(session: Session, token_id: int, now: datetime) -> bool:
    """Spend a one-time token; False when somebody was faster."""
    spent = update(Token).where(Token.id == token_id, Token.used_at.is_(None)).values(used_at=now).returning(Token.id)
    return session.execute(spent).one_or_none() is not None


def remove_api_tokens(session: Session, name: str) -> int:
    """Take away the API tokens of this name; how many there were."""
    gone = list(session.scalars(select(Token).where(Token.kind == "api", Token.name == name)))
    for token in gone:
        session.delete(token)
    return len(gone)


def remove_api_token(session: Session, token_id: int) -> bool:
    """Take away one API token; False when there is none."""
    found = token_by_id(session, token_id)
    if found is None or found.kind != "api":
        return False
    session.delete(found)
    return True


def remove_sign_in_links(session: Session, agent_id: int) -> None:
    """Take away an agent's one-time links, used or not."""
    session.execute(delete(Token).where(Token.kind == "sign-in", Token.agent_id == agent_id))


def remove_late_links(session: Session, now: datetime) -> None:
    """Take away sign-in links and second steps that nobody has used in time."""
    session.execute(delete(Token).where(Token.agent_id.is_not(None), Token.expires_at < now))


def session_begun_at(session: Session, digest: bytes) -> datetime | None:
    """When the session of this secret began."""
    return session.scalar(select(SignedIn.created_at).where(SignedIn.hash == digest))


def sessions_of(session: Session, agent_id: int, now: datetime) -> list[SignedIn]:
    """Where an agent is signed in, newest first."""
    question = select(SignedIn).where(SignedIn.agent_id == agent_id, SignedIn.expires_at > now)
    return list(session.scalars(question.order_by(SignedIn.created_at.desc(), SignedIn.id.desc())))


def end_sessions_of(session: Session, agent_id: int) -> None:
    """Sign an agent out everywhere."""
    session.execute(delete(SignedIn).where(SignedIn.agent_id == agent_id))
    bring(session, SESSION_ENDED, agent_id)


def see_session(session: Session, digest: bytes, now: datetime, address: str) -> None:
    """Note that a session is used, and from where."""
    session.execute(update(SignedIn).where(SignedIn.hash == digest).values(seen_at=now, address=address))


def end_one_session(session: Session, agent_id: int, session_id: int) -> bool:
    """End one of an agent's sessions; False when it is not theirs, or has ended."""
    gone = delete(SignedIn).where(SignedIn.agent_id == agent_id, SignedIn.id == session_id).returning(SignedIn.id)
    return session.execute(gone).one_or_none() is not None


def end_other_sessions(session: Session, agent_id: int, digest: bytes) -> None:
    """Sign an agent out everywhere but here."""
    session.execute(delete(SignedIn).where(SignedIn.agent_id == agent_id, SignedIn.hash != digest))


def end_session(session: Session, digest: bytes) -> None:
    for agent_id in session.scalars(delete(SignedIn).where(SignedIn.hash == digest).returning(SignedIn.agent_id)):
        bring(session, SESSION_ENDED, agent_id)


def end_expired_sessions(session: Session, now: datetime) -> None:
    session.execute(delete(SignedIn).where(SignedIn.expires_at < now))


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Agent)) or 0
