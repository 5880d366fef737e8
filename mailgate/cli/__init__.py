"""The command line. Each command lives in a module of its own, imported only when it is called."""

from __future__ import annotations

import click

from mailgate import __version__

# name: (module in this package, what it does). Kept here so that `mailgate --help` imports nothing else.
COMMANDS = {
    "up": ("up", "Run everything on this machine."),
    "smtp": ("receiving", "Receive mail by SMTP."),
    "lmtp": ("receiving", "Receive mail by LMTP."),
    "imap": ("fetching", "Fetch mail by IMAP."),
    "worker": ("processes", "Read mail, follow events, send letters."),
    "clock": ("ticking", "Wake the workers for what is due."),
    "web": ("processes", "Serve the pages and the API."),
    "migrate": ("migrate", "Bring the database to this version."),
    "ingest": ("ingest", "Take mail from standard input or files."),
    "parse": ("parse", "Show how a mail is read, as JSON."),
    "explain": ("explain", "Tell what happened to a mail or ticket, and why."),
    "shelf": ("shelf", "Mail that is on no ticket."),
    "sender": ("sender", "Whose mail is let in or blocked."),
    "replay": ("replay", "Read kept mail again."),
    "org": ("office", "Organisations."),
    "office": ("desk", "The whole set-up as one file."),
    "user": ("accounts", "Agents and admins."),
    "team": ("team", "Who works on the same tickets."),
    "token": ("accounts", "API tokens."),
    "mailbox": ("mailbox", "Addresses customers write to."),
    "outbox": ("outbox", "Letters that leave, one row a recipient."),
    "doctor": ("doctor", "Check everything this installation needs."),
    "settings": ("settings", "Show every setting, its value and its source."),
    "seed": ("seed", "Fill the database with realistic tickets."),
    "backup": ("backup", "Put everything into one file."),
    "restore": ("backup", "Bring back what a backup holds."),
}


class Lazy(click.Group):
    """A group that imports a command when it is called, and lists all without importing any."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = __import__(f"mailgate.cli.{COMMANDS[cmd_name][0]}", fromlist=["*"])
        command = getattr(module, cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mailgate")
def commands() -> None:
    """Mailgate: mail in, tickets kept, answers out.

    Settings come from MAILGATE_… variables or a .env file; `mailgate settings` shows them all.
    """
