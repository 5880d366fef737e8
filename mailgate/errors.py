"""Errors that say what to do next: try again, tell an agent, or tell the sender."""


class MailgateError(Exception):
    """Anything Mailgate says on purpose. Its text is one clear sentence for whoever has to act."""


class Temporary(MailgateError):  # noqa: N818 - named for what to do next, not for being an error
    """Try again later; nothing is lost."""


class Permanent(MailgateError):  # noqa: N818 - as above
    """Trying again will not help: an agent has to know."""

    def __init__(self, message: str, *, code: int | None = None, status: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


class Refused(MailgateError):  # noqa: N818 - as above
    """Tell the sender, with the answer SMTP has for it."""

    def __init__(self, message: str, *, code: int = 550, status: str = "5.7.1") -> None:
        super().__init__(message)
        self.code = code
        self.status = status


class BadInput(MailgateError):  # noqa: N818 - as above
    """What was asked cannot be done as asked; `fields` names what is wrong where."""

    def __init__(self, message: str, **fields: str) -> None:
        super().__init__(message)
        self.fields = fields


class NotFound(MailgateError):  # noqa: N818 - as above
    """There is no such thing, or not for whoever asks."""


class Forbidden(MailgateError):  # noqa: N818 - as above
    """It exists, but not for whoever asks."""


class Conflict(MailgateError):  # noqa: N818 - as above
    """It cannot be done in the state things are in."""


class BadSettings(MailgateError):  # noqa: N818 - as above
    """A setting is wrong; the message names it."""
