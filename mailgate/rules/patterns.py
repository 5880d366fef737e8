"""Patterns that admins write, matched in linear time and bounded memory whatever the pattern and the mail (RE2)."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol, cast

LONGEST = 500  # characters of a pattern
_MEMORY = 2 * 2**20  # a pattern that needs more is refused


class Pattern(Protocol):
    """A pattern that is understood."""

    def search(self, text: str) -> object | None: ...


class PatternError(ValueError):
    """A pattern nobody can follow; its words say what is wrong."""


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> Pattern:
    """Understand a pattern. Letters match whatever their case."""
    import re2  # noqa: PLC0415 - three megabytes that only desks with patterns need

    options = re2.Options()
    options.max_mem, options.log_errors, options.case_sensitive = _MEMORY, False, False
    if len(pattern) > LONGEST:
        raise PatternError(f"is longer than {LONGEST} characters")
    try:
        return cast("Pattern", re2.compile(pattern, options=options))
    except re2.error as error:
        why = error.args[0] if error.args else ""
        words = why.decode("utf-8", "replace") if isinstance(why, bytes) else str(why)
        raise PatternError(f"cannot be followed: {words}") from None
