"""What an admin should know of each letter: its title, when it goes, what it may name, and an example of that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from mailgate.compose.letters import ACCOUNTS, LETTERS, TO_AGENTS, TO_CUSTOMERS
from mailgate.compose.wording import BLOCKS
from mailgate.mail import Address, Task


@dataclass(frozen=True, slots=True)
class About:
    """One letter, or one of the blocks that letters share."""

    name: str
    title: str
    when: str
    group: str
    is_on: bool = True  # as long as nobody says otherwise
    is_optional: bool = True


@dataclass(frozen=True, slots=True)
class Variable:
    """A word of a template that is replaced by what it stands for."""

    name: str
    meaning: str
    sample: str


GROUPS = {
    "customers": "To customers",
    "agents": "To agents",
    "accounts": "Signing in",
    "blocks": "Shared by all letters",
}
_SAID = {
    "received": ("Received", "Goes to the customer when a mail opens a ticket."),
    "outside_hours": ("Outside business hours", "Goes in place of Received while nobody is at the desk."),
    "answered": ("Answered", "Carries an agent's answer to the customer, under the customer's own subject."),
    "forwarded": ("Passed on", "Carries an agent's words to a third party, aside from the customer."),
    "status_changed": ("Status changed", "Goes to the customer when a ticket's status changes."),
    "resolved": ("Resolved", "Goes to the customer when a ticket is resolved."),
    "reopened": ("Reopened", "Goes to the customer when an agent opens a ticket again."),
    "closed": ("Closed", "Goes to the customer when a ticket is closed."),
    "waiting": ("We wait", "Goes to the customer when a rule reminds them that their answer is waited for."),
    "closing": ("Closes soon", "Goes to the customer before a rule closes a ticket that nobody writes on."),
    "survey": ("Survey", "Asks the customer, once, whether we were of help."),
    "status_link": ("Private link", "Goes to a customer who asked for it on the look-up page."),
    "new_ticket": ("New ticket", "Tells agents of a new ticket."),
    "assigned": ("Assigned", "Tells an agent that a ticket is theirs now."),
    "customer_answered": ("Customer answered", "Tells the ticket's agent what the customer wrote."),
    "mentioned": ("Mentioned", "Tells an agent that a note names them."),
    "notified": ("Notified", "Tells agents of a ticket because a rule says so."),
    "reminder": ("Reminder", "Tells an agent that a ticket they had put out of sight is back."),
    "digest": ("Digest", "Tells an agent, once a day if they want it, what is unanswered and due."),
    "escalated": ("Escalated", "Tells whoever must know that a ticket was escalated."),
    "breached": ("Promise broken", "Tells whoever must know that a promise was not kept."),
    "sign_in": ("Sign-in link", "Signs an agent in, once."),
    "password": ("New password", "Lets an agent set a new password, once."),
    "greeting": ("Greeting", "How letters begin, wherever they say {{ greeting }}."),
    "signature": ("Signature", "How letters end, wherever they say {{ signature }}."),
    "footer": ("Footer", "Stands below every letter: an address, a legal notice. Empty at first."),
}
_OFF = frozenset({"status_changed", "resolved", "reopened", "closed"})  # until an admin wants them
_WITHOUT_TICKET = frozenset({"digest", "sign_in", "password"})
_NEEDED = frozenset({"answered", "forwarded", "status_link", "sign_in", "password"})  # nobody asks for these in vain
_GROUP_OF = {
    **{letter.__name__: "customers" for letter in TO_CUSTOMERS},
    **{letter.__name__: "agents" for letter in TO_AGENTS},
    **{letter.__name__: "accounts" for letter in ACCOUNTS},
    **dict.fromkeys(BLOCKS, "blocks"),
}
ABOUT = {
    name: About(
        name,
        title,
        when,
        _GROUP_OF[name],
        name not in _OFF,
        name in LETTERS and name not in _NEEDED,
    )
    for name, (title, when) in _SAID.items()
}
_LISTED = (
    "TKT-2026-000123 · Cannot sign in after reset · Ana Ferreira\nhttps://help.nordlicht.example/t/TKT-2026-000123\n\n"
    "TKT-2026-000130 · Invoice is missing · Jonas Weber\nhttps://help.nordlicht.example/t/TKT-2026-000130"
)
_VARIABLES = {
    "greeting": ("the shared greeting", ""),
    "signature": ("the shared signature", ""),
    "agent_signature": ("what the agent signs with, or their name", "Mia Keller"),
    "desk_signature": ("what the mailbox signs with, or its name", "Nordlicht Support"),
    "number": ("the ticket's number", "TKT-2026-000123"),
    "subject": ("the ticket's subject", "Cannot sign in after reset"),
    "customer": ("the customer's name", "Ana Ferreira"),
    "agent": ("the agent who answers", "Mia Keller"),
    "by": ("who did it", "Mia Keller"),
    "body": ("the agent's words", "Hello Ana,\n\nI have sent you a fresh link. Please try again.\n\nKind regards"),
    "words": ("what was written", "Since yesterday I cannot sign in.\nThe page only says that the link has expired."),
    "status": ("the ticket's status, in words", "pending"),
    "level": ("the level it was escalated to", "2"),
    "reason": ("why it was escalated", "The customer is a hospital."),
    "promise": ("what was promised", "first"),
    "due": ("when that was due", "2026-11-23T09:00:00+01:00"),
    "opens": ("when somebody is back", "2026-11-23T09:00:00+01:00"),
    "closes": ("when it is closed", "2026-11-30T09:00:00+01:00"),
    "unanswered": ("the tickets that wait for an answer", _LISTED),
    "due_today": ("the tickets that are due", "14:30 · " + _LISTED.partition("\n\n")[2]),
    "minutes": ("how long the link works", "60"),
    "desk": ("the mailbox's name", "Nordlicht Support"),
    "mailbox": ("the mailbox's address", "support@nordlicht.example"),
    "status_url": ("where the customer follows the request", "https://help.nordlicht.example/s/example"),
    "ticket_url": ("where agents see the ticket", "https://help.nordlicht.example/t/TKT-2026-000123"),
    "inbox_url": ("where the agent sees their tickets", "https://help.nordlicht.example/"),
    "unsubscribe_url": ("where they stop it", "https://help.nordlicht.example/stop/example"),
    "happy_url": ("the link that says yes", "https://help.nordlicht.example/rate/yes"),
    "unhappy_url": ("the link that says no", "https://help.nordlicht.example/rate/no"),
    "sign_in_url": ("the link to sign in", "https://help.nordlicht.example/sign-in/example"),
    "password_url": ("the link to a new password", "https://help.nordlicht.example/password/example"),
}
_POINTLESS_WITHOUT = frozenset(
    {"body", "sign_in_url", "password_url", "happy_url", "unhappy_url", "unanswered", "due_today"}
)
_BLOCKS_MAY_NAME = ("desk", "mailbox")  # these are in every letter
_LETTERS_DATE = datetime.fromisoformat("2026-11-20T15:04:05+00:00")


def sample(letter: str, language: str, **changes: str) -> Task:
    """A task for a letter, of invented people; `changes` are variables that are known better."""
    known = {name: example for name, (_, example) in _VARIABLES.items()} | changes
    return Task(
        letter=letter, language=language, message_id="sample@nordlicht.example",
        sender=Address(known["mailbox"], known["desk"]), to=(Address("ana@lusitel.example"),),
        reply_to=known["mailbox"], subject=known["subject"],
        token=None if letter in _WITHOUT_TICKET else f"[#{known['number']}]", body=known["body"],
        variables=known, date=_LETTERS_DATE,
    )  # fmt: skip


@cache
def variables(name: str) -> tuple[Variable, ...]:
    """What a letter or a block may name."""
    if name in BLOCKS:
        names: tuple[str, ...] = _BLOCKS_MAY_NAME
    else:
        given = LETTERS[name](sample(name, "en")).variables
        names = ("greeting", "signature", *(each for each in _VARIABLES if each in given))
    return tuple(Variable(each, *_VARIABLES[each]) for each in names)


def needed(name: str) -> tuple[str, ...]:
    """What a letter has to name: without it, it would carry nothing of what it is for."""
    if name == "status_link":
        return ("status_url",)
    return tuple(each.name for each in variables(name) if each.name in _POINTLESS_WITHOUT)
