"""Have files checked, one after the other, within a time that no daemon can stretch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from time import monotonic

from mailgate import log
from mailgate.errors import Temporary
from mailgate.mail import Check, File
from mailgate.viruses.clamd import Clamd, TooSlow, ask

BRIEFLY = 5.0  # seconds for all files of a batch of mail: mail does not wait for a daemon that hangs
PATIENTLY = 40.0  # for those that were not checked by then, when no mail waits
_REST = 30.0  # seconds a daemon that cannot be asked is left alone; then it is greeted first
_A_WORD = 1.0  # is enough for a PING

_NOT_NOW = "It is not checked yet."
_log = log.get("viruses")


class Scanner:
    """Checks files. `clamd` None: nobody asked for that, and files say nothing of it."""

    def __init__(self, clamd: Clamd | None = None, patience: float = 20.0) -> None:
        self._clamd = clamd
        self._patience = patience
        self._rests_until = 0.0
        self._is_doubted = False

    @property
    def is_on(self) -> bool:
        """Whether files are checked at all."""
        return self._clamd is not None

    def check(self, files: Sequence[File], *, within: float = BRIEFLY) -> tuple[File, ...]:
        """The same files with what was found in each, in about so many seconds; equal files are asked for once."""
        if self._clamd is None or not files:
            return tuple(files)
        end = monotonic() + within
        found: dict[str, tuple[Check, str]] = {}
        for file in files:
            if file.sha256 not in found:
                found[file.sha256] = self._found(file, self._clamd, end)
        return tuple(replace(file, check=found[file.sha256][0], finding=found[file.sha256][1]) for file in files)

    def _found(self, file: File, clamd: Clamd, end: float) -> tuple[Check, str]:
        now = monotonic()
        if now >= end or now < self._rests_until:
            return Check.UNCHECKED, _NOT_NOW
        if self._is_doubted and not _is_alive(clamd):
            return self._let_rest()
        self._is_doubted = False
        patience = min(self._patience, end - now)
        try:
            return _read(ask(clamd, "INSTREAM", patience, file.content))
        except Temporary as error:
            _log.error("a file is not checked: %s", error)
            if not (isinstance(error, TooSlow) and _is_alive(clamd)):
                return self._let_rest()
            if patience == self._patience:
                # This file alone takes so long: asked for again and again, it would keep all others waiting.
                return Check.REFUSED, f"ClamAV did not look into it: it took longer than {patience:g} seconds"
            return Check.UNCHECKED, _NOT_NOW

    def _let_rest(self) -> tuple[Check, str]:
        self._rests_until, self._is_doubted = monotonic() + _REST, True
        return Check.UNCHECKED, _NOT_NOW


def _is_alive(clamd: Clamd) -> bool:
    try:
        return ask(clamd, "PING", _A_WORD) == "PONG"
    except Temporary:
        return False


def _read(answer: str) -> tuple[Check, str]:
    """What an answer means: `stream: OK`, `stream: Eicar-Test-Signature FOUND`, or why it was not looked at."""
    words = answer.removeprefix("stream: ")
    if words == "OK":
        return Check.CLEAN, ""
    if words.endswith(" FOUND"):
        return Check.INFECTED, words.removesuffix(" FOUND")[:200]
    _log.warning("ClamAV did not check a file: %s", answer)
    return Check.REFUSED, f"ClamAV did not look into it: {words[:200]}"
