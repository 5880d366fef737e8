"""Locks the kernel keeps: free again when the last process that holds one has ended, however it ended."""

import fcntl
import os
import time
from pathlib import Path

PAUSE = 0.02


def take(path: Path, *, shared: bool = False, patience: float = 0.0) -> int | None:
    """An open descriptor that holds the lock, or None when it stayed taken for all of `patience` seconds."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                os.close(descriptor)
                return None
            time.sleep(PAUSE)
        else:
            return descriptor


def is_held(path: Path) -> bool:
    """Does somebody hold it alone? Asking shares it for an instant: whoever wants it alone brings a little patience."""
    descriptor = take(path, shared=True)
    if descriptor is None:
        return True
    os.close(descriptor)
    return False
