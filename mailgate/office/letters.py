"""Change the letters an office sends: write an own version, take it back, switch a letter off, try one on oneself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mailgate.errors import BadInput, Conflict, NotFound
from mailgate.mail import Draft, Wording
from mailgate.store.base import add
from mailgate.store.db import Session
from mailgate.store.letters import (
    LetterSetting,
    LetterVersion,
    OwnLetter,
    letter_setting,
    own_letters,
    version_by_number,
    versions_of,
)
from mailgate.store.office import Mailbox
from mailgate.store.outbox import OutboxCopy, WrittenLetter

BLOCKS = ("greeting", "signature", "footer")
LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class Place:
    """Where a letter is meant: which, in what language, for which mailbox and category (None: for all)."""

    name: str
    language: str
    mailbox_id: int | None = None
    category_id: int | None = None


@dataclass(frozen=True, slots=True)
class Admin:
    """Who changes a letter, as its versions will name them."""

    name: str
    agent_id: int | None


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an office has decided on one letter. `wording` is None where what ships goes out."""

    is_on: bool
    wording: Wording | None
    blocks: Mapping[str, str]
    letter_ids: tuple[int, ...]  # whose words are in it, so that trouble is noted on them


class Letters:
    """An office's own letters, read once for many."""

    def __init__(self, own: Sequence[OwnLetter]) -> None:
        self._own = own
        self._broken: set[int] = set()

    def __bool__(self) -> bool:
        return bool(self._own)

    def chosen(self, place: Place, *, is_on: bool) -> Chosen:
        """What goes out in this place; `is_on`: whether the letter does as long as nobody has said."""
        said = next((each.setting.is_on for each in self._fitting(place) if each.setting.is_on is not None), is_on)
        letter = self._words(place)
        blocks = {
            name: self._words(Place(name, place.language, place.mailbox_id, place.category_id)) for name in BLOCKS
        }
        used = [each for each in (letter, *blocks.values()) if each is not None]
        return Chosen(
            is_on=said,
            wording=wording_of(letter.version) if letter is not None else None,
            blocks={
                name: each.version.text or "" for name, each in blocks.items() if each is not None and each.version
            },
            letter_ids=tuple(each.setting.id for each in used),
        )

    def leave_out(self, letter_ids: Iterable[int]) -> None:
        """These cannot be used, as we have just learned: one of them must not hold up fifty letters."""
        self._broken.update(letter_ids)

    def _words(self, place: Place) -> OwnLetter | None:
        """The narrowest own words that can be used."""
        fitting = (each for each in self._fitting(place) if each.version is not None)
        return next((each for each in fitting if not self._is_broken(each.setting)), None)

    def _is_broken(self, setting: LetterSetting) -> bool:
        return setting.trouble is not None or setting.id in self._broken

    def _fitting(self, place: Place) -> list[OwnLetter]:
        return [
            each
            for each in self._own
            if (each.setting.name, each.setting.language) == (place.name, place.language)
            and each.setting.mailbox_id in (None, place.mailbox_id)
            and each.setting.category_id in (None, place.category_id)
        ]


def letters(session: Session) -> Letters:
    """The letters an office has changed."""
    return Letters(own_letters(session))


def wording_of(version: LetterVersion | None) -> Wording | None:
    """A version's words; None: those that ship."""
    if version is None or version.text is None:
        return None
    return Wording(version.subject or "", version.text, version.html or "", version.id)


def save(
    session: Session, place: Place, wording: Wording, by: Admin, at: datetime, *, expected: int | None = None
) -> LetterVersion:
    """Send these words from now on. `expected`: the newest version their writer has seen; None overwrites any."""
    if not wording.text.strip() and place.name != "footer":
        raise BadInput("A letter needs words.", text="is empty")
    if place.name not in BLOCKS and not wording.subject.strip():
        raise BadInput("A letter needs a subject.", subject="is empty")
    if len(wording.subject) > LONGEST_SUBJECT or "\n" in wording.subject:
        raise BadInput(f"A subject is one line of at most {LONGEST_SUBJECT} characters.", subject="is too long")
    setting = _setting(session, place)
    newest = next(iter(versions_of(session, setting.id)), None)
    if expected is not None and expected != (newest.number if newest else 0):
        who = newest.by_name if newest else "Somebody"
        raise Conflict(f"{who} has changed this letter meanwhile. Your words are still here: compare, then save again.")
    version = _write_down(session, setting, "saved", wording, by, at)
    setting.version = version.number
    setting.trouble = setting.trouble_at = None
    return version


def take_back(session: Session, place: Place, by: Admin, at: datetime, *, to: int | None = None) -> LetterVersion:
    """Send an earlier version's words again, or (None) those that ship."""
    setting = letter_setting(session, place.name, place.language, place.mailbox_id, place.category_id, lock=True)
    if setting is None:
        raise NotFound("This letter is as it ships: there is nothing to take back.")
    earlier = version_by_number(session, setting.id, to) if to is not None else None
    if to is not None and (earlier is None or earlier.text is None):
        raise NotFound(f"There are no words in a version {to} of this letter.")
    version = _write_down(session, setting, "taken back", wording_of(earlier), by, at)
    setting.version = version.number if earlier is not None else None
    setting.trouble = setting.trouble_at = None
    return version


def switch(session: Session, place: Place, by: Admin, at: datetime, *, on: bool) -> None:
    """Have a letter sent, or not sent, from now on."""
    setting = _setting(session, place)
    if setting.is_on is on:
        return
    current = version_by_number(session, setting.id, setting.version) if setting.version is not None else None
    version = _write_down(session, setting, "switched on" if on else "switched off", wording_of(current), by, at)
    setting.is_on = on
    if current is not None:
        setting.version = version.number


def send_test(session: Session, mailbox: Mailbox, name: str, draft: Draft, to: str, at: datetime) -> None:
    """Send a letter to whoever tries it."""
    put_out(session, mailbox, f"test of {name}", replace(draft, version_id=None), to, at)


def put_out(session: Session, mailbox: Mailbox, name: str, draft: Draft, to: str, at: datetime) -> None:
    """Put a letter into the outbox that belongs to no ticket, and its bounce to nobody."""
    written = add(
        session,
        WrittenLetter(
            mailbox_id=mailbox.id, letter=name, version_id=draft.version_id, header_id=draft.message_id,
            subject=draft.subject, raw=draft.raw, created_at=at,
        ),
    )  # fmt: skip
    copy = OutboxCopy(
        written_id=written.id, mailbox_id=mailbox.id, ticket_id=None, letter=name, sender="", recipient=to,
        state="waiting", next_try=at, created_at=at,
    )  # fmt: skip
    add(session, copy)


def _setting(session: Session, place: Place) -> LetterSetting:
    found = letter_setting(session, place.name, place.language, place.mailbox_id, place.category_id, lock=True)
    return found or add(
        session,
        LetterSetting(
            name=place.name, language=place.language, mailbox_id=place.mailbox_id, category_id=place.category_id
        ),
    )


def _write_down(
    session: Session, setting: LetterSetting, deed: str, wording: Wording | None, by: Admin, at: datetime
) -> LetterVersion:
    newest = next(iter(versions_of(session, setting.id)), None)
    version = LetterVersion(
        letter_id=setting.id, number=newest.number + 1 if newest else 1, deed=deed,
        subject=wording and wording.subject, text=wording and wording.text, html=wording and wording.html,
        by_name=by.name, agent_id=by.agent_id, created_at=at,
    )  # fmt: skip
    return add(session, version)
