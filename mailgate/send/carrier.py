"""What sending asks of whatever carries letters away: an SMTP relay, or a provider's own door."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Parcel:
    """One letter, and who gets it now. `sender` is the return path; "" where none is wanted."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes


class Carrier(Protocol):
    """Carries letters. It keeps what it has opened until it is closed."""

    takes_whole_letters: bool  # all recipients of a letter at once; else each gets a turn, and a fate, of their own

    def announce(self, parcel: Parcel) -> None:
        """Say all that comes before the letter itself, which cannot have been taken before `carry`. Raises as that."""

    def carry(self, parcel: Parcel, then: Parcel | None = None) -> str:
        """Hand over what was announced, or is announced first; the words of whoever took it are the receipt.

        `then` is what will be announced next, if that is known: it may be said in the same breath. Raises Unreachable
        (nothing can be handed over just now), Temporary (this letter, later) or Permanent.
        """

    def close(self) -> None:
        """Leave in peace."""
