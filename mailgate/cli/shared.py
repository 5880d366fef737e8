"""What commands about the office share: for whom they work, and how they print a list."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mailgate.store.agents import Agent
    from mailgate.store.db import Session
    from mailgate.store.office import Mailbox

ORG = click.option("--org", metavar="NAME", help="The organisation, where there are several.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def show(rows: Sequence[Mapping[str, object]], as_json: bool) -> None:
    """A line a row, or all as JSON."""
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        click.echo("  ".join(str(value) if value is not None else "-" for value in row.values()))


def mailbox_named(session: Session, address: str) -> Mailbox:
    """The mailbox with this address, or a word on how to find it."""
    from mailgate.errors import NotFound
    from mailgate.store.office import mailbox_by_address

    found = mailbox_by_address(session, address)
    if found is None:
        raise NotFound(f"There is no mailbox {address}; `mailgate mailbox list` shows them.")
    return found


def agent_named(session: Session, email: str) -> Agent:
    """The agent with this address, or a word on how to find them."""
    from mailgate.errors import NotFound
    from mailgate.store.agents import agent_by_email

    found = agent_by_email(session, email)
    if found is None:
        raise NotFound(f"There is no user {email}; `mailgate user list` shows them.")
    return found
