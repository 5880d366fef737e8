"""What stands around a page: the desk's navigation for agents, the organisation's name for everybody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mailgate import clock
from mailgate.rights import Right
from mailgate.store.db import Session
from mailgate.store.numbers import example_number
from mailgate.store.office import mailboxes
from mailgate.store.organisations import Organisation, own, sole
from mailgate.store.views import SavedView, views_of
from web.access import desk_of, who, zone_of
from web.db import tools
from web.show.nav import SETUP, Item, setup_items
from web.show.views import VIEWS, Counts, capped, counts
from web.speech import chosen, say, speak, told, wanted
from web.templating import render


@dataclass(frozen=True, slots=True)
class Desk:
    """What stands around an agent's page."""

    organisation: str
    agent: str
    presence: str
    views: list[Item]
    saved: list[Item]  # the agent's own views
    setup: list[Item]


@dataclass(frozen=True, slots=True)
class Face:
    """How an organisation shows itself to customers."""

    organisation: str
    support_address: str
    example: str
    zone: str
    language: str


def desk_page(
    session: Session,
    template: str,
    *,
    current: str = "",
    counted: Counts | None = None,
    organisation: Organisation | None = None,
    saved: Sequence[SavedView] | None = None,
    **values: Any,
) -> str:
    """An agent's page. `current` names the view or the part of the set-up that is shown; the rest: what is known."""
    known = who()
    agent = known.agent_id or 0
    organisation = organisation or own(session)
    if counted is None:  # the set-up shows no views to count
        counted = {} if current in SETUP else counts(session, agent)
    saved = views_of(session, agent) if saved is None else saved
    desk = _desk(session, organisation, current, counted, saved)
    if values.get("errors"):
        values["errors"] = {name: told(sentence) for name, sentence in values["errors"].items()}
    zone = known.time_zone or organisation.time_zone
    return render(template, desk=desk, zone=zone, **values)


def fragment(session: Session, template: str, **values: Any) -> str:
    """A part of an agent's page that is swapped in."""
    return render(template, zone=zone_of(session), **values)


def face(session: Session) -> Face:
    """The organisation this session works for, as customers see it."""
    organisation = own(session)
    address = next((mailbox.address for mailbox in mailboxes(session) if mailbox.active), "")
    return Face(
        organisation.name,
        address,
        example_number(organisation.number_format, clock.now()),
        organisation.time_zone,
        organisation.language,
    )


def public_face() -> Face:
    """Whom a page stands for before it knows who asks. With several organisations it names none of them."""
    with tools().database.crossing() as connection:
        only = sole(connection)
    if only is None:
        return Face("Support", "", "TKT-2026-000123", "UTC", "en")
    with desk_of(only) as session:
        return face(session)


def customer_page(shown: Face, template: str, *, language: str | None = None, **values: Any) -> str:
    """A page for whoever is not signed in: in this language, else a known agent's, the browser's, the office's."""
    speak(wanted(language, chosen(), usual=shown.language))
    if values.get("errors"):
        values["errors"] = {name: say(sentence) for name, sentence in values["errors"].items()}
    return render(
        template,
        organisation=shown.organisation,
        support_address=shown.support_address,
        example=shown.example,
        zone=shown.zone,
        **values,
    )


def _desk(
    session: Session, organisation: Organisation, current: str, counted: Counts, saved: Sequence[SavedView]
) -> Desk:
    known = who()
    views = [
        Item(
            say(view.name),
            f"/?view={view.key}",
            view.icon,
            capped(counted[view.key]) if view.key in counted else None,
            view.key == current,
        )
        for view in VIEWS.values()
    ]
    if not known.only_own_teams:
        views.append(Item(say("Figures"), "/figures", "facts", None, current == "figures"))
    setup = setup_items(session, known, current)
    own_views = [
        Item(
            view.name,
            f"/?{view.query}",
            "star",
            capped(counted[f"saved-{place}"]) if f"saved-{place}" in counted else None,
            f"saved-{view.id}" == current,
        )
        for place, view in enumerate(saved)
    ]
    held = [item for item in setup if item.count]  # mail on the shelf is everybody's business
    if known.may(Right.SET_UP):
        held.append(Item(say("Set-up"), "/admin/mailboxes", "gear", None, is_current=False))
    return Desk(organisation.name, known.name, known.presence, [*views, *held], own_views, setup)
