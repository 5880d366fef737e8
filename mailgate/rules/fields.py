"""What conditions can ask about a ticket and what happened to it: every field, its name and how it compares."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

HEADER = "header."  # before the name of a mail's header
CUSTOMER, COMPANY = "customer.", "company."  # before the key of a property
FIELD = "field."  # before the key of a field of the desk's own
_PROPERTY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


class Kind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    CHOICE = "choice"  # one of some words, or nothing
    LIST = "list"
    NUMBER = "number"
    PROPERTY = "property"  # words, or a number
    HOURS = "hours"  # the calendars by which somebody is at work


class Needs(StrEnum):
    """What has to be looked up for a field, beyond the ticket itself."""

    NOTHING = "nothing"
    MESSAGE = "message"
    FILES = "files"
    HEADERS = "headers"
    TAGS = "tags"
    PERSON = "person"
    PROPERTIES = "properties"
    FIELDS = "fields"
    EARLIER = "earlier"
    HOURS = "hours"


_OF_TEXT = ("contains", "contains_not", "is", "is_not", "begins", "ends", "matches", "matches_not", "empty", "set")
OPS = {
    Kind.TEXT: _OF_TEXT,
    Kind.PROPERTY: ("is", "is_not", *(op for op in _OF_TEXT if op not in ("is", "is_not")), "above", "below"),
    Kind.CHOICE: ("is", "is_not", "empty", "set"),
    Kind.LIST: ("has", "has_not", "contains", "contains_not", "empty", "set"),
    Kind.NUMBER: ("is", "above", "below"),
    Kind.HOURS: ("within", "outside"),
}
OPS_IN_WORDS = {
    "contains": "contains",
    "contains_not": "does not contain",
    "is": "is",
    "is_not": "is not",
    "begins": "begins with",
    "ends": "ends with",
    "matches": "matches the pattern",
    "matches_not": "does not match the pattern",
    "empty": "is empty",
    "set": "is not empty",
    "has": "has",
    "has_not": "does not have",
    "above": "is more than",
    "below": "is less than",
    "within": "are open:",
    "outside": "are closed:",
}
WITHOUT_VALUE = frozenset({"empty", "set"})


@dataclass(frozen=True, slots=True)
class Field:
    """`label` begins a sentence; `choices` are all that it can be, where those are known once and for all."""

    label: str
    kind: Kind
    needs: Needs = Needs.NOTHING
    choices: tuple[str, ...] = ()


_STATUSES = ("new", "open", "pending", "on_hold", "resolved", "closed")
_PRIORITIES = ("low", "normal", "high", "urgent")
_KINDS = ("person", "auto-reply", "out-of-office", "bounce", "delay", "receipt", "complaint", "list", "loop")
_GOALS = ("first_response", "next_response", "resolution", "assignment")

FIELDS = {
    "words": Field("the subject or text", Kind.TEXT, Needs.MESSAGE),
    "subject": Field("the subject", Kind.TEXT),
    "text": Field("the text", Kind.TEXT, Needs.MESSAGE),
    "by": Field("who did it", Kind.CHOICE, Needs.MESSAGE, ("customer", "agent", "application", "machine", "mailgate")),
    "direction": Field("the message", Kind.CHOICE, Needs.MESSAGE, ("in", "out", "note")),
    "kind": Field("the kind of mail", Kind.CHOICE, Needs.MESSAGE, _KINDS),
    "trust": Field("the sender's authentication", Kind.CHOICE, Needs.MESSAGE, ("pass", "fail", "none")),
    "from": Field("the sender's address", Kind.TEXT, Needs.MESSAGE),
    "to": Field("To or Cc", Kind.LIST, Needs.MESSAGE),
    "files": Field("the names of its files", Kind.LIST, Needs.FILES),
    "status": Field("the status", Kind.CHOICE, Needs.NOTHING, _STATUSES),
    "priority": Field("the priority", Kind.CHOICE, Needs.NOTHING, _PRIORITIES),
    "assignee": Field("the assignee", Kind.CHOICE),
    "team": Field("the team", Kind.CHOICE),
    "category": Field("the category", Kind.CHOICE),
    "mailbox": Field("the mailbox", Kind.CHOICE),
    "channel": Field("the channel", Kind.CHOICE, Needs.NOTHING, ("mail", "web", "api", "phone", "chat")),
    "language": Field("the language", Kind.CHOICE),
    "tags": Field("its tags", Kind.LIST, Needs.TAGS),
    "status_before": Field("the status before", Kind.CHOICE, Needs.NOTHING, _STATUSES),
    "priority_before": Field("the priority before", Kind.CHOICE, Needs.NOTHING, _PRIORITIES),
    "promise": Field("the promise", Kind.CHOICE, Needs.NOTHING, _GOALS),
    "rating": Field("what the customer says", Kind.CHOICE, Needs.NOTHING, ("happy", "unhappy")),
    "answered": Field("whether a person answered", Kind.CHOICE, Needs.NOTHING, ("yes", "no")),
    "turn": Field("the next to act", Kind.CHOICE, Needs.NOTHING, ("us", "customer")),
    "customer": Field("the customer's address", Kind.TEXT),
    "company": Field("the customer's domain", Kind.CHOICE),
    "customer_name": Field("the customer's name", Kind.TEXT, Needs.PERSON),
    "customer_language": Field("the customer's own language", Kind.CHOICE, Needs.PERSON),
    "region": Field("the customer's region", Kind.TEXT, Needs.PERSON),
    "company_name": Field("the customer's company", Kind.TEXT, Needs.PROPERTIES),
    "earlier": Field("the customer's earlier tickets", Kind.NUMBER, Needs.EARLIER),
    "messages": Field("the number of letters", Kind.NUMBER),
    "reopened": Field("how often it was opened again", Kind.NUMBER),
    "escalation": Field("the escalation level", Kind.NUMBER),
    "age": Field("its age in hours", Kind.NUMBER),
    "hours": Field("the hours of a calendar", Kind.HOURS, Needs.HOURS),
}
# What stands before a name of one's own: a header of the mail, a property of the customer or of their company, a field.
NAMED = {
    HEADER: Field("the header", Kind.TEXT, Needs.HEADERS),
    CUSTOMER: Field("the customer's", Kind.PROPERTY, Needs.PROPERTIES),
    COMPANY: Field("the company's", Kind.PROPERTY, Needs.PROPERTIES),
    FIELD: Field("the field", Kind.PROPERTY, Needs.FIELDS),
}


def field_named(name: str) -> Field | None:
    """A field; a header of the mail is one, too, and a property of the customer, under any name it can have."""
    beginning, own = split_name(name)
    if not beginning:
        return FIELDS.get(name)
    is_name = is_header(own) if beginning == HEADER else _PROPERTY.fullmatch(own) is not None
    return NAMED[beginning] if is_name else None


def split_name(name: str) -> tuple[str, str]:
    """What a name begins with, of those that have one of their own behind it, and that one; else "" and all of it."""
    beginning = next((each for each in NAMED if name.startswith(each)), "")
    return beginning, name.removeprefix(beginning)


def is_header(name: str) -> bool:
    return 0 < len(name) <= 80 and all("!" <= letter <= "~" and letter != ":" for letter in name)  # noqa: PLR2004 - RFC 5322
