"""Accept: mails come in over eight kept connections, each committed before its 250."""

from __future__ import annotations

from collections.abc import Sequence

from mailgate.bench.figures import Limit, Plan, Row
from mailgate.bench.invented.mails import Mail, first_mails
from mailgate.bench.machine import watched
from mailgate.bench.site import DESK, Site, WentWrong, bare, free_port, require_all_taken, wait_for_port

_WARM_UP = 100


def measure(plan: Plan, site: Site) -> Row:
    """The door as `mailgate smtp` runs it, beside an aiosmtpd that keeps nothing and a commit a mail without SMTP."""
    mails = first_mails(plan.mails, DESK)
    with site.helper("null_door") as null:
        limits = [Limit("bare aiosmtpd, nothing kept", _rate(site, null.hear()["port"], mails))]
    port = free_port()
    with site.running(["smtp", "--listen", f"127.0.0.1:{port}"]):
        wait_for_port(port)
        _rate(site, port, first_mails(_WARM_UP, DESK, seed=2, start=1_000_000))
        with site.generator(port, mails) as generator, watched(without=site.helpers) as cost:
            sent = generator.ask("go", patience=plan.patience)
    require_all_taken(sent, len(mails))
    waiting = site.counts().get(("kept", ""), 0)
    if waiting != _WARM_UP + len(mails):
        raise WentWrong(f"{_WARM_UP + len(mails)} mails were acknowledged, and {waiting} are kept.")
    limits.append(Limit("one insert and commit after the other", bare(site, mails, ["commit"])))
    return Row("accept", cost, len(mails), sent["last"] - sent["first"], limits)


def _rate(site: Site, port: int, mails: Sequence[Mail]) -> float:
    with site.generator(port, mails) as generator:
        sent = generator.ask("go")
    require_all_taken(sent, len(mails))
    return len(mails) / float(sent["last"] - sent["first"])
