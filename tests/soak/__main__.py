"""`make soak`: `python -m tests.soak --minutes 30 --state soak-state`. A line a minute, a verdict, exit 1 on failure.

Ctrl-C ends it early, with a verdict; run again with the same folder, it goes on with what is there.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from mailgate import clock
from tests.soak import ledger
from tests.soak.gateway import Up, up
from tests.soak.stream import Journal, Stream
from tests.soak.trouble import Trouble
from tests.support import dovecot
from tests.support.processes import eventually
from tests.support.relay import Relay

_SAMPLE_SECONDS = 5.0
_TO_SETTLE = 600  # seconds for everything to be read, followed and sent once nothing disturbs any more
_SHOWN = 20


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=30)
    options.add_argument("--state", type=Path, default=Path("soak-state"))
    options.add_argument("--pause", type=float, default=0.2, help="seconds between two mails of a sender")
    options.add_argument("--trouble", type=float, default=6.0, help="seconds between two troubles, on average")
    chosen = options.parse_args()
    folder = chosen.state.resolve()
    folder.mkdir(exist_ok=True, parents=True)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with ExitStack() as open_things:
        server = open_things.enter_context(dovecot.dovecot()) if dovecot.PROGRAM else None
        if server is None:
            _say("IMAP is left out: Dovecot is not installed (apt-get install dovecot-imapd)")
        relay = open_things.enter_context(Relay())
        gateway = open_things.enter_context(up(folder, relay.url, server.port if server else None))
        journal = Journal(folder / "acknowledged")
        stream = Stream(gateway.ports, server, journal, chosen.pause)
        trouble = Trouble(gateway, (chosen.trouble / 2, chosen.trouble * 1.5))
        samples = _run(gateway, stream, trouble, stop, timedelta(minutes=chosen.minutes))
        is_well = _judge(gateway, journal, relay, samples)
    sys.exit(0 if is_well else 1)


def _run(gateway: Up, stream: Stream, trouble: Trouble, stop: threading.Event, length: timedelta) -> list[int]:
    """Let it rain for so long; the samples of memory."""
    samples: list[int] = []
    end, next_line = time.monotonic() + length.total_seconds(), time.monotonic() + 60
    stream.start()
    trouble.start()
    try:
        while time.monotonic() < end and not stop.wait(_SAMPLE_SECONDS):
            samples.append(gateway.memory())
            if time.monotonic() > next_line:
                next_line += 60
                _say(_line(stream, trouble, samples))
    finally:
        trouble.stop()
        stream.stop()
    _say(_line(stream, trouble, samples))
    return samples


def _line(stream: Stream, trouble: Trouble, samples: list[int]) -> str:
    counts = ", ".join(f"{door} {count}" for door, count in sorted(stream.counts.items()))
    made = ", ".join(f"{what} {count}" for what, count in sorted(trouble.made.items()))
    return f"acknowledged: {counts}; trouble: {made}; memory {samples[-1] / 2**20 if samples else 0:.0f} MB"


def _judge(gateway: Up, journal: Journal, relay: Relay, samples: list[int]) -> bool:
    acknowledged = list(journal.read())
    try:
        eventually(lambda: _is_settled(gateway, len(acknowledged)), within=_TO_SETTLE, every=1)
    except AssertionError:
        _say(f"not settled after {_TO_SETTLE} s")
    found = ledger.wrong(gateway, acknowledged, relay.taken)
    if (grown := ledger.growth(samples)) is not None:
        found.append(grown)
    if (unfinished := gateway.count(ledger.UNFINISHED)) != 0:
        found.append(f"{unfinished} mails, events or letters are unfinished")
    for line in found[:_SHOWN]:
        _say(line)
    _say(
        f"{len(acknowledged)} mails acknowledged in all, {gateway.count('SELECT count(*) FROM kept_mail')} kept,"
        f" {gateway.count('SELECT count(*) FROM tickets')} tickets, {len(relay.taken)} letters"
        f" ({ledger.repeated(relay.taken)} repeated), {len(found)} wrong: {'FAILED' if found else 'well'}"
    )
    return not found


def _is_settled(gateway: Up, acknowledged: int) -> bool:
    """Nothing is under way, and what was put on the IMAP server has been fetched."""
    try:
        filed = gateway.count("SELECT count(DISTINCT message_id) FROM messages WHERE direction = 'in'")
        return filed >= acknowledged and gateway.count(ledger.UNFINISHED) == 0
    except Exception as error:  # noqa: BLE001 - the database may still be coming back
        _say(f"asked too early: {type(error).__name__}: {error}")
        return False


def _say(words: str) -> None:
    sys.stdout.write(f"{clock.now():%H:%M:%S} {words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
