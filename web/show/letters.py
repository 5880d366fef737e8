"""Letters as admins see them: a line each in the list, one in the editor, and what was done to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from urllib.parse import urlencode

from mailgate import clock
from mailgate.compose.about import ABOUT, GROUPS, About
from mailgate.compose.render import block_source, languages, source
from mailgate.compose.wording import BLOCKS
from mailgate.errors import NotFound
from mailgate.mail import Wording
from mailgate.office.letters import Place, wording_of
from mailgate.store.db import Session
from mailgate.store.letters import (
    LetterVersion,
    OwnLetter,
    own_letters,
    versions_of,
    written_of_versions,
    written_since,
)
from mailgate.store.office import categories, mailboxes
from web.speech import later, say

_DEEDS = {"saved": later("Saved"), "switched on": later("Switched on"), "switched off": later("Switched off")}
LANGUAGES = {"en": later("English"), "de": later("German"), "fr": later("French"), "es": later("Spanish")}
_MONTH = timedelta(days=30)
_MOST_COUNTED = 9_999


@dataclass(frozen=True, slots=True)
class Own:
    """An own version, or a switch that was turned, and where it is meant."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """A letter in the list."""

    about: About
    url: str
    count: str | None  # how often it was written within a month
    own: list[Own]
    off: list[Own]
    troubles: list[str]

    @property
    def is_off(self) -> bool:
        return not self.about.is_on


@dataclass(frozen=True, slots=True)
class Option:
    """A line of a choice."""

    value: str
    word: str


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done to a letter."""

    number: int
    words: str
    by: str
    at: datetime
    count: str | None
    is_current: bool
    can_return: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch of lines in the comparison of two versions: `same`, `gone` or `new`."""

    kind: str
    text: str


def place_of(name: str, language: str, mailbox: str, category: str) -> Place:
    """The letter a request names."""
    if name not in ABOUT:
        raise NotFound(f"There is no letter {name!r}.")
    if language not in languages():
        raise NotFound(f"Letters are not written in {language!r}.")
    ids = [int(each) if each.isdecimal() and len(each) < 19 else None for each in (mailbox, category)]  # noqa: PLR2004 - as `key` in a route
    return Place(name, language, *ids)


def url_of(place: Place, page: str = "", **more: str) -> str:
    """Where a letter is edited."""
    asked = {"language": place.language, "mailbox": place.mailbox_id, "category": place.category_id, **more}
    return f"/admin/letters/{place.name}{page}?{urlencode({key: value for key, value in asked.items() if value})}"


def lines(session: Session) -> dict[str, list[Line]]:
    """Every letter, by group."""
    own, scopes = own_letters(session), Scopes(session)
    counts = written_since(session, ABOUT, clock.now() - _MONTH, _MOST_COUNTED + 1)
    found: dict[str, list[Line]] = {words: [] for words in GROUPS.values()}
    for about in ABOUT.values():
        mine = [each for each in own if each.setting.name == about.name]
        line = Line(
            about=about,
            url=f"/admin/letters/{about.name}",
            count=capped(counts[about.name]) if about.group != "blocks" else None,
            own=[scopes.own(each) for each in mine if each.version is not None],
            off=[scopes.own(each) for each in mine if each.setting.is_on is (not about.is_on)],
            troubles=[each.setting.trouble for each in mine if each.setting.trouble],
        )
        found[GROUPS[about.group]].append(line)
    return found


class Scopes:
    """What letters can be meant for."""

    def __init__(self, session: Session) -> None:
        self._mailboxes = {mailbox.id: mailbox.address for mailbox in mailboxes(session)}
        self._categories = {category.id: category.name for category in categories(session)}

    def require(self, place: Place) -> None:
        """Refuse a mailbox or a category that is not there."""
        if place.mailbox_id is not None and place.mailbox_id not in self._mailboxes:
            raise NotFound("There is no such mailbox.")
        if place.category_id is not None and place.category_id not in self._categories:
            raise NotFound("There is no such category.")

    def options(self) -> tuple[list[Option], list[Option]]:
        """The choices of the editor: mailboxes, categories."""
        boxes = [Option("", say("All mailboxes")), *(Option(str(key), word) for key, word in self._mailboxes.items())]
        kinds = [Option("", say("All categories")), *(Option(str(key), word) for key, word in self._categories.items())]
        return boxes, kinds

    def own(self, letter: OwnLetter) -> Own:
        """Where an own letter is meant, in words."""
        setting = letter.setting
        place = Place(setting.name, setting.language, setting.mailbox_id, setting.category_id)
        return Own(", ".join(self.words(place)), url_of(place))

    def words(self, place: Place) -> Iterator[str]:
        yield say(LANGUAGES[place.language])
        if place.mailbox_id is not None:
            yield self._mailboxes.get(place.mailbox_id, say("a mailbox"))
        if place.category_id is not None:
            yield self._categories.get(place.category_id, say("a category"))


def shipped(place: Place) -> Wording:
    """A letter or a block as it ships."""
    return Wording("", block_source(*_named(place))) if place.name in BLOCKS else source(*_named(place))


def steps(session: Session, own: OwnLetter | None) -> list[Step]:
    """What was done to a letter, newest first."""
    if own is None:
        return []
    versions = versions_of(session, own.setting.id)
    counts = written_of_versions(session, [version.id for version in versions], _MOST_COUNTED + 1)
    return [_step(version, own, counts.get(version.id, 0)) for version in versions]


def changes(before: Wording, after: Wording) -> list[Change]:
    """Two versions compared, line by line."""
    old, new = _lines(before), _lines(after)
    found: list[Change] = []
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(Change("same", "\n".join(old[old_from:old_to])))
            continue
        found += [Change("gone", "\n".join(old[old_from:old_to]))] if old_to > old_from else []
        found += [Change("new", "\n".join(new[new_from:new_to]))] if new_to > new_from else []
    return found


def capped(count: int) -> str:
    return f"{_MOST_COUNTED:,}+" if count > _MOST_COUNTED else f"{count:,}"


def _named(place: Place) -> tuple[str, str]:
    return place.name, place.language


def _step(version: LetterVersion, own: OwnLetter, count: int) -> Step:
    words = _DEEDS.get(version.deed)
    if words is None:
        words = later("Taken back to what ships") if version.text is None else later("Taken back to an earlier version")
    return Step(
        number=version.number, words=say(words), by=version.by_name, at=version.created_at,
        count=capped(count) if count else None, is_current=version.number == own.setting.version,
        can_return=wording_of(version) is not None and version.number != own.setting.version,
    )  # fmt: skip


def _lines(wording: Wording) -> Sequence[str]:
    subject = [say("Subject: %(subject)s", subject=wording.subject), ""] if wording.subject else []
    page = ["", say("Page of its own:"), *wording.html.splitlines()] if wording.html else []
    return [*subject, *wording.text.splitlines(), *page]
