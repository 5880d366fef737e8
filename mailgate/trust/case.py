"""What there is to judge, and whom to believe."""

from __future__ import annotations

from dataclasses import dataclass

from mailgate.mail import Envelope, Letter
from mailgate.networks import is_in, is_public

_HANDED_OVER = ("lmtp", "imap", "pipe", "import")  # doors through which only servers of ours bring mail


@dataclass(frozen=True, slots=True)
class Case:
    """A mail as it came, and as it was read."""

    raw: bytes
    envelope: Envelope
    letter: Letter


@dataclass(frozen=True, slots=True)
class Believed:
    """Whose word counts, besides the DNS's."""

    relays: tuple[str, ...] = ()  # networks from which our own relays hand mail over
    results: tuple[str, ...] = ()  # names under which they write Authentication-Results, in lower case
    sealers: tuple[str, ...] = ()  # domains that forward mail to us, and whose ARC seals count, in lower case
    filters: tuple[str, ...] = ()  # spam filters our relays run, and whose headers count: see `trust.spam`


def client_of(envelope: Envelope, believed: Believed) -> str | None:
    """The address of the stranger who handed the mail over; None where it came by way of our own servers.

    This machine, private networks and the relays named in the settings are ours.
    """
    if envelope.door != "smtp" or not is_public(envelope.peer) or is_in(envelope.peer, believed.relays):
        return None
    return envelope.peer


def is_from_relay(envelope: Envelope, believed: Believed) -> bool:
    """Whether a server of ours handed the mail over, so that what it noted on top can be believed."""
    if envelope.door == "smtp":
        return client_of(envelope, believed) is None
    return envelope.door in _HANDED_OVER
