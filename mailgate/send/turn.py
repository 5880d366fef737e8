"""One letter's turn on a connection: MAIL, RCPT and DATA, in one go where the relay allows it (RFC 2920).

Waiting for each answer before the next command costs a round trip apiece; a relay across the country is 30 ms away.
The letter itself may be the first thing of a group (RFC 2920 3.1): the next letter's commands travel with it.
"""

from __future__ import annotations

import re
import smtplib
from collections.abc import Sequence

GO_ON, CLOSING = 354, 421
Reply = tuple[int, bytes]

_TAKEN = (250, 251)
_LINE_WITH_DOT = re.compile(rb"^\.", re.MULTILINE)


class Turn:
    """What is said about one letter, and what the relay answers."""

    def __init__(self, smtp: smtplib.SMTP, sender: str, recipient: str, options: Sequence[str]) -> None:
        """Addresses have been checked: nothing in them can end a line or a bracket."""
        mail, rcpt = f"MAIL FROM:<{sender}>{''.join(f' {option}' for option in options)}", f"RCPT TO:<{recipient}>"
        self._smtp = smtp
        self._commands = [f"{command}\r\n".encode() for command in (mail, rcpt, "DATA")]
        self._is_in_one_go = smtp.has_extn("pipelining")
        self._is_said = False

    def begin(self) -> Reply:
        """Say MAIL FROM, or everything, unless it is said already; and hear the answer to MAIL FROM."""
        if not self._is_said:
            self._smtp.send(b"".join(self._commands) if self._is_in_one_go else self._commands[0])
        return self._smtp.getreply()

    def go_on(self, begun: Reply) -> Reply:
        """Hear the rest: the first refusal, or what was said to DATA."""
        replies = [begun]
        for command in self._commands[1:]:
            is_refused = replies[-1][0] not in _TAKEN
            if replies[-1][0] == CLOSING or (is_refused and not self._is_in_one_go):
                break
            if not self._is_in_one_go:
                self._smtp.send(command)
            replies.append(self._smtp.getreply())
        refusal = next((reply for reply in replies[:2] if reply[0] not in _TAKEN), None)
        if refusal is not None and replies[-1][0] == GO_ON:
            self._smtp.send(b".\r\n")  # refused, and yet it waits for a letter: it gets an empty one, for nobody
            self._smtp.getreply()
        return refusal or replies[-1]

    def say_ahead(self) -> bytes:
        """What is said before the letter, for whoever says it along with something else."""
        self._is_said = True
        return b"".join(self._commands)

    def hand_over(self, raw: bytes, then: Turn | None = None) -> Reply:
        """Send the letter itself, with the next one's commands right behind it, and hear what became of it."""
        has_dots = b"\n." in raw or raw.startswith(b".")
        pieces = [_LINE_WITH_DOT.sub(b"..", raw) if has_dots else raw]
        pieces.append(b".\r\n" if raw.endswith(b"\r\n") else b"\r\n.\r\n")
        if then is not None:
            pieces.append(then.say_ahead())
        self._smtp.send(b"".join(pieces))
        return self._smtp.getreply()
