"""Browser sessions: a row in the database with the hash of a secret, and the secret in a cookie.

A session lasts 30 days from signing in, whatever happens meanwhile; signing in always makes a new secret, and ends the
session the browser came with. Redis knows nothing of it, so flushing Redis signs nobody out.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Response, g, request

from mailgate import clock
from mailgate.store.agents import Agent, SignedIn, end_expired_sessions, end_session, remove_late_links
from mailgate.store.audit import By, record
from mailgate.store.base import add
from mailgate.store.db import Session
from mailgate.tokens import hashed, secret
from web.access.address import client_address
from web.db import tools

LASTS = timedelta(days=30)
NAME = "mailgate"
# The first that is found counts: nearly every browser says that it is also some others.
_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrom", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


def sign_in(session: Session, agent: Agent) -> None:
    """From the next request on, this browser is this agent. Call it in a desk of the agent's organisation."""
    now, value = clock.now(), secret()
    end_expired_sessions(session, now)
    remove_late_links(session, now)
    if request.cookies.get(cookie_name(NAME)):
        end_session(session, hashed(request.cookies[cookie_name(NAME)]))
    address = client_address()
    row = SignedIn(
        hash=hashed(value), agent_id=agent.id, created_at=now, expires_at=now + LASTS, seen_at=now, address=address,
        browser=browser_of(request.user_agent.string),
    )  # fmt: skip
    add(session, row)
    record(session, By(agent.name, agent.id, address), now, "signed in", "session", agent.email)
    g.new_session = value


def sign_out(session: Session) -> None:
    """End the session this browser came with."""
    end_session(session, hashed(request.cookies.get(cookie_name(NAME), "")))
    g.new_session = ""


def browser_of(agent: str) -> str:
    """A browser as its owner would call it, such as Firefox on Windows; it may lie."""
    browser = next((word for mark, word in _BROWSERS if mark in agent), "")
    system = next((word for mark, word in _SYSTEMS if mark in agent), "")
    return " on ".join(filter(None, (browser or ("A browser" if system else ""), system)))


def hand_out(response: Response) -> Response:
    """Give the browser the cookie of a session that has just begun, or take away that of one that has just ended."""
    value: str | None = g.pop("new_session", None)
    if value is not None:
        set_cookie(response, NAME, value, LASTS if value else timedelta(0))
    return response


def set_cookie(response: Response, name: str, value: str, lasts: timedelta | None = None) -> None:
    """A cookie no script can read and no other site can use; without `lasts` it goes with the browser."""
    response.set_cookie(
        cookie_name(name), value, max_age=lasts, path="/", secure=_is_https(), httponly=True, samesite="Lax"
    )


def cookie_name(name: str) -> str:
    """Over https the prefix makes browsers refuse the cookie from anywhere but this host."""
    return f"__Host-{name}" if _is_https() else name


def _is_https() -> bool:
    return tools().settings.public_url.startswith("https://")
