"""`mailgate ingest`: take mail from standard input, as an MTA's pipe, or from files."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mailgate import log
from mailgate.cli.house import House, house
from mailgate.cli.outcome import NO_MAILBOX, NOT_A_MAIL, TRY_AGAIN, Ended
from mailgate.errors import BadInput, MailgateError

if TYPE_CHECKING:
    from mailgate.receive.accept import Keeper
    from mailgate.receive.importing import Import

_COMMIT_SECONDS = 120


class _Pipe(click.Command):
    """A command that an MTA hands mail to: words it does not know must not bounce the mail (exit 2 would)."""

    def make_context(self, *given: Any, **more: Any) -> click.Context:
        try:
            return super().make_context(*given, **more)
        except click.UsageError as error:
            if sys.stdin is not None and sys.stdin.isatty():
                raise
            raise Ended(TRY_AGAIN, f"Not kept, try again later: {error.format_message()}") from error


@click.command(cls=_Pipe)
@click.option("--mailbox", metavar="ADDRESS", help="Whom it is for. Without it, the mail's own head tells.")
@click.option("--answer", is_flag=True, help="Let automatic answers go out to mails from files, too.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]…")
def ingest(mailbox: str | None, answer: bool, paths: tuple[Path, ...]) -> None:
    """Take mail from standard input or files.

    Without PATH, one mail is read from standard input, as an MTA's pipe hands it over. PATH… are mails (.eml), mbox
    files, Maildirs or folders of these; such mails are imported under their own dates: nothing goes out because of
    them, unless --answer asks for it, and an import that was broken off goes on where it stopped when it is run again.

    Exit codes: 0 kept, 65 not a mail (or too large), 67 no such mailbox, 75 try again later: nothing is lost.
    """
    is_pipe = paths in {(), (Path("-"),)}
    if is_pipe and not _somebody_reads():
        log.keep_silent()
    with _failing_softly(is_pipe=is_pipe), house() as here, _keeper(here) as (keeper, work):
        if is_pipe:
            _say(f"Kept as {_take_one(here, keeper, work, mailbox)}.")
            return
        work.is_answered = answer
        _take_all(here, work, mailbox, paths)


def _say(words: str) -> None:
    """It is kept, and that is what the exit code says, even if nobody can hear these words any more."""
    try:
        click.echo(words)
    except OSError:
        sys.stdout = None  # or Python tries once more when it ends, and fails with 120


@contextmanager
def _failing_softly(*, is_pipe: bool) -> Iterator[None]:
    """Whatever fails on our side, whoever handed us the mail keeps it and comes again."""
    try:
        yield
    except (Ended, click.ClickException, click.Abort):
        raise
    except MailgateError as error:
        if isinstance(error, BadInput) and not is_pipe:
            raise
        raise Ended(TRY_AGAIN, f"Not kept, try again later: {error}") from error
    except Exception as error:
        words = "" if is_pipe and not _somebody_reads() else f" ({type(error).__name__}: {error})"
        raise Ended(TRY_AGAIN, f"Not kept, try again later: something failed here.{words}") from error


def _somebody_reads() -> bool:
    """Whether a person sees what we say, and not the sender of a mail in a bounce (THREATS F2)."""
    return sys.stderr is not None and sys.stderr.isatty()


@contextmanager
def _keeper(here: House) -> Iterator[tuple[Keeper, Import]]:
    from mailgate.queue.nudges import Bell
    from mailgate.receive.accept import Keeper
    from mailgate.receive.importing import Import
    from mailgate.store.door import DoorDatabase

    with here.database() as database, closing(DoorDatabase(here.servers.database_url)) as door:
        keeper = Keeper(door, Bell(here.servers.redis_url))
        try:
            yield keeper, Import(database, door, keeper)
        finally:
            keeper.close()


def _take_one(here: House, keeper: Keeper, work: Import, mailbox: str | None) -> int:
    """One mail from standard input; its kept id."""
    from mailgate.receive.pipe import incoming, is_mail, unboxed

    if sys.stdin.isatty():
        raise click.UsageError("Hand a mail over on standard input, or name files.")
    largest = here.settings.message_size
    whole = sys.stdin.buffer.read(largest + 1)
    if len(whole) > largest:
        raise Ended(NOT_A_MAIL, f"This is too large: at most {largest} bytes are taken (MAILGATE_MESSAGE_SIZE).")
    raw, sender = unboxed(whole)
    if not is_mail(raw):
        raise Ended(NOT_A_MAIL, "This is not a mail.")
    whose = work.mailbox_for(raw, mailbox)
    if whose is None:
        raise Ended(NO_MAILBOX, _no_mailbox(mailbox))
    found, recipient = whose
    mail = incoming(raw, found, door="pipe", peer="pipe", recipient=recipient, sender=sender)
    return keeper.keep([mail]).result(_COMMIT_SECONDS)[0]


def _take_all(here: House, work: Import, mailbox: str | None, paths: tuple[Path, ...]) -> None:
    """Every mail in files and folders; then one line that sums up, and the exit code for what was left out."""
    from mailgate.receive.archive import files_in, mails_in

    size = sum(file.stat().st_size for file in files_in(paths))
    bar = click.progressbar(length=size, label="Importing", file=sys.stderr, hidden=not sys.stderr.isatty())
    try:
        with bar:
            for lying in mails_in(paths, here.settings.message_size):
                work.take(lying, mailbox)
                bar.update(lying.length)
            work.finish()
    finally:
        for place, why in work.left_out:
            click.echo(f"{place}: {why}", err=True)
        click.echo(work.summary())
    if work.homeless:
        raise Ended(NO_MAILBOX, _no_mailbox(mailbox))
    if work.left_out:
        raise Ended(NOT_A_MAIL)


def _no_mailbox(mailbox: str | None) -> str:
    if mailbox:
        return f"There is no mailbox {mailbox} here; `mailgate mailbox add` makes one."
    return "None of the addresses in its head is a mailbox here: name one with --mailbox."
