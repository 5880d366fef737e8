"""Under which account the servers run: our own, or, as root, one that may do nothing."""

import ctypes
import os
import pwd
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mailgate.errors import BadSettings

# PostgreSQL refuses to run as root. These numbers are handed out to nobody: Debian reserves 65000-65533, systemd leaves
# 65520-65533 unused. So no other process on the machine shares them, as one might share `nobody`, and with it the right
# to look into the server's memory and files.
UNSHARED = 65523

PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Account:
    """Whom a server process runs as; None is whoever we are."""

    uid: int | None = None

    @property
    def groups(self) -> list[int] | None:
        return None if self.uid is None else []


def for_servers() -> Account:
    if os.geteuid() != 0:
        return Account()
    if sys.platform != "linux":
        raise BadSettings("The embedded PostgreSQL does not run as root on this system: run Mailgate as another user.")
    return Account(UNSHARED)


def for_initdb() -> Account:
    """Whom initdb runs as. It wants an account with a name; the servers' account gets the finished files."""
    if os.geteuid() == 0:
        return Account(pwd.getpwnam("nobody").pw_uid)
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        raise BadSettings(
            f"The embedded PostgreSQL needs an account with a name, and user {os.geteuid()} has none: "
            "add it to /etc/passwd, or set MAILGATE_DATABASE_URL."
        ) from None
    return Account()


def path_of(place: Path, account: Account) -> str:
    """How a process of this account that was started in `place` calls it.

    An account that cannot enter the folders above (a data folder in /root) still reaches the one it stands in.
    """
    return "/proc/self/cwd" if account.uid is not None else str(place)


def hand_over(path: Path, account: Account) -> None:
    if account.uid is not None:
        os.chown(path, account.uid, account.uid, follow_symlinks=False)


def end_with_parent(how: signal.Signals) -> Callable[[], None] | None:
    """For a child's `preexec_fn`: the kernel sends it this signal when the process that started it is gone."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def promise() -> None:
        prctl(PR_SET_PDEATHSIG, how.value, 0, 0, 0)
        if os.getppid() != parent:  # it was gone before we could promise
            os.kill(os.getpid(), signal.SIGKILL)

    return promise
