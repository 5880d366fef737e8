"""Step three: what is due leaves, one letter and one commit at a time, and each copy learns what became of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import timedelta
from time import monotonic

from mailgate import clock, log
from mailgate.errors import Conflict, Permanent, Temporary
from mailgate.failpoints import point
from mailgate.queue.worker import is_stopping
from mailgate.send import LATE, LATE_TRY, PATIENCE, Carrier, Parcel, Unreachable, is_dead, next_try
from mailgate.steps.workshop import Workshop
from mailgate.store import outbox
from mailgate.store.db import Session
from mailgate.store.leaving import Leaving, letters_to_send
from mailgate.store.messages import written_since
from mailgate.store.organisations import own
from mailgate.store.outbox import OutboxCopy, message_of_copy
from mailgate.store.people import mark_failing
from mailgate.store.receipts import Receipts
from mailgate.store.relays import RelayAccount, goes, relays_of
from mailgate.tickets.answer import AT_ONCE
from mailgate.tickets.delivery import FAILING, held_back, late, not_delivered
from mailgate.tickets.departure import leaves

_HELD = {
    "sending": "Kept back: MAILGATE_SENDING is hold.",
    "relay": "Kept back: no relay is set (MAILGATE_RELAY_URL).",
    outbox.RESTORED: outbox.RESTORED_WORDS,
}
_CUSTOMER_WROTE = "Kept back: the customer wrote after this answer. Send it now, or take it back."
_WORDS = 500
_PATIENCE = 20.0  # seconds for a batch; the last letter in it may still take its time

_log = log.get("send")


def deliver(shop: Workshop, org: int, copy_ids: Sequence[int]) -> bool:
    """Hand claimed copies to whoever carries them; False where no more should be claimed for now."""
    goes_on = True
    with shop.database.desk(org) as session:
        reason = "sending" if not shop.is_sending else outbox.RESTORED if own(session).is_holding else None
        if reason is not None:
            outbox.hold(session, copy_ids, reason, _HELD[reason])
            return True
        letters, too_many = letters_to_send(session, copy_ids)
        if too_many:
            outbox.give_back(session, too_many)
        letters = _still_wanted(session, letters)
        accounts = relays_of(session, {letter.mailbox_id for letter in letters})
        common = [letter.id for letter in letters if letter.mailbox_id not in accounts]
        if common and not shop.relay_url:
            outbox.hold(session, common, "relay", _HELD["relay"])
            letters = [letter for letter in letters if letter.mailbox_id in accounts]
    with shop.database.crossing() as connection, Receipts(connection) as receipts:
        for mailbox_id in {letter.mailbox_id: None for letter in letters if letter.mailbox_id in accounts}:
            mine = [letter for letter in letters if letter.mailbox_id == mailbox_id]
            goes_on &= _by_own_relay(shop, org, receipts, accounts[mailbox_id], mine)
        mine = [letter for letter in letters if letter.mailbox_id not in accounts]
        if mine and shop.relay_url:
            carrier = shop.carriers.common(shop.relay_url)
            goes_on &= _in_a_lane(shop, org, receipts, carrier, mine, shop.relay_url)[0]
    return goes_on


def _still_wanted(session: Session, letters: list[Leaving]) -> list[Leaving]:
    """Hold answers that were to leave later whose customer wrote meanwhile: somebody should read that first."""
    moments = {
        letter.ticket_id: letter.unless_written_since
        for letter in letters
        if letter.unless_written_since is not None and letter.ticket_id is not None
    }
    if not moments:
        return letters
    written = written_since(session, moments)
    kept = [letter for letter in letters if letter.unless_written_since is not None and letter.ticket_id in written]
    outbox.hold(session, [letter.id for letter in kept], outbox.CUSTOMER_WROTE, _CUSTOMER_WROTE)
    copies = outbox.copies_by_ids(session, [letter.id for letter in kept]).values() if kept else ()
    for copy in {copy.written_id: copy for copy in copies}.values():
        held_back(session, copy, clock.now())
    going = [letter for letter in letters if letter not in kept]
    _say_that_they_leave(session, going)
    return going


def _say_that_they_leave(session: Session, letters: Sequence[Leaving]) -> None:
    """Answers that were to leave later count as given from now on."""
    later = {
        letter.written_id: letter
        for letter in letters
        if letter.unless_written_since is not None and letter.next_try - letter.created_at > AT_ONCE
    }
    for letter in later.values():
        if (message := message_of_copy(session, letter.id)) is not None:
            leaves(session, message, clock.now())


def _by_own_relay(
    shop: Workshop, org: int, receipts: Receipts, account: RelayAccount, letters: Sequence[Leaving]
) -> bool:
    """Through a mailbox's own relay. How that goes is written down where somebody looks for it, when it changes."""
    goes_on, trouble = True, None
    try:
        carrier = shop.carriers.of(account, org, shop.database, shop.seal)
        goes_on, trouble = _in_a_lane(shop, org, receipts, carrier, letters, f"{org}.{account.id}")
    except Conflict as error:  # its secret was sealed with another key
        trouble = Unreachable(str(error))
        _put_off(shop, org, [letter.id for letter in letters], trouble)
    complaint = str(trouble) if trouble is not None else None
    if complaint != account.complaint:
        with shop.database.desk(org) as session:
            goes(session, account.id, clock.now(), complaint)
    return goes_on


def _in_a_lane(
    shop: Workshop, org: int, receipts: Receipts, carrier: Carrier, letters: Sequence[Leaving], name: str
) -> tuple[bool, Unreachable | None]:
    """As one of the few at a time whom a relay is to see, and no faster than it is to be."""
    room = shop.lanes.room(name, len(letters)) if shop.lanes is not None else None
    if room is not None and room.letters < len(letters):
        with shop.database.desk(org) as session:
            rest = [letter.id for letter in letters[room.letters :]]
            outbox.give_back(session, rest, until=clock.now() + timedelta(seconds=room.wait))
        if not room.has_lane:
            carrier.close()
        return False, _hand_over(shop, org, receipts, carrier, letters[: room.letters])
    return True, _hand_over(shop, org, receipts, carrier, letters)


def _hand_over(
    shop: Workshop, org: int, receipts: Receipts, carrier: Carrier, letters: Sequence[Leaving]
) -> Unreachable | None:
    """One letter after the other, each with a receipt of its own: a crash repeats at most one.

    The next letter is announced behind each one, or while its receipt is being committed; it goes once that is safe.
    """
    end = monotonic() + _PATIENCE
    waiting = deque(_parcels(letters, whole=carrier.takes_whole_letters))
    goes_on = not is_stopping()
    while waiting and goes_on:
        mine, parcel = waiting.popleft()
        goes_on = monotonic() <= end and not is_stopping()  # asked here: what is announced behind this letter also goes
        point("send.before_relay")
        match _carried(carrier, parcel, receipts, waiting[0][1] if waiting and goes_on else None):
            case Unreachable() as error:
                # Nobody answers there: the rest of the batch would only wait for the same.
                _put_off(shop, org, [*mine, *(copy_id for theirs, _ in waiting for copy_id in theirs)], error)
                return error
            case Temporary() as error:
                _put_off(shop, org, mine, error)
            case Permanent() as error:
                _give_up(shop, org, mine, error)
            case str() as answer:
                for copy_id in mine:
                    receipts.note(org, copy_id, answer[:_WORDS], clock.now())
    if waiting:
        # A slow relay: the rest goes back, so that no claim runs out while its letter is on its way.
        with shop.database.desk(org) as session:
            outbox.give_back(session, [copy_id for mine, _ in waiting for copy_id in mine])
    return None


def _parcels(letters: Sequence[Leaving], *, whole: bool) -> Iterator[tuple[list[int], Parcel]]:
    """What goes together, with the ids of its copies: one copy, or all of a letter where the carrier wants that."""
    together: dict[int, list[Leaving]] = {}
    for letter in letters:
        together.setdefault(letter.written_id if whole else letter.id, []).append(letter)
    for copies in together.values():
        sender, raw = copies[0].sender, copies[0].raw
        yield [copy.id for copy in copies], Parcel(sender, tuple(copy.recipient for copy in copies), raw)


def _carried(carrier: Carrier, parcel: Parcel, receipts: Receipts, then: Parcel | None) -> str | Temporary | Permanent:
    """What the carrier says of a letter. A database that is away is no carrier's fault, and goes to whoever called."""
    try:
        carrier.announce(parcel)
    except (Temporary, Permanent) as error:
        return error
    point("send.announced")
    receipts.settle()
    point("send.after_mark")
    try:
        return carrier.carry(parcel, then)
    except (Temporary, Permanent) as error:
        return error


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


def _give_up(shop: Workshop, org: int, copy_ids: Sequence[int], error: Permanent) -> None:
    is_marked = len(copy_ids) == 1 and is_dead(error.status)  # of several, nobody knows which is meant
    with shop.database.desk(org) as session:
        for copy in outbox.copies_by_ids(session, copy_ids).values():
            _fail(session, copy, str(error), is_marked=is_marked)


def _fail(session: Session, copy: OutboxCopy, words: str, *, is_marked: bool = False) -> None:
    """The letter did not go out: the ticket says so, where an agent sees it."""
    copy.state, copy.answer = "failed", words[:_WORDS]
    copy.claimed_until = copy.claimed_by = None
    is_news = is_marked and mark_failing(session, copy.recipient, clock.now())
    not_delivered(session, copy, "not_sent", clock.now(), note=FAILING if is_news else None)
