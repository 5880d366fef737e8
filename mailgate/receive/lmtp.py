"""The LMTP door (RFC 2033): as the SMTP door, but every recipient gets an answer of its own once its mail is kept."""

from __future__ import annotations

import asyncio

from aiosmtpd.lmtp import LMTP

from mailgate import log
from mailgate.receive.accept import Incoming
from mailgate.receive.doorkeeper import Doorkeeper
from mailgate.receive.smtp import LATER, Conversation, listen, note_kept

_log = log.get("door")


class LmtpConversation(Conversation, LMTP):
    """One mail server's connection."""

    door_name = "lmtp"

    async def kept(self, content: bytes) -> str:
        """Keep the mail for each mailbox by itself: what cannot be kept for one does not hold up the others."""
        mails = self.mails(content)
        ends = await asyncio.gather(*(self._door.keep([mail]) for mail in mails.values()), return_exceptions=True)
        answers = [_answer(mail, end) for mail, end in zip(mails.values(), ends, strict=True)]
        by_mailbox = dict(zip(mails, answers, strict=True))
        return "\r\n".join(by_mailbox[self.found[address][:2]] for address in self._recipients())

    def to_all(self, answer: str) -> str:
        return "\r\n".join([answer] * len(self._recipients()))

    async def check_helo_needed(self, helo: str = "LHLO") -> bool:
        """Its greeting has another name."""
        del helo
        return bool(await super().check_helo_needed("LHLO"))

    def _recipients(self) -> list[str]:
        assert self.envelope is not None
        return list(self.envelope.rcpt_tos)


def _answer(mail: Incoming, end: list[int] | BaseException) -> str:
    if isinstance(end, BaseException):  # this recipient's sender comes again, and learns nothing of us
        _log.error("not kept for %s: %s: %s", mail.recipient, type(end).__name__, end)
        return LATER
    (kept_id,) = end
    note_kept(kept_id, mail)
    return f"250 2.0.0 Kept as {kept_id}"


async def serve(door: Doorkeeper, host: str, port: int) -> asyncio.Server:
    """Open the door."""
    return await listen(door, host, port, lambda peer: LmtpConversation(door, peer))
