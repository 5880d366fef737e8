"""What one way of checking has found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

# What the libraries raise on hostile input, besides errors of their own. It is taken for a no: were it an unknown,
# whoever can make a library stumble would be spared the answer of the domain he forges.
STUMBLES = (ArithmeticError, AssertionError, AttributeError, LookupError, NameError, TypeError, ValueError)


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
