"""The two links a newcomer gets: into an agent's inbox, and into a customer's mailbox."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from mailgate.demo.office import HOST
from mailgate.office.links import sign_in_link
from mailgate.store.agents import agent_by_email
from mailgate.store.db import Session
from mailgate.tokens import secret

LOOPBACK = "127.0.0.1"


class WaysIn(NamedTuple):
    """Where to click."""

    inbox: str  # signs an agent in, once
    mailbox: str  # stays the same for as long as the data folder lives


def ways_in(session: Session, at: datetime, *, public_url: str, data: Path, mailbox_port: int) -> WaysIn:
    """Fresh links; `prepare` comes first."""
    host = agent_by_email(session, HOST)
    assert host is not None, "prepare() adds the host and nobody removes agents"
    inbox = sign_in_link(session, host, at, public_url)
    return WaysIn(inbox, f"http://{LOOPBACK}:{mailbox_port}/m/{mailbox_token(data)}/")


def demo_folder(data: Path) -> Path:
    """Where the demo keeps what the gateway does not: letters that arrived, and how far the story has come."""
    folder = data / "demo-mailbox"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def mailbox_token(data: Path) -> str:
    """The secret in the mailbox's address, made once: without it, any page could write in the customer's name."""
    path = demo_folder(data) / "token"
    draft = path.with_name(f".token.{os.getpid()}")
    if not path.exists():
        draft.touch(mode=0o600)
        draft.write_text(secret(), encoding="ascii")
        # A link, not a rename: of two that come here at once, the first one's word stands.
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii")
