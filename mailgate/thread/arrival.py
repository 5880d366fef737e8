"""A letter on its way to a ticket, with all that is known about how it came."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from mailgate.mail import Address, Envelope, Letter, Ruling, Verdict


@dataclass(frozen=True, slots=True)
class Arrival:
    """One kept mail, read."""

    kept_id: int
    mailbox_id: int
    envelope: Envelope
    letter: Letter
    verdict: Verdict
    refused: str | None = None  # why the letter could not be read at all; then `letter` is empty
    ruling: Ruling | None = None  # somebody has looked at it, and decided
    spam: str | None = None  # why a spam filter of ours has marked it

    @property
    def same(self) -> bytes:
        """Equal for all deliveries of one mail, to whichever mailbox: Message-ID and content, not the trace headers."""
        content = self.letter.fingerprint or str(self.kept_id)  # what was not read is like nothing else
        parts = (self.letter.message_id or "", content)
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).digest()

    @property
    def sender(self) -> str:
        """Who says they wrote it, in lower case; "" when nobody does."""
        return self.letter.sender.address.lower() if self.letter.sender else ""

    @property
    def author(self) -> Address:
        """Whose request this becomes: the sender, else the envelope's; somebody stands on every ticket."""
        return self.letter.sender or Address(self.envelope.sender or "nobody@invalid")

    @property
    def recipients(self) -> tuple[str, ...]:
        """Every address it was sent to, as far as headers and envelope tell, the envelope's first."""
        headers = [address.address.lower() for address in (*self.letter.to, *self.letter.cc)]
        return tuple(dict.fromkeys((self.envelope.recipient.lower(), *self.letter.delivered_to, *headers)))

    @property
    def cited(self) -> tuple[str, ...]:
        """The Message-IDs it refers to, newest first."""
        return tuple(dict.fromkeys((*reversed(self.letter.in_reply_to), *reversed(self.letter.references))))
