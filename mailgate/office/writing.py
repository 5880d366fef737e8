"""How agents' answers look: what they are signed with, what they quote, which files travel with them."""

from __future__ import annotations

from mailgate.errors import BadInput
from mailgate.store.agents import Agent
from mailgate.store.office import QUOTING, Mailbox

LONGEST_SIGNATURE = 2000
MOST_LINES = 20


def set_manners(
    mailbox: Mailbox, *, signature: str | None = None, quoting: str | None = None, largest_files: int | None = None
) -> None:
    """Set what is given; `largest_files`: 0 links every file, -1 goes by the setting again."""
    if quoting is not None and quoting not in QUOTING:
        raise BadInput(f"There is no way of quoting {quoting!r}.", quoting=f"must be one of {', '.join(QUOTING)}")
    if signature is not None:
        mailbox.signature = checked_signature(signature)
    if quoting is not None:
        mailbox.quoting = quoting
    if largest_files is not None:
        mailbox.largest_files = largest_files if largest_files >= 0 else None


def set_signature(agent: Agent, signature: str) -> None:
    """What an agent signs with; empty: their name."""
    agent.signature = checked_signature(signature)


def checked_signature(text: str) -> str:
    """A signature as it is kept."""
    lines = [line.rstrip() for line in text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    cleaned = "\n".join(lines).strip("\n")
    if len(cleaned) > LONGEST_SIGNATURE or cleaned.count("\n") >= MOST_LINES:
        raise BadInput(
            f"A signature has {MOST_LINES} lines and {LONGEST_SIGNATURE} characters at most.", signature="is too long"
        )
    return cleaned
