"""What one way of checking has found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Found(Enum):
    """Whether a check vouches for the sender. UNKNOWN: it could not be made, and might have."""

    YES = auto()
    NO = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of a check, in a sentence."""

    found: Found
    words: str
