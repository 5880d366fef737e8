"""Hand letters to a relay, one after the other, over one connection."""

from __future__ import annotations

import re
import smtplib
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import NoReturn, Self

from mailgate import failpoints
from mailgate.errors import Permanent, Temporary
from mailgate.send.address import RelayAddress, read_relay_url
from mailgate.send.carrier import Parcel
from mailgate.send.connection import Unreachable, connect, words
from mailgate.send.sorting import STATUS, is_about_us
from mailgate.send.turn import CLOSING, GO_ON, Reply, Turn

_BARE_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_UNFIT = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff<>]")
_ORDINARY = re.compile(r"[\w+=-]+(?:\.[\w+=-]+)*@[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.ASCII)
_OUT_OF_STEP = (500, 501, 502, 503)


@dataclass(frozen=True, slots=True)
class _Announcement:
    """A letter that is announced, or about to be."""

    parcel: Parcel
    raw: bytes  # with whole line ends
    turn: Turn


class Relay:
    """One connection to one relay, opened when the first letter comes and kept for the next."""

    takes_whole_letters = False

    def __init__(
        self,
        where: str | RelayAddress,
        *,
        connect_timeout: float = 15,
        answer_timeout: float = 60,
        accept_timeout: float = 300,
    ) -> None:
        """Timeouts in seconds. RFC 5321 4.5.3.2.6 asks for patience at the end: a relay may scan before it says 250."""
        self._address = read_relay_url(where) if isinstance(where, str) else where
        self._connect_timeout = connect_timeout
        self._answer_timeout = answer_timeout
        self._accept_timeout = accept_timeout
        self._smtp: smtplib.SMTP | None = None
        self._announced: _Announcement | None = None  # the relay waits for this letter itself
        self._ahead: _Announcement | None = None  # said behind a letter; what the relay answered is not heard yet
        self._may_speak_ahead, self._was_heard_ahead = True, False

    def announce(self, parcel: Parcel) -> None:
        """MAIL, RCPT and DATA for one recipient's copy, until the relay waits for the letter itself."""
        _require_addresses(parcel)
        if self._announced is not None:  # and it never came: whatever is said now would be read as its text
            self._drop()
        try:
            announcement, (code, text) = self._heard_ahead(parcel) or self._said_now(parcel)
            if code != GO_ON:
                self._refuse(code, text)
        except OSError as error:
            self._lost(error)
        self._announced = announcement

    def carry(self, parcel: Parcel, then: Parcel | None = None) -> str:
        """Hand over one recipient's copy, and announce the next one behind it where the relay allows that.

        Raises Unreachable (the relay itself is the trouble), Temporary (this letter, later) or Permanent.
        """
        if self._announced is None or self._announced.parcel is not parcel:
            self.announce(parcel)
        assert self._announced is not None
        announced, self._announced = self._announced, None
        self._ahead = self._to_say_ahead(then)
        try:
            self._wait(self._accept_timeout)
            receipt = self._accepted(
                *announced.turn.hand_over(announced.raw, self._ahead.turn if self._ahead else None)
            )
            self._wait(self._answer_timeout)
        except OSError as error:
            self._lost(error)
        failpoints.point("send.after_250")
        return receipt

    def deliver(self, sender: str, recipient: str, raw: bytes) -> str:
        """Hand over one letter for one recipient, as `carry` does."""
        return self.carry(Parcel(sender, (recipient,), raw))

    def close(self) -> None:
        """Say goodbye, if there is still somebody to say it to."""
        if self._announced is not None or self._ahead is not None:
            self._drop()
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            try:
                smtp.quit()
            except OSError:
                smtp.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _lost(self, error: OSError) -> NoReturn:
        self._drop()
        raise Temporary(f"The connection to the relay {self._address} was lost: {error}") from None

    def _said_now(self, parcel: Parcel) -> tuple[_Announcement, Reply]:
        """Say what comes before a letter. A kept connection may be closed by now: nothing went yet, so begin anew."""
        raw = _with_whole_line_ends(parcel.raw)
        if self._smtp is not None:
            announcement = _Announcement(parcel, raw, self._turn(self._smtp, parcel, raw))
            try:
                reply = announcement.turn.begin()
            except smtplib.SMTPServerDisconnected:
                reply = CLOSING, b""
            if reply[0] != CLOSING:
                return announcement, announcement.turn.go_on(reply)
            self._drop()
        self._smtp = connect(self._address, patience=self._connect_timeout)
        self._wait(self._answer_timeout)
        announcement = _Announcement(parcel, raw, self._turn(self._smtp, parcel, raw))
        try:
            reply = announcement.turn.begin()
        except OSError as error:
            self._drop()
            raise Unreachable(f"The relay {self._address} does not take mail: {error}") from None
        return announcement, announcement.turn.go_on(reply)

    def _to_say_ahead(self, parcel: Parcel | None) -> _Announcement | None:
        """What is said in one breath with the letter before; what is wrong with it is found when its turn comes."""
        if parcel is None or not self._may_speak_ahead or self._smtp is None or not self._smtp.has_extn("pipelining"):
            return None
        try:
            _require_addresses(parcel)
            raw = _with_whole_line_ends(parcel.raw)
            return _Announcement(parcel, raw, self._turn(self._smtp, parcel, raw))
        except Permanent:
            return None

    def _heard_ahead(self, parcel: Parcel) -> tuple[_Announcement, Reply] | None:
        """The answer to what was said ahead; None where that has to be said (again).

        A relay may throw away what comes behind a letter. One that never heard it is not spoken to like that any more.
        """
        ahead, self._ahead = self._ahead, None
        if ahead is None:
            return None
        reply: Reply = CLOSING, b""
        if ahead.parcel is parcel:
            with suppress(OSError):
                reply = ahead.turn.go_on(ahead.turn.begin())
            self._may_speak_ahead = self._was_heard_ahead = self._was_heard_ahead or _is_in_step(reply)
        if _is_in_step(reply):
            return ahead, reply
        self._drop()
        return None

    def _turn(self, smtp: smtplib.SMTP, parcel: Parcel, raw: bytes) -> Turn:
        (recipient,) = parcel.recipients
        return Turn(smtp, parcel.sender, recipient, self._options(parcel.sender, recipient, raw))

    def _options(self, sender: str, recipient: str, raw: bytes) -> list[str]:
        """What MAIL FROM has to say about this letter, or Permanent where the relay cannot carry it."""
        assert self._smtp is not None
        head = raw.partition(b"\r\n\r\n")[0]
        options = [f"SIZE={len(raw)}"] if self._smtp.has_extn("size") else []
        if not raw.isascii():
            if not self._smtp.has_extn("8bitmime"):
                raise Permanent(
                    "The relay takes only 7-bit mail (no 8BITMIME), and this letter is not.", status="5.6.3"
                )
            options.append("BODY=8BITMIME")
        if not (sender.isascii() and recipient.isascii() and head.isascii()):
            if not self._smtp.has_extn("smtputf8"):
                raise Permanent(
                    f"The relay cannot carry an address like {recipient} (no SMTPUTF8): it takes ASCII only.",
                    status="5.6.7",
                )
            options.append("SMTPUTF8")
        return options

    def _accepted(self, code: int, text: bytes) -> str:
        if code not in (250, 251):
            self._refuse(code, text)
        return words(code, text, secret=self._address.password)

    def _refuse(self, code: int, text: bytes | str) -> NoReturn:
        """Turn the relay's answer into what to do next."""
        said = words(code, text, secret=self._address.password)
        found = STATUS.match(said.partition(" ")[2])
        status = found[0] if found else None
        if code == CLOSING or is_about_us(code, status):
            self._drop()
            raise Unreachable(f"The relay {self._address} takes no mail now: {said}")
        if not 400 <= code < 600:  # noqa: PLR2004 - the two classes of refusal, RFC 5321 4.2.1
            self._drop()
            raise Temporary(f"The relay {self._address} answered nonsense: {said}")
        if self._ahead is None:  # else the next letter has begun, and with it the relay is done with this one
            self._reset()
        if code < 500:  # noqa: PLR2004 - as above
            raise Temporary(said)
        raise Permanent(said, code=code, status=status)

    def _reset(self) -> None:
        """Leave the connection ready for the next letter, or leave it."""
        try:
            self._wait(self._answer_timeout)
            is_ready = self._smtp is not None and self._smtp.rset()[0] == 250  # noqa: PLR2004 - OK
        except OSError:
            is_ready = False
        if not is_ready:
            self._drop()

    def _wait(self, seconds: float) -> None:
        if self._smtp is not None and self._smtp.sock is not None:
            self._smtp.sock.settimeout(seconds)

    def _drop(self) -> None:
        smtp, self._smtp, self._announced, self._ahead = self._smtp, None, None, None
        if smtp is not None:
            smtp.close()


def _is_in_step(reply: Reply) -> bool:
    """Whether the relay knows which letter we are at."""
    return 200 <= reply[0] < 600 and reply[0] not in (CLOSING, *_OUT_OF_STEP)  # noqa: PLR2004 - RFC 5321 4.2.1


def _require_addresses(parcel: Parcel) -> None:
    """What could be read otherwise than we wrote it would go to somebody else."""
    (recipient,) = parcel.recipients
    for address in (recipient, parcel.sender) if parcel.sender else (recipient,):
        if _ORDINARY.fullmatch(address):  # nearly all are; the parser takes long
            continue
        if _UNFIT.search(address) or "@" not in address or smtplib.quoteaddr(address) != f"<{address}>":
            raise Permanent(f"{address!r} is not an address that a letter can go to.", status="5.1.3")


def _with_whole_line_ends(raw: bytes) -> bytes:
    """A bare CR or LF may look like the end of the letter to the next relay (CVE-2023-51764). Counting is quick."""
    if raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r"):
        return raw
    return _BARE_LINE_END.sub(b"\r\n", raw)
