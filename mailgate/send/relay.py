"""Hand letters to a relay, one after the other, over one connection."""

from __future__ import annotations

import re
import smtplib
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
        self._announced: tuple[Parcel, Turn, bytes] | None = None

    def announce(self, parcel: Parcel) -> None:
        """MAIL, RCPT and DATA for one recipient's copy, until the relay waits for the letter itself."""
        (recipient,) = parcel.recipients
        _require_address(recipient)
        if parcel.sender:
            _require_address(parcel.sender)
        raw = _with_whole_line_ends(parcel.raw)
        if self._announced is not None:  # and it never came: whatever is said now would be read as its text
            self._drop()
        try:
            turn, begun = self._begin(parcel.sender, recipient, raw)
            code, text = turn.go_on(begun)
            if code != GO_ON:
                self._refuse(code, text)
        except OSError as error:
            self._lost(error)
        self._announced = parcel, turn, raw

    def carry(self, parcel: Parcel) -> str:
        """Hand over one recipient's copy.

        Raises Unreachable (the relay itself is the trouble), Temporary (this letter, later) or Permanent.
        """
        if self._announced is None or self._announced[0] is not parcel:
            self.announce(parcel)
        assert self._announced is not None
        _, turn, raw = self._announced
        self._announced = None
        try:
            self._wait(self._accept_timeout)
            receipt = self._accepted(*turn.hand_over(raw))
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
        if self._announced is not None:
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

    def _begin(self, sender: str, recipient: str, raw: bytes) -> tuple[Turn, Reply]:
        """Say MAIL FROM. A kept connection may be closed by now: nothing is handed over yet, so begin anew."""
        if self._smtp is not None:
            turn = Turn(self._smtp, sender, recipient, self._options(sender, recipient, raw))
            try:
                reply = turn.begin()
            except smtplib.SMTPServerDisconnected:
                reply = CLOSING, b""
            if reply[0] != CLOSING:
                return turn, reply
            self._drop()
        self._smtp = connect(self._address, patience=self._connect_timeout)
        self._wait(self._answer_timeout)
        turn = Turn(self._smtp, sender, recipient, self._options(sender, recipient, raw))
        try:
            return turn, turn.begin()
        except OSError as error:
            self._drop()
            raise Unreachable(f"The relay {self._address} does not take mail: {error}") from None

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
        smtp, self._smtp, self._announced = self._smtp, None, None
        if smtp is not None:
            smtp.close()


def _require_address(address: str) -> None:
    """What smtplib would read otherwise than we wrote it would go to somebody else."""
    if _UNFIT.search(address) or "@" not in address or smtplib.quoteaddr(address) != f"<{address}>":
        raise Permanent(f"{address!r} is not an address that a letter can go to.", status="5.1.3")


def _with_whole_line_ends(raw: bytes) -> bytes:
    """A bare CR or LF may look like the end of the letter to the next relay (CVE-2023-51764). Counting is quick."""
    if raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r"):
        return raw
    return _BARE_LINE_END.sub(b"\r\n", raw)
