"""Open a connection to a relay: TLS as its URL says, signed in, ready for the first letter.

`smtps://` is TLS from the first byte, its certificate checked. `smtp://` with credentials demands STARTTLS and a valid
certificate before the password is shown. `smtp://` without credentials takes STARTTLS where it is offered, with
whatever certificate: a wire that may be listened to is no worse than the plain one we would otherwise use.
Certificates of a private authority are trusted by OpenSSL's own `SSL_CERT_FILE`.
"""

from __future__ import annotations

import base64
import smtplib
import socket
import ssl

from mailgate.errors import MailgateError, Temporary
from mailgate.log import plain
from mailgate.send.address import RelayAddress

_LONGEST_ANSWER = 500


class Unreachable(Temporary):
    """The relay itself cannot be used just now: the next letter would fare no better."""


def connect(relay: RelayAddress, *, patience: float) -> smtplib.SMTP:
    """A connection on which MAIL FROM may be said; `patience` is the wait for each step, in seconds."""
    try:
        smtp = _open(relay, patience)
    except smtplib.SMTPResponseException as error:
        raise Unreachable(f"The relay {relay} does not take mail: {words(error.smtp_code, error.smtp_error)}") from None
    except OSError as error:  # also smtplib's own and those of TLS
        raise Unreachable(f"The relay {relay} cannot be reached: {_reason(error)}") from None
    try:
        _prepare(smtp, relay)
    except BaseException:
        smtp.close()
        raise
    return smtp


def words(code: int, text: bytes | str, *, secret: str = "") -> str:
    """The relay's own words on one line, without control characters and without our password."""
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    line = plain(" ".join(f"{code if code > 0 else ''} {said}".split()))
    for form in (secret, base64.b64encode(secret.encode()).decode()) if secret else ():
        line = line.replace(form, "***")
    return line[:_LONGEST_ANSWER]


def _open(relay: RelayAddress, patience: float) -> smtplib.SMTP:
    # A name is given so that smtplib does not ask the DNS for one; the real one depends on the connection.
    name = "localhost"
    if relay.is_tls:
        context = ssl.create_default_context()
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(relay.host, relay.port, name, timeout=patience, context=context)
    else:
        smtp = smtplib.SMTP(relay.host, relay.port, name, timeout=patience)
    smtp.local_hostname = _our_name(smtp)
    return smtp


def _prepare(smtp: smtplib.SMTP, relay: RelayAddress) -> None:
    try:
        smtp.ehlo_or_helo_if_needed()
        if not relay.is_tls:
            _start_tls(smtp, relay)
        if relay.token is not None:
            _enter_by_token(smtp, relay.user, relay.token())
        elif relay.user:
            smtp.login(relay.user, relay.password)
    except MailgateError as error:  # whoever hands out tokens does not
        raise Unreachable(f"The relay {relay} cannot be used: {error}") from None
    except smtplib.SMTPResponseException as error:
        said = words(error.smtp_code, error.smtp_error, secret=relay.password)
        did = "does not let us sign in" if isinstance(error, smtplib.SMTPAuthenticationError) else "does not take mail"
        raise Unreachable(f"The relay {relay} {did}: {said}") from None
    except (OSError, ValueError) as error:  # ValueError: a challenge that is no base64
        # `from None`, here and above: what smtplib was doing may hold the password.
        raise Unreachable(
            f"The relay {relay} cannot be used: {words(0, _reason(error), secret=relay.password)}"
        ) from None


def _enter_by_token(smtp: smtplib.SMTP, user: str, token: str) -> None:
    """XOAUTH2. A refusal comes as a question whose answer is empty; only then is it said plainly."""

    def answer(challenge: bytes | None = None) -> str:
        return f"user={user}\1auth=Bearer {token}\1\1" if challenge is None else ""

    smtp.auth("XOAUTH2", answer)


def _start_tls(smtp: smtplib.SMTP, relay: RelayAddress) -> None:
    if smtp.has_extn("starttls"):
        context = ssl.create_default_context()
        if not relay.user:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        smtp.starttls(context=context)
        smtp.ehlo_or_helo_if_needed()
    elif relay.user and not relay.may_be_plain:
        raise Unreachable(
            f"The relay {relay} offers no STARTTLS: the password is not shown to it. Use smtps:// if it can."
        )


def _our_name(smtp: smtplib.SMTP) -> str:
    """RFC 5321 4.1.4: a client without a proper name says its address."""
    name = socket.gethostname()
    if "." in name.strip("."):
        return name
    assert smtp.sock is not None
    address = str(smtp.sock.getsockname()[0])
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
