"""How a command ends: an exit code, and one clear line where something is wrong."""

from __future__ import annotations

import click

from mailgate.errors import BadInput, BadSettings, MailgateError, Temporary

OK, WRONG, BAD_SETTINGS = 0, 1, 78
NOT_A_MAIL, NO_MAILBOX, TRY_AGAIN = 65, 67, 75  # sysexits.h, as mail transfer agents understand them


class Ended(MailgateError):  # noqa: N818 - not an error: a command's own exit code
    """A command has said what it had to say and ends with this code."""

    def __init__(self, code: int, message: str = "") -> None:
        super().__init__(message)
        self.code = code


def told(commands: click.Command) -> int:
    """Run the command line; returns the exit code."""
    try:
        commands.main(standalone_mode=False)
    except Ended as ended:
        return _say(str(ended), ended.code) if str(ended) else ended.code
    except BadSettings as error:
        return _say(str(error), BAD_SETTINGS)
    except Temporary as error:
        return _say(str(error), TRY_AGAIN)
    except BadInput as error:
        return _say(str(error), NOT_A_MAIL)
    except MailgateError as error:
        return _say(str(error), WRONG)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _say("stopped.", 130)
    return OK


def _say(message: str, code: int) -> int:
    for line in message.splitlines() or [""]:
        click.echo(f"mailgate: {line}", err=True)
    return code
