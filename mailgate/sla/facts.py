"""What of a ticket's history its clocks go by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class What(StrEnum):
    """What can start or stop a clock. `OTHER` is anything else that moved the ticket's status."""

    OPENED = "opened"
    ASKED = "asked"  # a person on the customer's side wrote
    ANSWERED = "answered"  # a person on our side wrote to the customer
    FAILED = "failed"  # the answer named by `of` did not arrive
    ASSIGNED = "assigned"  # somebody has the ticket
    ENDED = "ended"  # it goes on in another ticket
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened. `key` names it, `of` what it speaks of; `status` holds from then on, if it changed."""

    key: int
    what: What
    at: datetime
    status: str | None = None
    of: int | None = None
