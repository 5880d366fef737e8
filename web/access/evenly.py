"""Take the same time whatever is found, so that nobody learns from a clock what they may not see."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

SECONDS = 0.2  # well above what any look-up takes


@contextmanager
def evenly(seconds: float = SECONDS) -> Iterator[None]:
    """Leave no earlier than so many seconds after coming in."""
    start = time.monotonic()
    try:
        yield
    finally:
        time.sleep(max(0.0, start + seconds - time.monotonic()))
