"""The story of a letter: kept, read, filed, followed, sent. Only this file knows the order; each job drains its rows.

A job is a nudge without content: it claims rows, works through them in batches, and rings again while rows remain.
Claiming is a commit of its own, so a worker that dies leaves its tries behind; filing, following and sending each
commit whole or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import groupby, islice
from time import monotonic

from mailgate import clock, log, parse
from mailgate.errors import Refused, Temporary
from mailgate.failpoints import point
from mailgate.mail import Envelope, Letter, Ruling, Verdict
from mailgate.queue.nudges import JOBS
from mailgate.queue.worker import is_stopping, is_wanted_elsewhere
from mailgate.steps.accounts import write_account_letters
from mailgate.steps.digests import send_digests
from mailgate.steps.figures import count_figures
from mailgate.steps.file import file_letters
from mailgate.steps.files import check_files
from mailgate.steps.follow import follow
from mailgate.steps.routing import route_waiting
from mailgate.steps.rule_clock import ask_due_rules, go_by_schedule
from mailgate.steps.send import deliver, release_held
from mailgate.steps.shelf import clear_shelf, shorten_audit
from mailgate.steps.timing import escalate, time_open_tickets
from mailgate.steps.waking import wake_tickets
from mailgate.steps.webhooks import call_some
from mailgate.steps.workshop import Workshop, here
from mailgate.store import events, kept, outbox
from mailgate.store.claims import TRIES, Claimed, release_claims, work_waiting
from mailgate.store.routing import organisations_to_route
from mailgate.store.rules import claim_timers, organisations_with_rules_due
from mailgate.store.timing import claim_woken, organisations_to_time
from mailgate.store.webhooks import webhooks_waiting
from mailgate.thread.arrival import Arrival
from mailgate.trust.case import Case

READ_AT_ONCE = 100
FOLLOW_AT_ONCE = 100
SEND_AT_ONCE = 100
MOVE_AT_ONCE = 200
WATCH_AT_ONCE = 100
_SLICE = 2.0  # seconds a drain works before it lets the other kinds of work have their turn
_CLAIM = timedelta(seconds=120)  # after that, a worker that says nothing is taken for dead
_SEND_CLAIM = timedelta(minutes=10)  # one relay may take minutes to say 250, and must not be asked twice meanwhile
_AGAIN = timedelta(seconds=20)  # between the tries of a mail that could not be read

_log = log.get("jobs")


def read_mail(slot: int = 0) -> None:
    """Read what was kept, and file it on tickets."""
    shop = here()

    def batch() -> int:
        now = clock.now()
        with shop.database.crossing() as connection:
            claims = kept.claim_mail(connection, shop.worker, READ_AT_ONCE, now, now + _CLAIM)
        point("read.after_claim")
        for org, mine in _by_tenant(claims):
            _one_by_one_when_it_fails(mine, partial(_read, shop, org), _reading_failed)
        return len(claims)

    _drain("read_mail", slot, batch)


def follow_event(slot: int = 0) -> None:
    """Work out what follows from what happened: letters to write, and later rules and due times."""
    shop = here()

    def batch() -> int:
        now = clock.now()
        with shop.database.crossing() as connection:
            claims = events.claim_events(connection, shop.worker, FOLLOW_AT_ONCE, now, now + _CLAIM)
        point("follow.after_claim")
        for org, mine in _by_tenant(claims):
            _one_by_one_when_it_fails(mine, partial(_follow, shop, org), _following_failed)
        if write_account_letters(shop):
            shop.bell.ring("send_mail")
        return len(claims)

    _drain("follow_event", slot, batch)


def send_mail(slot: int = 0) -> None:
    """Hand what is due in the outbox to the relay, a letter at a time."""
    shop = here()

    def batch() -> int:
        now = clock.now()
        with shop.database.crossing() as connection:
            claims = outbox.claim_letters(connection, shop.worker, SEND_AT_ONCE, now, now + _SEND_CLAIM)
        point("send.after_claim")
        goes_on = [deliver(shop, org, [claim.id for claim in mine]) for org, mine in _by_tenant(claims)]
        return len(claims) if all(goes_on) else 0

    _drain("send_mail", slot, batch)


def route_tickets(slot: int = 0) -> None:
    """Give tickets to agents, where teams do not give them out by hand."""
    shop = here()

    def batch() -> int:
        with shop.database.crossing() as connection:
            wanted = organisations_to_route(connection, clock.now())
        moved: list[int] = []

        def work(claims: Sequence[Claimed]) -> None:
            moved.extend(route_waiting(shop.database, claim.org_id) for claim in claims)

        _one_by_one_when_it_fails([Claimed(org, org, tries=0) for org in wanted], work, _routing_failed)
        return sum(moved)

    _drain("route_tickets", slot, batch)


def watch_clocks(slot: int = 0) -> None:
    """Do what policies want done on tickets whose time has come; time open tickets anew when a policy has changed."""
    shop = here()

    def batch() -> int:
        now = clock.now()
        with shop.database.crossing() as connection:
            woken = claim_woken(connection, WATCH_AT_ONCE, now, now + _CLAIM)
            changed = organisations_to_time(connection)
            ruled = claim_timers(connection, WATCH_AT_ONCE, now, now + _CLAIM)
            scheduled = organisations_with_rules_due(connection, now)
        point("clocks.after_claim")
        for org, mine in _by_tenant([Claimed(*each, tries=0) for each in woken]):
            _one_by_one_when_it_fails(mine, partial(_watch, shop, org), _watching_failed)
        for org, mine in _by_tenant([Claimed(*each, tries=0) for each in ruled]):
            _one_by_one_when_it_fails(mine, partial(_rule, shop, org), _watching_failed)
        count = sum(time_open_tickets(shop.database, org) for org in changed)
        return len(woken) + len(ruled) + count + sum(_by_schedule(shop, org) for org in scheduled)

    _drain("watch_clocks", slot, batch)


def call_webhooks(slot: int = 0) -> None:
    """Call what rules and policies want called."""
    shop = here()
    _drain("call_webhooks", slot, partial(call_some, shop))


def sweep(slot: int = 0) -> None:
    """Find whatever lies unattended, whoever forgot it, and see to it that somebody comes."""
    shop = here()
    shop.bell.heard("sweep", slot)
    with shop.database.crossing() as connection:
        waiting = work_waiting(connection, clock.now())
        is_calling = webhooks_waiting(connection, clock.now())
        is_routing = bool(organisations_to_route(connection, clock.now()))
    point("sweep.after_look")
    for job, is_waiting in (
        ("read_mail", waiting.mail),
        ("follow_event", waiting.events),
        ("send_mail", waiting.letters),
        ("watch_clocks", waiting.clocks),
        ("route_tickets", is_routing),
    ):
        if is_waiting:
            shop.bell.ring(job)
    if is_calling:
        shop.bell.ring("call_webhooks")
    release_held(shop)
    wake_tickets(shop)
    send_digests(shop)
    if not any(waiting):
        _move_raw(shop)
        check_files(shop)
        clear_shelf(shop)
        shorten_audit(shop)
        count_figures(shop)


def _read(shop: Workshop, org: int, claims: Sequence[Claimed]) -> None:
    with shop.database.desk(org) as session:
        rows = kept.raw_of(session, [claim.id for claim in claims])
    mails = [(row, raw if raw is not None else shop.blobs.get(org, row.sha256.hex())) for row, raw in rows]
    arrivals = _checked(shop, _verified(shop, [(_arrival(row, raw), raw) for row, raw in mails]))
    point("read.after_parse")
    opened = file_letters(shop, org, arrivals)
    if opened:
        shop.bell.ring("follow_event", workers=-(-opened // FOLLOW_AT_ONCE))


def _arrival(row: kept.Received, raw: bytes) -> Arrival:
    point("read.one", raw)
    envelope = Envelope(row.sender, row.recipient, row.door, row.peer, row.folder, row.is_junk, row.helo or "")
    ruling = Ruling(**row.ruling) if row.ruling is not None else None
    try:
        return Arrival(row.id, row.mailbox_id, envelope, parse.read(raw), Verdict(), ruling=ruling)
    except Refused as refusal:
        unread, why = Letter(sender=None), str(refusal)
        return Arrival(row.id, row.mailbox_id, envelope, unread, Verdict(), refused=why, ruling=ruling)


def read_again(shop: Workshop, row: kept.Received, raw: bytes) -> Arrival:
    """A kept mail as it is read today, with the mark of our spam filter; its sender is not judged anew."""
    arrival = replace(_arrival(row, raw), ruling=None)
    return replace(arrival, spam=shop.trust.spam(Case(raw, arrival.envelope, arrival.letter)))


def _verified(shop: Workshop, read: Sequence[tuple[Arrival, bytes]]) -> list[Arrival]:
    """What is known of each sender; the DNS is asked for all of them side by side, and not for long."""
    cases = [Case(raw, arrival.envelope, arrival.letter) for arrival, raw in read]
    verdicts, marks = shop.trust.judge(cases), map(shop.trust.spam, cases)
    return [
        replace(arrival, verdict=verdict, spam=mark)
        for (arrival, _), verdict, mark in zip(read, verdicts, marks, strict=True)
    ]


def _checked(shop: Workshop, arrivals: Sequence[Arrival]) -> list[Arrival]:
    """What a virus scanner finds in the files of each, if there is one; the mail comes in all the same."""
    if not shop.scanner.is_on:
        return list(arrivals)
    checked = iter(shop.scanner.check([file for arrival in arrivals for file in arrival.letter.files]))
    return [
        replace(arrival, letter=replace(arrival.letter, files=tuple(islice(checked, len(arrival.letter.files)))))
        for arrival in arrivals
    ]


def _reading_failed(claim: Claimed, error: Exception) -> None:
    """Shelve a mail that failed for the third time; put it off before that. It stays kept either way."""
    shop, now = here(), clock.now()
    words = f"{type(error).__name__}: {error}"[:1000]
    until = now if claim.tries >= TRIES else now + _AGAIN  # a claim that ran out thrice is quarantined by the next
    with shop.database.desk(claim.org_id) as session:
        kept.postpone(session, claim.id, until, words)
    _log.error("kept %s could not be read (try %s): %s", claim.id, claim.tries, words)


def _follow(shop: Workshop, org: int, claims: Sequence[Claimed]) -> None:
    written = follow(shop, org, [claim.id for claim in claims])
    if written:
        shop.bell.ring("send_mail", workers=-(-written // SEND_AT_ONCE))


def _following_failed(claim: Claimed, error: Exception) -> None:
    """Nothing is lost: the event stays on the list and is tried again, less and less often."""
    words = f"{type(error).__name__}: {error}"[:1000]
    wait = _AGAIN * min(2**claim.tries, 180)
    with here().database.desk(claim.org_id) as session:
        events.postpone(session, claim.id, clock.now() + wait, words)
    _log.error("event %s could not be followed (try %s): %s", claim.id, claim.tries, words)


def _watch(shop: Workshop, org: int, claims: Sequence[Claimed]) -> None:
    if escalate(shop.database, org, [claim.id for claim in claims]):
        shop.bell.ring("follow_event")


def _rule(shop: Workshop, org: int, claims: Sequence[Claimed]) -> None:
    ask_due_rules(shop, org, [claim.id for claim in claims])
    shop.bell.ring("follow_event")


def _by_schedule(shop: Workshop, org: int) -> int:
    count = go_by_schedule(shop, org)
    shop.bell.ring("follow_event")
    return count


def _watching_failed(claim: Claimed, error: Exception) -> None:
    """It comes again when its claim has run out: nothing is lost, and nobody else waits for it."""
    _log.error("the clocks of ticket %s could not be read: %s: %s", claim.id, type(error).__name__, error)


def _routing_failed(claim: Claimed, error: Exception) -> None:
    """The tickets still want an agent: the next sweep sees to it."""
    _log.error("tickets of organisation %s could not be given out: %s: %s", claim.id, type(error).__name__, error)


def _move_raw(shop: Workshop) -> None:
    """Raw mail that has been read moves from the database to the blob store, when nothing else waits."""
    with shop.database.crossing() as connection:
        waiting = kept.unmoved(connection, MOVE_AT_ONCE)
    for org, pairs in groupby(sorted(waiting), key=lambda pair: pair[0]):
        with shop.database.desk(org) as session:
            rows = kept.raw_of(session, [kept_id for _, kept_id in pairs])
            shop.blobs.put_all(org, [raw for _, raw in rows if raw is not None])
            point("sweep.after_blobs")
            kept.moved(session, [row.id for row, _ in rows])
        point("sweep.after_move")
    if len(waiting) == MOVE_AT_ONCE:
        shop.bell.ring("sweep")


def _drain(job: str, slot: int, batch: Callable[[], int]) -> None:
    """Work through what waits for at most a slice of time; ring again if more is left."""
    shop = here()
    shop.bell.heard(job, slot)
    if shop.holds_lost_claims:
        with shop.database.crossing() as connection:
            release_claims(connection, shop.worker, counted=False)
        shop.holds_lost_claims = False
    end = monotonic() + _SLICE
    try:
        while batch():
            if monotonic() > end or is_stopping() or is_wanted_elsewhere(JOBS[job]):
                shop.bell.ring(job)
                return
    except Temporary:
        # The database went away in the middle; when it is back, nobody should wait for our claims to run out.
        shop.holds_lost_claims = True
        raise


def _by_tenant(claims: Sequence[Claimed]) -> list[tuple[int, list[Claimed]]]:
    ordered = sorted(claims, key=lambda claim: (claim.org_id, claim.id))
    return [(org, list(group)) for org, group in groupby(ordered, key=lambda claim: claim.org_id)]


def _one_by_one_when_it_fails(
    claims: Sequence[Claimed],
    work: Callable[[Sequence[Claimed]], None],
    failed: Callable[[Claimed, Exception], None],
) -> None:
    """One bad row among many delays none of the others."""
    try:
        work(claims)
    except Temporary:
        raise  # the database or the disk, and no row's fault
    except Exception as error:  # noqa: BLE001 - a door: whatever a mail can cause ends here, and its words are kept
        if len(claims) == 1:
            failed(claims[0], error)
            return
        _log.warning("a batch of %s failed and is worked one by one: %s", len(claims), error)
        for claim in claims:
            _one_by_one_when_it_fails([claim], work, failed)
