"""Where `mailgate up` serves its pages, noted in the data folder, so that a link printed meanwhile leads there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mailgate.embedded import locks

_NOTE = "web.url"
_PATIENCE = 1.0  # whoever asks shares the lock for an instant


@contextmanager
def noted(data: Path, url: str) -> Iterator[None]:
    """Let others know while the block runs. A note counts only while it is locked: a killed process leaves none."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    note = data / _NOTE
    held = locks.take(note, patience=_PATIENCE)
    if held is None:  # two gateways on one folder: the first one's address stands
        yield
        return
    try:
        note.write_text(url, encoding="utf-8")
        yield
    finally:
        note.unlink(missing_ok=True)
        os.close(held)


def served_at(data: Path) -> str | None:
    """The address of the gateway that runs on this data folder, if one does and it is known here."""
    note = data / _NOTE
    try:
        return note.read_text(encoding="utf-8") or None if note.exists() and locks.is_held(note) else None
    except OSError:  # it has just ended, or the folder is another user's
        return None
