"""Keep canned replies: write, change, remove, and count their uses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mailgate.errors import BadInput, NotFound
from mailgate.store.base import add
from mailgate.store.db import Session
from mailgate.store.replies import CannedReply, remove_reply, replies_by_shortcut, reply_by_id, reply_named

LONGEST, LONGEST_NAME = 20_000, 100
_SHORTCUT = re.compile(r"[a-z0-9][a-z0-9_-]{0,29}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_TYPED = re.compile(r"(?<!\S);([A-Za-z0-9][A-Za-z0-9_-]{0,29})(?!\S)")


@dataclass(frozen=True, slots=True)
class Words:
    """A canned reply as somebody wrote it."""

    name: str
    body: str
    shortcut: str = ""
    category: str = ""
    language: str = ""


def save(session: Session, words: Words, by: str, at: datetime, *, reply: CannedReply | None = None) -> CannedReply:
    """Write a new reply, or change this one."""
    checked = _checked(words)
    namesake = reply_named(session, checked.name)
    if namesake is not None and namesake is not reply:
        raise BadInput(f"There is a reply “{checked.name}” already.", name="is taken")
    taken = replies_by_shortcut(session, [checked.shortcut]).get(checked.shortcut) if checked.shortcut else None
    if taken is not None and taken is not reply:
        raise BadInput(f"“{taken.name}” has the shortcut ;{checked.shortcut} already.", shortcut="is taken")
    made = reply or CannedReply(uses=0)
    made.name, made.body, made.category = checked.name, checked.body, checked.category
    made.shortcut, made.language = checked.shortcut or None, checked.language or None
    made.changed_by, made.changed_at = by, at
    return made if reply is not None else add(session, made)


def known(session: Session, reply_id: int) -> CannedReply:
    found = reply_by_id(session, reply_id)
    if found is None:
        raise NotFound(f"There is no canned reply {reply_id}.")
    return found


def remove(session: Session, reply_id: int) -> None:
    if not remove_reply(session, reply_id):
        raise NotFound(f"There is no canned reply {reply_id}.")


def use(reply: CannedReply, at: datetime) -> str:
    """Its template; one use more."""
    reply.uses, reply.used_at = reply.uses + 1, at
    return reply.body


def meant(session: Session, typed: str) -> CannedReply:
    """The reply somebody names, or whose shortcut they type."""
    wanted = typed.strip()
    shortcut = wanted.removeprefix(";").lower()
    found = reply_named(session, wanted) or replies_by_shortcut(session, [shortcut]).get(shortcut)
    if found is None:
        raise BadInput(f"There is no canned reply “{wanted[:LONGEST_NAME]}”.", reply="is not known")
    return found


def typed_in(session: Session, body: str) -> Mapping[str, CannedReply]:
    """The replies that a text names by their shortcuts, by what was typed."""
    typed = {match[0]: match[1].lower() for match in _TYPED.finditer(body)}
    found = replies_by_shortcut(session, typed.values())
    return {word: found[shortcut] for word, shortcut in typed.items() if shortcut in found}


def put_in(body: str, filled: Mapping[str, str]) -> str:
    """The text with its shortcuts replaced."""
    return _TYPED.sub(lambda match: filled.get(match[0], match[0]), body)


def _checked(words: Words) -> Words:
    name, category = " ".join(words.name.split()), " ".join(words.category.split())
    shortcut, language = words.shortcut.strip().removeprefix(";").lower(), words.language.strip().lower()
    body = words.body.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    if not name or len(name) > LONGEST_NAME:
        raise BadInput(f"A reply needs a name, of {LONGEST_NAME} characters at most.", name="is empty or too long")
    if not body or len(body) > LONGEST:
        raise BadInput(f"A reply needs words, {LONGEST:,} characters at most.", body="is empty or too long")
    if len(category) > LONGEST_NAME:
        raise BadInput(f"A category has {LONGEST_NAME} characters at most.", category="is too long")
    if shortcut and not _SHORTCUT.fullmatch(shortcut):
        raise BadInput("A shortcut is one word of letters, digits, - and _.", shortcut="is no word")
    if language and not _LANGUAGE.fullmatch(language):
        raise BadInput("A language is a code such as en or de.", language="is no code")
    return Words(name, body, shortcut, category, language)
