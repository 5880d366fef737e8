"""Have files checked, one after the other, within a time that no daemon can stretch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from time import monotonic

from mailgate import log
from mailgate.errors import Temporary
from mailgate.mail import Check, File
from mailgate.viruses.clamd import Clamd, ask

# All files of a batch together: a claim on mail lasts two minutes. What is not checked by then is checked later.
_AT_MOST = 40.0
_REST = 30.0  # seconds a daemon that cannot be asked is left alone

_NOT_NOW = "It is not checked yet."
_log = log.get("viruses")


class Scanner:
    """Checks files. `clamd` None: nobody asked for that, and files say nothing of it."""

    def __init__(self, clamd: Clamd | None = None, patience: float = 20.0) -> None:
        self._clamd = clamd
        self._patience = patience
        self._rests_until = 0.0

    @property
    def is_on(self) -> bool:
        """Whether files are checked at all."""
        return self._clamd is not None

    def check(self, files: Sequence[File]) -> tuple[File, ...]:
        """The same files with what was found in each; equal files are asked for once."""
        if self._clamd is None or not files:
            return tuple(files)
        end = monotonic() + _AT_MOST
        found: dict[str, tuple[Check, str]] = {}
        for file in files:
            if file.sha256 not in found:
                found[file.sha256] = self._found(file, self._clamd, end)
        return tuple(replace(file, check=found[file.sha256][0], finding=found[file.sha256][1]) for file in files)

    def _found(self, file: File, clamd: Clamd, end: float) -> tuple[Check, str]:
        now = monotonic()
        if now >= end or now < self._rests_until:
            return Check.UNCHECKED, _NOT_NOW
        try:
            answer = ask(clamd, "INSTREAM", min(self._patience, end - now), file.content)
        except Temporary as error:
            _log.error("a file is not checked: %s", error)
            self._rests_until = monotonic() + _REST
            return Check.UNCHECKED, _NOT_NOW
        return _read(answer)


def _read(answer: str) -> tuple[Check, str]:
    """What an answer means: `stream: OK`, `stream: Eicar-Test-Signature FOUND`, or why it was not looked at."""
    words = answer.removeprefix("stream: ")
    if words == "OK":
        return Check.CLEAN, ""
    if words.endswith(" FOUND"):
        return Check.INFECTED, words.removesuffix(" FOUND")[:200]
    _log.warning("ClamAV did not check a file: %s", answer)
    return Check.REFUSED, f"ClamAV did not look into it: {words[:200]}"
