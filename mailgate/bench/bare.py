"""The parts alone, one mail after the other in one process: `python -m mailgate.bench.bare SPOOL SINK_PORT PART…`.

Parts: `parse` (mail-parser), `commit` (an insert and a commit; the database's URL comes first on stdin), `send`
(smtplib over a kept connection). Says `ready`, waits for a line, works, and reports when it began and ended.
"""

from __future__ import annotations

import json
import smtplib
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from time import monotonic

from mailgate.bench.client import unspool
from mailgate.bench.invented.mails import Mail

Part = Callable[[Mail], object]


def main(path: Path, sink_port: int, names: Sequence[str]) -> None:
    with ExitStack() as stack:
        parts = [_PARTS[name](stack, sink_port) for name in names]
        with path.open("rb") as file:
            mails = list(unspool(file))
        print("ready", flush=True)
        sys.stdin.readline()
        first = monotonic()
        for mail in mails:
            for part in parts:
                part(mail)
        print(json.dumps({"first": first, "last": monotonic(), "taken": len(mails)}), flush=True)


def _parse(_stack: ExitStack, _port: int) -> Part:
    import mailparser  # noqa: PLC0415 - only where it is measured

    return lambda mail: mailparser.parse_from_bytes(mail.raw)


def _commit(stack: ExitStack, _port: int) -> Part:
    from mailgate.store.bare import Bare  # noqa: PLC0415 - as above

    bare = stack.enter_context(Bare(sys.stdin.readline().strip()))
    return lambda mail: bare.keep(mail.sender, mail.recipient, mail.raw)


def _send(stack: ExitStack, port: int) -> Part:
    client = stack.enter_context(smtplib.SMTP("127.0.0.1", port, "localhost"))
    client.ehlo()
    return lambda mail: client.sendmail(mail.recipient, [mail.sender], mail.raw)


_PARTS: dict[str, Callable[[ExitStack, int], Part]] = {"parse": _parse, "commit": _commit, "send": _send}


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
