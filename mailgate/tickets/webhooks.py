"""Ask for a webhook to be called about a ticket. It is called later, by whoever has the time."""

from __future__ import annotations

import json
from datetime import datetime

from mailgate.store.base import write
from mailgate.store.db import Session
from mailgate.store.tickets import Ticket, tags_of
from mailgate.store.webhooks import WebhookCall


def ask_for_call(session: Session, ticket: Ticket, url: str, caller: str, at: datetime) -> None:
    """Have an address told how a ticket stands."""
    session.flush()
    body = {
        "type": "ticket",
        "caller": caller,
        "at": at.isoformat(),
        "ticket": {
            "number": ticket.number,
            "subject": ticket.subject,
            "status": ticket.status,
            "priority": ticket.priority,
            "requester": ticket.requester_address,
            "tags": tags_of(session, [ticket.id])[ticket.id],
            "created_at": ticket.created_at.isoformat(),
        },
    }
    text = json.dumps(body, ensure_ascii=False)
    write(
        session, WebhookCall, ticket_id=ticket.id, caller=caller, url=url, body=text, state="waiting", tries=0,
        next_try=at, created_at=at,
    )  # fmt: skip
