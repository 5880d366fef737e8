"""Step three: what is due leaves, one letter and one commit at a time, and each copy learns what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic

from mailgate import clock, log
from mailgate.errors import Permanent, Temporary
from mailgate.failpoints import point
from mailgate.queue.worker import is_stopping
from mailgate.send import LATE, LATE_TRY, PATIENCE, Relay, Unreachable, is_dead, next_try
from mailgate.steps.workshop import Workshop
from mailgate.store import outbox
from mailgate.store.db import Connection, Session
from mailgate.store.messages import written_since
from mailgate.store.organisations import own
from mailgate.store.outbox import OutboxCopy
from mailgate.store.people import mark_failing
from mailgate.tickets.delivery import FAILING, held_back, late, not_delivered

_HELD = {
    "sending": "Kept back: MAILGATE_SENDING is hold.",
    "relay": "Kept back: no relay is set (MAILGATE_RELAY_URL).",
    outbox.RESTORED: outbox.RESTORED_WORDS,
}
_CUSTOMER_WROTE = "Kept back: the customer wrote after this answer. Send it now, or take it back."
_WORDS = 500
_PATIENCE = 20.0  # seconds for a batch; the last letter in it may still take its time

_log = log.get("send")


def deliver(shop: Workshop, org: int, copy_ids: Sequence[int]) -> None:
    """Hand claimed copies to the relay."""
    with shop.database.desk(org) as session:
        reason = _reason_to_hold(shop) or (outbox.RESTORED if own(session).is_holding else None)
        if reason is not None:
            outbox.hold(session, copy_ids, reason, _HELD[reason])
            return
        letters = _still_wanted(session, outbox.letters_to_send(session, copy_ids))
    with shop.database.crossing() as receipts:
        _hand_over(shop, org, receipts, letters)


def _still_wanted(session: Session, letters: list[tuple[OutboxCopy, bytes]]) -> list[tuple[OutboxCopy, bytes]]:
    """Hold answers that were to leave later whose customer wrote meanwhile: somebody should read that first."""
    moments = {
        copy.ticket_id: copy.unless_written_since
        for copy, _ in letters
        if copy.unless_written_since is not None and copy.ticket_id is not None
    }
    if not moments:
        return letters
    written = written_since(session, moments)
    held = [copy for copy, _ in letters if copy.unless_written_since is not None and copy.ticket_id in written]
    outbox.hold(session, [copy.id for copy in held], outbox.CUSTOMER_WROTE, _CUSTOMER_WROTE)
    for copy in {copy.written_id: copy for copy in held}.values():
        held_back(session, copy, clock.now())
    return [(copy, raw) for copy, raw in letters if copy not in held]


def _hand_over(shop: Workshop, org: int, receipts: Connection, letters: Sequence[tuple[OutboxCopy, bytes]]) -> None:
    """One letter after the other, each with a receipt of its own: a crash repeats at most one."""
    relay = _relay(shop)
    end = monotonic() + _PATIENCE
    for number, (copy, raw) in enumerate(letters):
        if monotonic() > end or is_stopping():
            # A slow relay: the rest goes back, so that no claim runs out while its letter is on its way.
            with shop.database.desk(org) as session:
                outbox.give_back(session, [late.id for late, _ in letters[number:]])
            return
        point("send.before_relay")
        try:
            answer = relay.deliver(copy.sender, copy.recipient, raw)
        except Unreachable as error:
            # Nobody answers there: the rest of the batch would only wait for the same.
            _put_off(shop, org, [late.id for late, _ in letters[number:]], error)
            return
        except Temporary as error:
            _put_off(shop, org, [copy.id], error)
        except Permanent as error:
            _give_up(shop, org, copy.id, error)
        else:
            outbox.mark_sent(receipts, org, copy.id, answer[:_WORDS], clock.now())
            point("send.after_mark")


def release_held(shop: Workshop) -> None:
    """Let copies go whose reason to be held has passed."""
    if _reason_to_hold(shop) is not None:
        return
    with shop.database.crossing() as connection:
        held = outbox.organisations_holding(connection, list(_HELD))
    freed = 0
    for org in held:
        with shop.database.desk(org) as session:
            if not own(session).is_holding:
                freed += sum(outbox.release(session, reason, clock.now()) for reason in _HELD)
    if freed:
        shop.bell.ring("send_mail")


def _reason_to_hold(shop: Workshop) -> str | None:
    if not shop.is_sending:
        return "sending"
    return None if shop.relay_url else "relay"


def _relay(shop: Workshop) -> Relay:
    url = shop.relay_url or ""
    if url not in shop.relays:
        # Together with the batch's own patience these stay well below the claim of ten minutes (jobs.py): a letter on
        # its way is not taken up by a second worker.
        shop.relays[url] = Relay(url, connect_timeout=10, answer_timeout=30, accept_timeout=120)
    return shop.relays[url]


def _put_off(shop: Workshop, org: int, copy_ids: Sequence[int], error: Temporary) -> None:
    """Try again later, by the schedule; whoever has waited for days has failed."""
    now = clock.now()
    with shop.database.desk(org) as session:
        for copy in outbox.copies_by_ids(session, copy_ids).values():
            wait = next_try(copy.tries, seed=copy.id)
            if wait is None:
                _fail(session, copy, f"Given up after {copy.tries} tries. {error}")
                continue
            copy.state, copy.answer = "waiting", str(error)[:_WORDS]
            copy.next_try = now + wait
            copy.claimed_until = copy.claimed_by = None
            if copy.tries == LATE_TRY:
                late(session, copy, now + PATIENCE - LATE, now)
    _log.warning("%s put off: %s", "a letter was" if len(copy_ids) == 1 else f"{len(copy_ids)} letters were", error)


def _give_up(shop: Workshop, org: int, copy_id: int, error: Permanent) -> None:
    with shop.database.desk(org) as session:
        for copy in outbox.copies_by_ids(session, [copy_id]).values():
            _fail(session, copy, str(error), is_marked=is_dead(error.status))


def _fail(session: Session, copy: OutboxCopy, words: str, *, is_marked: bool = False) -> None:
    """The letter did not go out: the ticket says so, where an agent sees it."""
    copy.state, copy.answer = "failed", words[:_WORDS]
    copy.claimed_until = copy.claimed_by = None
    is_news = is_marked and mark_failing(session, copy.recipient, clock.now())
    not_delivered(session, copy, "not_sent", clock.now(), note=FAILING if is_news else None)
