"""What an agent wants to be told by mail, chosen by themselves."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, make_response, request

from mailgate import clock
from mailgate.compose.about import ABOUT
from mailgate.errors import BadInput, NotFound
from mailgate.office.wishes import Wished, set_wishes, wished
from mailgate.store.db import Session
from mailgate.store.organisations import own
from mailgate.store.wishes import NOTES
from web.access import desk, who
from web.answers import see_other
from web.forms import Form, Line
from web.show.fields import Option, said
from web.show.shell import desk_page
from web.speech import later, say

pages = Blueprint("my_mail", __name__, url_prefix="/me/mail")

_DAYS = [Option("working", later("On working days")), Option("every", later("Every day"))]
_HOURS = [Option("-1", later("No digest")), *(Option(str(hour), f"{hour:02}:00") for hour in range(24))]
_CHOICES = {
    "new_ticket": later("There is a new ticket for my teams, or for no team"),
    "assigned": later("A ticket is given to me"),
    "customer_answered": later("A customer writes again on a ticket of mine"),
    "mentioned": later("A note names me, as in @mara"),
    "reminder": later("A ticket I put out of sight is back"),
}


class WishesForm(Form):
    """Everything at once: what is not ticked is not wanted."""

    notes: tuple[Line, ...] = ()
    digest_hour: int = -1
    digest_days: Line = "working"


@pages.get("")
def show() -> str:
    """Show it."""
    with desk() as session:
        return _page(session, wished(session, _me()), is_saved=request.args.get("done") == "saved")


@pages.post("")
def change() -> Response:
    """Change it."""
    form = WishesForm.read(request)
    try:
        with desk() as session:
            set_wishes(
                session, _me(), clock.now(), notes=form.notes, digest_hour=form.digest_hour,
                digest_days=form.digest_days,
            )  # fmt: skip
    except BadInput as error:
        typed = Wished(form.notes, form.digest_hour, form.digest_days)
        with desk() as session:
            page = _page(session, typed, errors={next(iter(error.fields), ""): str(error)})
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
    return see_other("/me/mail?done=saved")


def _page(session: Session, wishes: Wished, *, errors: dict[str, str] | None = None, is_saved: bool = False) -> str:
    choices = [(name, say(_CHOICES[name]), ABOUT[name].title) for name in NOTES]
    return desk_page(
        session, "my_mail.html", wishes=wishes, choices=choices, hours=said(_HOURS), days=said(_DAYS),
        hour=str(wishes.digest_hour if wishes.digest_hour is not None else -1), errors=errors, is_saved=is_saved,
        has_digests="digest" in own(session).rule_triggers,
    )  # fmt: skip


def _me() -> int:
    agent_id = who().agent_id
    if agent_id is None:
        raise NotFound("An application gets no mail. Sign in as an agent.")
    return agent_id
