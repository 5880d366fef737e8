"""Which folder the servers' sockets are in: the data folder where that works, else a private one with a short name."""

import contextlib
import os
import re
import stat
from pathlib import Path

from mailgate.embedded.account import Account
from mailgate.embedded.folder import Folder
from mailgate.errors import Temporary

# A socket's whole path has 103 bytes on macOS and 107 on Linux, and PostgreSQL's name in it is `.s.PGSQL.5432.lock`.
LONGEST = 80
# No other signs: URLs would have to quote them, clients read commas as several hosts, servers their settings by words.
PLAIN = re.compile(r"/[A-Za-z0-9/._+-]*")


def choose(folder: Folder, account: Account) -> Path:
    """The same folder every time, as long as it exists: URLs that were handed out stay true when a keeper dies."""
    inside = folder.home / "run"
    if account.uid is None and len(str(inside)) <= LONGEST and PLAIN.fullmatch(str(inside)):
        inside.mkdir(mode=0o700, exist_ok=True)
        return inside
    owner = os.geteuid() if account.uid is None else account.uid
    if folder.sockets_note.exists():
        noted = Path(folder.sockets_note.read_text(encoding="ascii"))
        if _is_private(noted, owner):
            return noted
    outside = _make(owner)
    folder.sockets_note.write_text(str(outside), encoding="ascii")
    return outside


def give_up(folder: Folder) -> None:
    """Leave nothing outside the data folder."""
    # Somebody who cleans /tmp may have been there before us, and a full disk keeps us from nothing but tidying up.
    with contextlib.suppress(OSError):
        outside = Path(folder.sockets_note.read_text(encoding="ascii"))
        folder.sockets_note.unlink()
        for socket in outside.iterdir():
            socket.unlink()
        outside.rmdir()


def _make(owner: int) -> Path:
    # Not $TMPDIR, which may be long, and not a login's runtime folder, which vanishes with the login.
    for place in ("/run", "/tmp"):  # noqa: S108 - the name is unguessable, and mkdir takes none that exists
        made = Path(place) / f"mailgate-{os.urandom(6).hex()}"
        try:
            made.mkdir(mode=0o700)
        except OSError:
            continue
        if owner != os.geteuid():
            os.chown(made, owner, owner)
        return made
    raise Temporary("Neither /run nor /tmp takes a folder for the sockets of the embedded servers.")


def _is_private(path: Path, owner: int) -> bool:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == owner and not stat.S_IMODE(found.st_mode) & 0o077
