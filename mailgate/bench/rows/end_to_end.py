"""End to end: a mail comes in by SMTP, is read, filed and answered, and the answer is handed to the relay."""

from __future__ import annotations

import smtplib
from collections import Counter
from time import monotonic

from mailgate.bench.figures import Limit, Plan, Row, Timing, middle_and_slow
from mailgate.bench.invented.mails import Answered, first_mails, replies
from mailgate.bench.machine import watched
from mailgate.bench.site import DESK, Helper, Site, WentWrong, bare, free_port, require_all_taken, wait_for_port

_WARM_UP = 200
_ALONE = 20
_REPLIES = 10  # one mail in so many answers a letter of ours


def measure(plan: Plan, site: Site) -> Row:
    """From the first byte sent until the relay has taken the last answer."""
    row = whole_way(plan, site, "end to end")
    row.limits = [Limit("mail-parser, commit, smtplib in a bare loop, × 2", _bare(plan, site))]
    return row


def whole_way(plan: Plan, site: Site, name: str, *, start: int = 0) -> Row:
    """Send mails and wait for their answers. `start`: another one sends others."""
    port = free_port()
    with site.helper("sink") as sink:
        relay = f"smtp://127.0.0.1:{sink.hear()['port']}"
        with site.running(
            ["smtp", "--listen", f"127.0.0.1:{port}"],
            ["worker", "--name", "bench-1", "--queues", "mail"],  # as `mailgate up` shares the work
            ["worker", "--name", "bench-2", "--queues", "send,mail"],
            ["clock"],
            MAILGATE_RELAY_URL=relay,
            MAILGATE_REQUESTS_PER_SENDER="0",
            MAILGATE_ACK_PER_HOUR="0",  # the breaker is there to stop just this
        ):
            wait_for_port(port)
            letters = _warm_up(site, sink, port, start)
            row = _measure(plan, site, sink, port, letters, start)
            row.name, row.timings = name, [_alone(sink, port, start)]
    return row


def _bare(plan: Plan, site: Site) -> float:
    """The same parts without anything of ours around them, in as many processes as there were workers."""
    with site.helper("sink") as sink:
        port = sink.hear()["port"]
        return bare(
            site, first_mails(plan.mails, DESK, seed=3), ["parse", "commit", "send"], sink_port=port, processes=2
        )


def _warm_up(site: Site, sink: Helper, port: int, start: int) -> list[Answered]:
    """Everything imported, connected and cached; and letters of ours to reply to."""
    with site.generator(port, first_mails(_WARM_UP, DESK, seed=2, start=1_000_000 + start)) as generator:
        require_all_taken(generator.ask("go"), _WARM_UP)
    sink.ask(f"await {_WARM_UP}")
    letters = sink.ask("report")["letters"]
    sink.ask("forget")
    return [Answered(one["recipient"], one["reply-to"], one["subject"], one["message-id"]) for one in letters]


def _measure(plan: Plan, site: Site, sink: Helper, port: int, letters: list[Answered], start: int) -> Row:
    mails = first_mails(plan.mails - plan.mails // _REPLIES, DESK, start=start)
    answers = [letters[number % len(letters)] for number in range(plan.mails // _REPLIES)]
    before = site.counts()
    for place, reply in enumerate(replies(answers, seed=1 + start)):
        mails.insert((place + 1) * _REPLIES - 1, reply)
    first = plan.mails - len(answers)
    with site.generator(port, mails) as generator, watched(without=site.helpers) as cost:
        sent = generator.ask("go", patience=plan.patience)
        taken = sink.ask(f"await {first}", patience=plan.patience)
    require_all_taken(sent, plan.mails)
    _require_true(site, sink, before, first, len(answers))
    seconds = taken["last"] - sent["first"]
    return Row("end to end", cost, plan.mails, seconds)


def _alone(sink: Helper, port: int, start: int) -> Timing:
    """How long whoever writes to a desk with nothing else to do waits for the answer."""
    waits = []
    sink.ask("forget")
    with smtplib.SMTP("127.0.0.1", port, "localhost") as client:
        for number, mail in enumerate(first_mails(_ALONE, DESK, seed=4, start=2_000_000 + start)):
            begun = monotonic()
            client.sendmail(mail.sender, [mail.recipient], mail.raw)
            waits.append(sink.ask(f"await {number + 1}")["last"] - begun)
    return Timing("one mail alone until its answer", *middle_and_slow(waits))


def _require_true(site: Site, sink: Helper, before: dict[tuple[str, str], int], first: int, answers: int) -> None:
    """Each mail has its outcome, each first mail exactly one answer, to whoever wrote it."""
    after = site.counts()
    new = {key: after[key] - before.get(key, 0) for key in after if key[0] in {"kept", "outbox"}}
    new = {key: count for key, count in new.items() if count}
    expected = {("kept", "opened"): first, ("kept", "appended"): answers, ("outbox", "sent"): first}
    if new != expected:
        raise WentWrong(f"The ledger says {new}, and it should say {expected}.")
    recipients = Counter(letter["recipient"] for letter in sink.ask("report")["letters"])
    if len(recipients) != first or set(recipients.values()) != {1}:
        raise WentWrong("The relay was not handed exactly one answer for each first mail.")
