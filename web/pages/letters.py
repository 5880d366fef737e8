"""Letters: which go out in whose words, and an editor that shows a letter while it is written."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, make_response, request

from mailgate import clock
from mailgate.compose.about import ABOUT, variables
from mailgate.compose.sign import SigningKey, signed
from mailgate.errors import BadInput, Conflict
from mailgate.mail import Draft, Wording
from mailgate.office.letters import Admin, Place, letters, save, send_test, switch, take_back, wording_of
from mailgate.seal import Seal
from mailgate.store.agents import agent_by_id
from mailgate.store.db import Session
from mailgate.store.dkim import DkimKey, dkim_key
from mailgate.store.letters import OwnLetter, letter_setting, version_by_number, versions_of
from web.access import desk, limit, who
from web.answers import see_other
from web.db import ring, tools
from web.forms import Form, Line, Words
from web.show.letter_preview import LOOKS, POLICY, preview, require_sound, sample_of
from web.show.letters import LANGUAGES, Option, Scopes, changes, lines, place_of, shipped, steps, url_of
from web.show.shell import desk_page
from web.speech import say, told, told_all
from web.templating import render

pages = Blueprint("letters", __name__, url_prefix="/admin/letters")

_TESTS, _AN_HOUR = 30, 3600


class LetterForm(Form):
    """A letter as it stands in the editor."""

    language: str = "en"
    mailbox: str = ""
    category: str = ""
    subject: Line = ""
    text: Words = ""
    html: Words = ""
    number: Line = ""  # of a real ticket to show it with
    look: str = "mail"
    seen: int = 0  # the newest version its writer has seen

    @property
    def wording(self) -> Wording:
        return Wording(self.subject, self.text, self.html)


class PlaceForm(Form):
    """Which letter is switched or taken back."""

    language: str = "en"
    mailbox: str = ""
    category: str = ""
    on: bool = False
    to: int | None = None


@pages.get("")
def show_all() -> str:
    """Show every letter and what was made of it."""
    with desk() as session:
        return desk_page(session, "letters.html", current="letters", groups=lines(session))


@pages.get("/<name>")
def show(name: str) -> str:
    """Show one in the editor."""
    place = _asked(name)
    with desk() as session:
        return _editor(session, place, request.args.get("number", ""))


@pages.get("/<name>/preview")
def show_preview(name: str) -> Response:
    """Show it as its reader sees it, as it is saved."""
    place = _asked(name)
    with desk() as session:
        return _frame(session, place, None, request.args.get("number", ""), "mail")


@pages.post("/<name>/previews")
def look_at(name: str) -> Response:
    """Show it as its reader would see it, as it is being written."""
    form, place = _form(name)
    with desk() as session:
        return _frame(session, place, form.wording, form.number, form.look)


@pages.post("/<name>/tests")
def try_out(name: str) -> Response:
    """Mail it to whoever writes it; told in the frame, so that nothing that was typed is lost."""
    form, place = _form(name)
    limit("letter-test", str(who().agent_id), times=_TESTS, seconds=_AN_HOUR)
    with desk() as session:
        Scopes(session).require(place)
        me = agent_by_id(session, who().agent_id or 0)
        if me is None:
            raise BadInput("A test goes to the agent who asks for it, and an application is none.")
        try:
            require_sound(place, form.wording)
        except BadInput as error:
            return _refused(say("Not sent. %(error)s", error=told(error)))
        mailbox, draft = sample_of(session, place, form.wording, form.number, me.email)
        key = dkim_key(session, mailbox.domain)
        send_test(session, mailbox, place.name, _signed(draft, key), me.email, clock.now())
        shown = preview(session, place, form.wording, form.number, form.look if form.look in LOOKS else "mail")
    ring("send_mail")
    words = say("A test is on its way to %(email)s.", email=me.email)
    return _framed(render("letter_preview.html", shown=shown, told=(words, False)))


@pages.post("/<name>/versions")
def write(name: str) -> Response | tuple[str, int]:
    """Save it; from now on it goes out so."""
    form, place = _form(name)
    try:
        with desk() as session:
            Scopes(session).require(place)
            require_sound(place, form.wording)
            save(session, place, form.wording, _admin(), clock.now(), expected=form.seen)
    except (BadInput, Conflict) as error:
        with desk() as session:
            return _editor(session, place, form.number, typed=form.wording, seen=form.seen, refused=error), 422
    return see_other(url_of(place, saved="yes"))


@pages.post("/<name>/switch")
def turn(name: str) -> Response:
    """Have it sent, or not."""
    form = PlaceForm.read(request)
    place = place_of(name, form.language, form.mailbox, form.category)
    with desk() as session:
        Scopes(session).require(place)
        if not ABOUT[name].is_optional:
            raise BadInput(f"{ABOUT[name].title} is always sent: whoever waits for it would wait in vain.")
        switch(session, place, _admin(), clock.now(), on=form.on)
    return see_other(url_of(place))


@pages.post("/<name>/return")
def go_back(name: str) -> Response:
    """Take back what was made of it: to an earlier version, or to what ships."""
    form = PlaceForm.read(request)
    place = place_of(name, form.language, form.mailbox, form.category)
    with desk() as session:
        take_back(session, place, _admin(), clock.now(), to=form.to)
    return see_other(url_of(place, back="yes"))


@pages.get("/<name>/versions")
def show_versions(name: str) -> str:
    """Show what was done to it, and compare two versions."""
    place = _asked(name)
    with desk() as session:
        own = _own(session, place)
        now = own.setting.version if own is not None else None
        left, right = request.args.get("from", ""), request.args.get("to", str(now or ""))
        return desk_page(
            session, "letter_versions.html", current="letters", about=ABOUT[name], place=place, url=url_of(place),
            action=f"/admin/letters/{name}", scope=", ".join(Scopes(session).words(place)), steps=steps(session, own),
            left=left, right=right, options=_versions(session, own),
            changes=changes(_words_of(session, place, own, left), _words_of(session, place, own, right)),
        )  # fmt: skip


def _asked(name: str) -> Place:
    asked = request.args
    return place_of(name, asked.get("language", "en"), asked.get("mailbox", ""), asked.get("category", ""))


def _form(name: str) -> tuple[LetterForm, Place]:
    form = LetterForm.read(request)
    return form, place_of(name, form.language, form.mailbox, form.category)


def _editor(
    session: Session,
    place: Place,
    number: str,
    *,
    typed: Wording | None = None,
    seen: int | None = None,
    refused: BadInput | Conflict | None = None,
) -> str:
    about, scopes, own = ABOUT[place.name], Scopes(session), _own(session, place)
    scopes.require(place)
    wording = typed or (wording_of(own.version) if own is not None else None) or _wider(session, place)
    boxes, kinds = scopes.options()
    newest = versions_of(session, own.setting.id)[:1] if own is not None else []
    return desk_page(
        session, "letter.html", current="letters", about=about, place=place, wording=wording, number=number,
        action=f"/admin/letters/{place.name}", versions_url=url_of(place, "/versions"),
        preview_url=url_of(place, "/preview", number=number), is_own=own is not None and own.version is not None,
        is_on=letters(session).chosen(place, is_on=about.is_on).is_on, trouble=own and own.setting.trouble,
        seen=seen if seen is not None and not isinstance(refused, Conflict) else newest[0].number if newest else 0,
        languages=[Option(*each) for each in told_all(LANGUAGES).items()], boxes=boxes, kinds=kinds,
        looks=told_all(LOOKS),
        variables=variables(place.name), errors=_errors(refused), told=_said(),
    )  # fmt: skip


def _said() -> str:
    """What has just been done, for the notice above the form."""
    if "saved" in request.args:
        return say("Saved. Letters go out so from now on.")
    return say("Taken back.") if "back" in request.args else ""


def _errors(refused: BadInput | Conflict | None) -> dict[str, str] | None:
    if refused is None:
        return None
    return dict(refused.fields) if isinstance(refused, BadInput) and refused.fields else {"": str(refused)}


def _own(session: Session, place: Place) -> OwnLetter | None:
    setting = letter_setting(session, place.name, place.language, place.mailbox_id, place.category_id)
    if setting is None:
        return None
    version = version_by_number(session, setting.id, setting.version) if setting.version is not None else None
    return OwnLetter(setting, version)


def _wider(session: Session, place: Place) -> Wording:
    """What goes out in this place as long as it has no words of its own."""
    return letters(session).chosen(place, is_on=True).wording or shipped(place)


def _versions(session: Session, own: OwnLetter | None) -> list[Option]:
    found = versions_of(session, own.setting.id) if own is not None else []
    return [
        Option("", say("What ships")),
        *(Option(str(each.number), say("Version %(number)s", number=each.number)) for each in found if each.text),
    ]


def _words_of(session: Session, place: Place, own: OwnLetter | None, number: str) -> Wording:
    if own is None or not number.isdecimal():
        return shipped(place)
    return wording_of(version_by_number(session, own.setting.id, int(number[:18]))) or shipped(place)


def _frame(session: Session, place: Place, wording: Wording | None, number: str, look: str) -> Response:
    Scopes(session).require(place)
    if wording is None:
        own = _own(session, place)
        wording = (wording_of(own.version) if own is not None else None) or _wider(session, place)
    try:
        shown = preview(session, place, wording, number, look if look in LOOKS else "mail")
    except BadInput as error:
        return _refused(told(error))
    return _framed(render("letter_preview.html", shown=shown, told=None))


def _refused(words: str) -> Response:
    return _framed(render("letter_preview.html", shown=None, told=(words, True)))


def _framed(page: str) -> Response:
    response = make_response(page)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _signed(draft: Draft, key: DkimKey | None) -> Draft:
    """As every letter of this domain is."""
    if key is None:
        return draft
    settings = tools().settings
    former = settings.former_secret_key.get_secret_value() if settings.former_secret_key else None
    seal = Seal(settings.secret_key.get_secret_value() if settings.secret_key else "", former)
    return replace(draft, raw=signed(draft.raw, SigningKey(key.domain, key.selector, seal.open(key.secret))))


def _admin() -> Admin:
    return Admin(who().name, who().agent_id)
