"""Why somebody is sent away at the entrance."""

from __future__ import annotations

from mailgate.errors import BadInput, Forbidden, MailgateError


class NotSignedIn(MailgateError):  # noqa: N818 - named for what it says, as in mailgate.errors
    """We do not know who is asking."""


class NeedsFactor(Forbidden):
    """Somebody is signed in, and has to set up a second factor before they see anything."""


class TooMany(MailgateError):  # noqa: N818 - as above
    """It was tried too often; `seconds` later it may be tried again."""

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class Outdated(BadInput):
    """The form was made too long ago, or by somebody else: it proves nothing any more."""
