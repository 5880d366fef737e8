"""Named places where a test may make the process die, fail or wait. Off, a point costs one attribute look-up.

`MAILGATE_FAILPOINTS="accept.before_commit=kill;read.after_claim=raise*2;send.after_250=sleep:3"` arms them:
`kill` is SIGKILL to this process, `raise` an exception, `sleep:N` a pause of N seconds; `*N` fires only the first N
times, `@N` only the Nth time. `read.one?poison=kill` fires only for what has "poison" in it.
"""

import os
import re
import signal
import time

_ACTION = re.compile(r"(?P<what>kill|raise|sleep)(?::(?P<seconds>[\d.]+))?(?:\*(?P<times>\d+)|@(?P<nth>\d+))?")


class Failpoint(Exception):  # noqa: N818 - raised on purpose, by name
    """An armed failpoint fired."""


def _read(plan: str) -> dict[str, tuple[bytes, re.Match[str]]]:
    points: dict[str, tuple[bytes, re.Match[str]]] = {}
    for part in filter(None, (piece.strip() for piece in plan.split(";"))):
        place, _, action = part.partition("=")
        name, _, needle = place.strip().partition("?")
        match = _ACTION.fullmatch(action.strip())
        if match is None:
            message = f"MAILGATE_FAILPOINTS: {part!r} is not NAME[?NEEDLE]=kill|raise|sleep:SECONDS[*TIMES|@NTH]"
            raise ValueError(message)
        points[name] = (needle.encode(), match)
    return points


# Read straight from the environment: failpoints belong to tests, not to the settings users see.
_armed = _read(os.environ.get("MAILGATE_FAILPOINTS", ""))  # noqa: TID251 - see above
_passed: dict[str, int] = {}


def arm(plan: str) -> None:
    """Arm points inside this process, for tests that call the code directly; "" disarms all."""
    _armed.clear()
    _passed.clear()
    _armed.update(_read(plan))


def point(name: str, about: bytes = b"") -> None:
    """Stand here under this name, while working on `about`."""
    if _armed and (armed := _armed.get(name)) is not None:
        needle, action = armed
        if needle in about:
            _fire(name, action)


def _fire(name: str, action: re.Match[str]) -> None:
    count = _passed[name] = _passed.get(name, 0) + 1
    if action["times"] and count > int(action["times"]):
        return
    if action["nth"] and count != int(action["nth"]):
        return
    if action["what"] == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if action["what"] == "sleep":
        time.sleep(float(action["seconds"] or 1))
        return
    raise Failpoint(name)
