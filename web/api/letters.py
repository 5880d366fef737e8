"""The letters of an office: which go out in whose words; to write one, take it back, switch it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mailgate import clock
from mailgate.compose.about import ABOUT
from mailgate.compose.render import languages
from mailgate.errors import BadInput, NotFound
from mailgate.mail import Wording
from mailgate.office.letters import Admin, Letters, Place, save, switch, take_back, wording_of
from mailgate.store.db import Session
from mailgate.store.letters import OwnLetter, own_letters
from mailgate.store.office import categories, mailboxes
from web import cursors
from web.access import desk, who
from web.api.operations import Answer, Body, operation
from web.api.shapes import MOST, Page, PageQuery
from web.show.letter_preview import require_sound
from web.show.letters import place_of, shipped


class LetterShown(Answer):
    """A letter in one language, for all mailboxes or for one; and the words that go out there."""

    name: str
    title: str
    language: str
    mailbox: Annotated[str | None, Field(description="Its address; null: all.")]
    category: str | None
    is_on: bool
    version: Annotated[int | None, Field(description="Of its own words; null: the words that ship, or those for all.")]
    subject: str
    text: str
    html: Annotated[str, Field(description="A page of its own; empty where it is made of the text.")]
    trouble: Annotated[str | None, Field(description="Why its own words cannot be used.")]


class LetterPage(Page[LetterShown]):
    """Some letters."""


class LettersQuery(PageQuery):
    """Which part of the list."""

    limit: Annotated[int, Field(ge=1, le=MOST)] = MOST


class LetterPlace(Body):
    """Which letter is meant."""

    language: str = "en"
    mailbox: Annotated[str | None, Field(description="An address; null: all.", max_length=254)] = None
    category: Annotated[str | None, Field(max_length=200)] = None


class LetterWords(LetterPlace):
    """A letter's words, as templates."""

    subject: Annotated[str, Field(max_length=200)] = ""
    text: Annotated[str, Field(max_length=64_000)]
    html: Annotated[str, Field(max_length=64_000)] = ""
    expected: Annotated[int | None, Field(description="The newest version you have seen; null overwrites any.")] = None


class LetterReturn(LetterPlace):
    """What a letter is taken back to."""

    version: Annotated[int | None, Field(description="An earlier version; null: what ships.", ge=1, lt=2**31)] = None


class LetterSwitch(LetterPlace):
    """Whether a letter is sent."""

    on: bool


@operation("GET", "/letters", query=LettersQuery, answer=LetterPage)
def list_letters(query: LettersQuery) -> LetterPage:
    """List every letter in every language, then those for one mailbox or category."""
    with desk() as session:
        own = own_letters(session)
        places = [Place(name, language) for name in ABOUT for language in languages()]
        places += [place for each in own if (place := _place_of(each)) not in places]
        after = cursors.read_id(query.cursor) or 0
        numbered = list(enumerate(places, 1))[after:]
        page, following = cursors.cut(numbered, query.limit, lambda each: cursors.make(each[0]))
        names = _Names(session)
        return LetterPage(items=[_shown(own, names, place) for _, place in page], next=following)


@operation("PUT", "/letters/<string:name>", body=LetterWords, answer=LetterShown)
def write_letter(name: str, body: LetterWords) -> LetterShown:
    """Send these words from now on."""
    wording = Wording(body.subject, body.text, body.html)
    with desk() as session:
        place = _meant(session, name, body)
        require_sound(place, wording)
        save(session, place, wording, _admin(), clock.now(), expected=body.expected)
    return _one(place)


@operation("POST", "/letters/<string:name>/return", body=LetterReturn, answer=LetterShown)
def return_letter(name: str, body: LetterReturn) -> LetterShown:
    """Take a letter back to an earlier version, or to what ships."""
    with desk() as session:
        place = _meant(session, name, body)
        take_back(session, place, _admin(), clock.now(), to=body.version)
    return _one(place)


@operation("POST", "/letters/<string:name>/switch", body=LetterSwitch, answer=LetterShown)
def switch_letter(name: str, body: LetterSwitch) -> LetterShown:
    """Have a letter sent, or not."""
    with desk() as session:
        place = _meant(session, name, body)
        if not ABOUT[name].is_optional:
            raise BadInput(f"{ABOUT[name].title} is always sent: whoever waits for it would wait in vain.")
        switch(session, place, _admin(), clock.now(), on=body.on)
    return _one(place)


class _Names:
    """Mailboxes and categories by their ids."""

    def __init__(self, session: Session) -> None:
        self.mailboxes = {mailbox.id: mailbox.address for mailbox in mailboxes(session)}
        self.categories = {category.id: category.name for category in categories(session)}


def _meant(session: Session, name: str, body: LetterPlace) -> Place:
    names = _Names(session)
    mailbox = _id_of(names.mailboxes, body.mailbox, "mailbox")
    category = _id_of(names.categories, body.category, "category")
    place = place_of(name, body.language, "", "")
    return Place(place.name, place.language, mailbox, category)


def _id_of(names: dict[int, str], wanted: str | None, kind: str) -> int | None:
    if wanted is None:
        return None
    found = next((key for key, name in names.items() if name.lower() == wanted.lower()), None)
    if found is None:
        raise NotFound(f"There is no {kind} {wanted!r}.")
    return found


def _one(place: Place) -> LetterShown:
    with desk() as session:
        return _shown(own_letters(session), _Names(session), place)


def _shown(own: list[OwnLetter], names: _Names, place: Place) -> LetterShown:
    mine = next((each for each in own if _place_of(each) == place), None)
    chosen = Letters(own).chosen(place, is_on=ABOUT[place.name].is_on)
    wording = (mine and wording_of(mine.version)) or chosen.wording or shipped(place)
    return LetterShown(
        name=place.name, title=ABOUT[place.name].title, language=place.language,
        mailbox=names.mailboxes.get(place.mailbox_id) if place.mailbox_id else None,
        category=names.categories.get(place.category_id) if place.category_id else None,
        is_on=chosen.is_on, version=mine.setting.version if mine else None,
        subject=wording.subject, text=wording.text, html=wording.html, trouble=mine.setting.trouble if mine else None,
    )  # fmt: skip


def _place_of(each: OwnLetter) -> Place:
    setting = each.setting
    return Place(setting.name, setting.language, setting.mailbox_id, setting.category_id)


def _admin() -> Admin:
    return Admin(who().name, who().agent_id)
