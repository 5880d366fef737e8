"""Take somebody's way in: a person who leaves, a program that is done."""

from __future__ import annotations

from mailgate.errors import NotFound
from mailgate.store.agents import Agent, end_sessions_of, remove_api_tokens, remove_sign_in_links
from mailgate.store.db import Session


def switch_off(session: Session, agent: Agent) -> None:
    """From the end of this transaction on they are nobody: no page, no link, and a mail of theirs is a customer's.

    What they wrote keeps their name, and what was given to them stays theirs until somebody takes it.
    """
    agent.active = False
    end_sessions_of(session, agent.id)
    remove_sign_in_links(session, agent.id)
    session.flush()


def switch_on(session: Session, agent: Agent) -> None:
    """Let them work again, with the password they had. They sign in anew."""
    agent.active = True
    session.flush()


def revoke(session: Session, name: str) -> int:
    """Remove the API tokens of this name; how many there were."""
    gone = remove_api_tokens(session, name)
    if not gone:
        raise NotFound(f"There is no token {name!r}; `mailgate token list` shows them.")
    return gone
