"""Send: letters that lie in the outbox are handed to the relay, each with a commit of its own."""

from __future__ import annotations

import time

from mailgate.bench.figures import Limit, Plan, Row
from mailgate.bench.invented.mails import Mail, first_mails
from mailgate.bench.machine import watched
from mailgate.bench.site import DESK, Site, WentWrong, bare, free_port, require_all_taken, wait_for_port

_LETTER_SIZE = 3000  # bytes; about what an automatic answer has


def measure(plan: Plan, site: Site) -> Row:
    """One worker, beside smtplib handing over as many letters of that size over one kept connection."""
    _fill_outbox(plan, site)
    with site.helper("sink") as sink:
        port = sink.hear()["port"]
        workers = (
            ["worker", "--name", "bench-1", "--queues", "send"],
            ["worker", "--name", "bench-2", "--queues", "mail"],
        )
        with site.running(*workers, ["clock"], MAILGATE_RELAY_URL=f"smtp://127.0.0.1:{port}"):
            sink.ask("await 1", patience=plan.patience)  # by now everything is imported and connected
            with watched(without=site.helpers) as cost:
                taken = sink.ask(f"await {plan.mails}", patience=plan.patience)
            _wait_for(site, "sent", plan)
        letters = [Mail(f"p{number}@kitely.example", DESK, b"x" * 72 + b"\r\n") for number in range(plan.mails)]
        letters = [Mail(mail.sender, mail.recipient, mail.raw * (_LETTER_SIZE // 74)) for mail in letters]
        limit = Limit("smtplib over one kept connection", bare(site, letters, ["send"], sink_port=port))
    return Row("send", cost, plan.mails - 1, taken["last"] - taken["first"], [limit])


def _fill_outbox(plan: Plan, site: Site) -> None:
    """Written letters, held back."""
    port = free_port()
    with site.running(
        ["smtp", "--listen", f"127.0.0.1:{port}"],
        ["worker", "--name", "bench-1"],
        ["worker", "--name", "bench-2"],
        ["clock"],
        MAILGATE_SENDING="hold",
        MAILGATE_ACK_PER_HOUR="0",
    ):
        wait_for_port(port)
        with site.generator(port, first_mails(plan.mails, DESK)) as generator:
            require_all_taken(generator.ask("go", patience=plan.patience), plan.mails)
        _wait_for(site, "held", plan)


def _wait_for(site: Site, state: str, plan: Plan) -> None:
    deadline = time.monotonic() + plan.patience
    while site.counts().get(("outbox", state), 0) < plan.mails:
        if time.monotonic() > deadline:
            raise WentWrong(f"Not all letters became {state}: {site.counts()}.")
        time.sleep(0.2)
