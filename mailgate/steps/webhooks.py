"""Webhooks that rules and policies want called: outside of any transaction, again and again until somebody answers."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby

from mailgate import clock, log
from mailgate.errors import Permanent, Temporary
from mailgate.send import webhook
from mailgate.send.schedule import next_try
from mailgate.steps.workshop import Workshop
from mailgate.store.db import Session
from mailgate.store.webhooks import WebhookCall, calls_by_ids, claim_webhooks
from mailgate.tickets.history import MAILGATE, record_on

AT_ONCE = 10
_CLAIM = timedelta(minutes=5)  # ten calls take no longer

_log = log.get("webhooks")


def call_some(shop: Workshop) -> int:
    """Make the next calls; how many were due."""
    now = clock.now()
    with shop.database.crossing() as connection:
        due = claim_webhooks(connection, AT_ONCE, now, now + _CLAIM)
    for org, pairs in groupby(sorted(due), key=lambda pair: pair[0]):
        with shop.database.desk(org) as session:
            calls = calls_by_ids(session, [call_id for _, call_id in pairs])
        for each in calls:
            _call(shop, org, each)
    return len(due)


def _call(shop: Workshop, org: int, each: WebhookCall) -> None:
    what = webhook.Call(f"msg_{org}_{each.id}", each.url, each.body.encode())
    secret = shop.marks.webhook(org, each.url)
    try:
        answer, is_over = webhook.call(what, secret, clock.now()), True
        failed: str | None = None
    except (Temporary, Permanent) as error:
        answer, is_over, failed = str(error), isinstance(error, Permanent), str(error)
    with shop.database.desk(org) as session:
        _settle(session, each.id, answer, failed, is_over=is_over)


def _settle(session: Session, call_id: int, answer: str, failed: str | None, *, is_over: bool) -> None:
    """Write down what came of it; a call that failed for good is told on its ticket."""
    for call in calls_by_ids(session, [call_id]):
        call.tries, call.answer = call.tries + 1, answer
        wait = None if is_over else next_try(call.tries, call.id)
        if failed is None:
            call.state = "done"
        elif wait is not None:
            call.next_try = clock.now() + wait
        else:
            call.state = "failed"
            data = {"reasons": [f"{call.caller}: {failed}"]}
            record_on(session, call.ticket_id, "webhook_failed", MAILGATE, clock.now(), data=data)
            _log.warning("webhook call %s failed after %s tries: %s", call.id, call.tries, failed)
