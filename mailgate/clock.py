"""The only place that asks what time it is, so that tests can move the clock."""

from collections.abc import Callable
from datetime import UTC, datetime

_source: Callable[[], datetime] | None = None


def now() -> datetime:
    """The present moment, always with a zone."""
    return _source() if _source is not None else datetime.now(UTC)  # noqa: TID251 - this is the one place


def follow(source: Callable[[], datetime] | None) -> None:
    """Let tests decide what time it is; None goes back to the real clock."""
    global _source  # noqa: PLW0603 - one clock for the whole process is the point
    _source = source
