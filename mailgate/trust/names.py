"""Ask the DNS through one small interface, so that answers can be recorded; never wait long, remember what was said."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from mailgate import log
from mailgate.errors import Temporary

if TYPE_CHECKING:
    import dns.resolver

Answer = tuple[str, ...] | None  # the records, as text; None: there is no such name
Ask = Callable[[str, str], Answer]  # name and kind; raises NoAnswer

PATIENCE = 3.0  # seconds for a question, all its tries together
_SILENT = 30.0  # seconds for which a name, or a resolver, that gave no answer is not asked again
_SIGN_OF_LIFE = 1.0  # seconds a resolver has to name the root servers, which each of them knows by heart
_REMEMBERED = 20_000  # answers
# Names that are set apart for examples and tests (RFC 2606, RFC 6761): nobody can have records there.
_SET_APART = ("example", "test", "invalid", "localhost", "local", "example.com", "example.net", "example.org")

_log = log.get("trust")


class NoAnswer(Temporary):
    """The DNS gave no answer: not in time, or not one that says anything."""


class Names(Protocol):
    """Whoever knows the DNS, or what it once said."""

    def ask(self, name: str, kind: str, within: float = PATIENCE) -> Answer: ...


class Resolver:
    """One resolver: the system's, or the one at an address. Answers are remembered as long as they say they hold.

    A name that gives no answer is left alone for a while. So is a resolver that shows no sign of life: else every mail
    would wait for it. A sender's silent name server cannot bring that about, since the root is asked before.
    """

    def __init__(self, address: str, *, port: int = 53) -> None:
        self._address, self._port = address, port
        self._made: dns.resolver.Resolver | None = None
        self._silent: dict[tuple[str, str], float] = {}
        self._away_until = 0.0
        self._lock = threading.Lock()

    def ask(self, name: str, kind: str, within: float = PATIENCE) -> Answer:
        """The records of this kind. Raises NoAnswer."""
        if is_set_apart(name):
            return None
        if max(self._away_until, self._silent.get((name, kind), 0.0)) > monotonic():
            raise NoAnswer(f"The DNS gave no answer for {name} a moment ago.")
        try:
            return _look_up(self._resolver(), name, kind, within)
        except NoAnswer:
            if within >= PATIENCE:
                self._remember_silence(name, kind)
            raise

    def _resolver(self) -> dns.resolver.Resolver:
        with self._lock:
            if self._made is None:
                self._made = _make(self._address, self._port)
            return self._made

    def _remember_silence(self, name: str, kind: str) -> None:
        if len(self._silent) >= _REMEMBERED:
            self._silent.clear()
        self._silent[name, kind] = monotonic() + _SILENT
        with self._lock:
            if self._made is None or self._away_until > monotonic() or _is_alive(self._made):
                return
            self._away_until = monotonic() + _SILENT
            self._made = None  # the system's set-up may be another one by then
        _log.warning("the DNS resolver does not answer; mail is read without asking it for %.0f s", _SILENT)


def is_set_apart(name: str) -> bool:
    """Whether this is a name for examples and tests."""
    bare = name.rstrip(".").lower()
    return any(bare == apart or bare.endswith(f".{apart}") for apart in _SET_APART)


def _make(address: str, port: int) -> dns.resolver.Resolver:
    import dns.exception  # noqa: PLC0415 - only who asks pays for the library
    import dns.resolver  # noqa: PLC0415 - as above

    try:
        made = dns.resolver.Resolver(configure=address == "system")
    except dns.exception.DNSException as error:
        raise NoAnswer(f"This system has no DNS resolver set up: {error}") from error
    if address != "system":
        made.nameservers, made.port = [address], port
    made.cache = dns.resolver.LRUCache(_REMEMBERED)
    return made


def _look_up(resolver: dns.resolver.Resolver, name: str, kind: str, within: float) -> Answer:
    import dns.exception  # noqa: PLC0415 - as above
    import dns.name  # noqa: PLC0415 - as above
    import dns.resolver  # noqa: PLC0415 - as above

    try:
        asked = dns.name.from_text(name)
    except (dns.exception.DNSException, UnicodeError):
        return None  # not a name at all
    try:
        found = resolver.resolve(asked, kind, raise_on_no_answer=False, lifetime=max(within, 0.01)).rrset or ()
    except dns.resolver.NXDOMAIN:
        return None
    except dns.exception.DNSException as error:
        raise NoAnswer(f"The DNS gave no answer for {name}: {error}") from error
    if kind == "TXT":
        return tuple(b"".join(record.strings).decode("utf-8", "replace") for record in found)
    return tuple(record.to_text() for record in found)


def _is_alive(resolver: dns.resolver.Resolver) -> bool:
    import dns.exception  # noqa: PLC0415 - as above
    import dns.resolver  # noqa: PLC0415 - as above

    try:
        resolver.resolve(".", "NS", raise_on_no_answer=False, lifetime=_SIGN_OF_LIFE)
    except dns.resolver.LifetimeTimeout:
        return False
    except dns.exception.DNSException:
        return True  # an odd answer is one all the same
    return True
