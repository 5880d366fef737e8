"""Log lines: one a happening, for people or, by setting, for machines. Never a secret, never a mail's content."""

import json
import logging
import re
import sys
from typing import Any, TextIO

from mailgate import clock

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def start(role: str, form: str = "text", *, stream: TextIO | None = None) -> None:
    """Send this process's log to stderr as `text` or `json`, each line under its role."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines(role) if form == "json" else TextLines(role))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for chatty in ("aioimaplib", "rq", "rq.worker", "mail.log", "asyncio", "alembic", "mailparser", "gunicorn.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def keep_silent() -> None:
    """Say nothing at all, where whoever called us would pass our words on."""
    logging.getLogger().addHandler(logging.NullHandler())


def get(name: str) -> logging.Logger:
    """A logger; values go into `extra={"what": …}` or the message, never raw control characters."""
    return logging.getLogger(f"mailgate.{name}")


class TextLines(logging.Formatter):
    """`13:05:09 smtp  kept 17 for help@example.org`."""

    def __init__(self, role: str) -> None:
        super().__init__()
        self._role = role

    def format(self, record: logging.LogRecord) -> str:
        level = "" if record.levelno <= logging.INFO else f"{record.levelname.lower()}: "
        line = f"{clock.now():%H:%M:%S} {self._role:<7} {level}{plain(record.getMessage())}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def __init__(self, role: str) -> None:
        super().__init__()
        self._role = role

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "at": clock.now().isoformat(),
            "role": self._role,
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        # What json leaves as it is, some readers take for the end of a line, and terminals for a command.
        return _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(entry, ensure_ascii=False))


def plain(text: str) -> str:
    """A line that stays one line, whatever a mail put into it."""
    return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text)
