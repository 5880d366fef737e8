"""What a worker has at hand for as long as it lives: connections, keys and the settings its steps need."""

from __future__ import annotations

from dataclasses import dataclass, field

from mailgate.office.rules import RuleBook
from mailgate.queue.lanes import Lanes
from mailgate.queue.live import Wire
from mailgate.queue.nudges import Bell
from mailgate.seal import Seal
from mailgate.steps.carriers import Carriers
from mailgate.store.blobs import Blobs
from mailgate.store.db import Database
from mailgate.tokens import Marks
from mailgate.trust.checker import Checker
from mailgate.viruses.scanner import Scanner

LARGEST_FILES = 15 * 2**20  # with their encoding 20 MB, which nearly every mail server takes


@dataclass
class Workshop:
    """One worker process's tools."""

    worker: str  # the same name after a restart, so that what a dead worker held is given back at once
    database: Database
    blobs: Blobs
    bell: Bell
    marks: Marks
    public_url: str
    is_sending: bool
    relay_url: str | None
    ack_per_sender: int
    ack_per_hour: int
    requests_per_sender: int
    reopen_days: int
    keep_shelf: int  # days; 0: for ever
    trust: Checker
    scanner: Scanner
    seal: Seal
    keep_audit: int = 0  # days; 0: for ever
    largest_files: int = LARGEST_FILES  # bytes that travel with one letter
    carriers: Carriers = field(default_factory=Carriers)
    rules: RuleBook = field(default_factory=RuleBook)
    lanes: Lanes | None = None
    wire: Wire | None = None  # None: who is at which ticket is not known
    holds_lost_claims: bool = False  # a drain was cut off, and what it had claimed is still in our name


_open: list[Workshop] = []


def move_in(shop: Workshop | None) -> None:
    """Set up this process's workshop, once; None clears it."""
    _open[:] = [shop] if shop is not None else []


def here() -> Workshop:
    """The tools of this process. RQ calls jobs by name and hands them nothing, so they find their tools here."""
    return _open[0]
