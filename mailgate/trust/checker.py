"""Judge a batch of mails side by side, within a time that no resolver can stretch."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

from mailgate import log
from mailgate.mail import Verdict
from mailgate.trust.case import Believed, Case, client_of
from mailgate.trust.head import is_marked
from mailgate.trust.names import PATIENCE, Answer, Ask, Names, NoAnswer

# A batch waits for the DNS so long, all its mails together: long enough for a chain of ten questions to servers far
# away, short enough that reading goes on whatever a sender's name server does. What is not answered by then counts as
# not checked; a mail is never held up for it, and never taken for forged.
_AT_MOST = 5.0
_SIDE_BY_SIDE = 32

_UNCHECKED = Verdict("none", ("There is nothing to check its sender with.",))
_log = log.get("trust")


class Checker:
    """Judges mails. `names` None: the DNS is not asked, and only what our own relay found counts."""

    def __init__(self, names: Names | None = None, believed: Believed | None = None) -> None:
        self._names = names
        self._believed = believed or Believed()
        self._pool = ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="trust")

    def judge(self, cases: Sequence[Case]) -> list[Verdict]:
        """A verdict for each mail."""
        open_ = [case for case in cases if self._can_be_checked(case)]
        if not open_:
            return [_UNCHECKED] * len(cases)
        ask = self._hurried()
        found = dict(zip(map(id, open_), self._pool.map(lambda case: self._judge(case, ask), open_), strict=True))
        return [found.get(id(case), _UNCHECKED) for case in cases]

    def spam(self, case: Case) -> str | None:
        """Why a filter of ours took this mail for spam; None when none did."""
        if not self._believed.filters:
            return None
        from mailgate.trust.spam import spam_mark  # noqa: PLC0415 - only where there is a filter

        return spam_mark(case, self._believed)

    def close(self) -> None:
        """Let nobody wait for a slow resolver any more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _can_be_checked(self, case: Case) -> bool:
        """Most of what a relay of ours hands over unsigned needs no closer look."""
        if is_marked(case.raw):
            return self._names is not None or bool(self._believed.results)
        return self._names is not None and client_of(case.envelope, self._believed) is not None

    def _judge(self, case: Case, ask: Ask | None) -> Verdict:
        from mailgate.trust.judge import judge, verdict  # noqa: PLC0415 - only a mail that can be checked pays for it

        try:
            return judge(case, self._believed, ask if case.envelope.door != "import" else None)
        except Exception as error:  # noqa: BLE001 - never a mail lost to a checker; three libraries read hostile bytes here
            _log.warning("a mail from %s could not be checked: %s: %s", case.envelope.peer, type(error).__name__, error)
            return verdict("none", f"It could not be checked: {type(error).__name__}.")

    def _hurried(self) -> Ask | None:
        """The DNS for one batch: when its time is up, nothing is answered any more."""
        if self._names is None:
            return None
        names, end = self._names, monotonic() + _AT_MOST

        def ask(name: str, kind: str) -> Answer:
            left = end - monotonic()
            if left <= 0:
                raise NoAnswer(f"There was no time left to ask for {name}.")
            return names.ask(name, kind, min(left, PATIENCE))

        return ask
