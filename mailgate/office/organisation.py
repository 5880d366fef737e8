"""The organisation itself: its name, numbers, language, time zone, and whether it asks for second factors."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import available_timezones

from mailgate.errors import BadInput
from mailgate.store.db import Session
from mailgate.store.numbers import check_format
from mailgate.store.organisations import Organisation, own, take_name

LONGEST_NAME = 100
LANGUAGES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish"}  # letters ship in these


@dataclass(frozen=True, slots=True)
class OrganisationSetup:
    """What an owner or admin says of it."""

    name: str
    number_format: str
    language: str = "en"
    time_zone: str = "UTC"
    needs_second_factor: bool = False


def setup_of(organisation: Organisation) -> OrganisationSetup:
    return OrganisationSetup(
        organisation.name, organisation.number_format, organisation.language, organisation.time_zone,
        organisation.needs_second_factor,
    )  # fmt: skip


def save_organisation(session: Session, setup: OrganisationSetup) -> Organisation:
    """Change it. Tickets keep the numbers they have."""
    name = " ".join(setup.name.split())
    if not name or len(name) > LONGEST_NAME:
        raise BadInput(f"A name has 1 to {LONGEST_NAME} characters.", name="is empty or too long")
    if setup.language not in LANGUAGES:
        raise BadInput("Letters are written in one of " + ", ".join(LANGUAGES) + ".", language="is none of these")
    if setup.time_zone not in available_timezones():
        raise BadInput(f"There is no time zone {setup.time_zone!r}; write it as Europe/Berlin.", time_zone="is none")
    try:
        number_format = check_format(setup.number_format.strip())
    except BadInput as error:
        raise BadInput(str(error), number_format="cannot be used") from None
    organisation = own(session)
    if name != organisation.name:
        take_name(session, organisation, name)
    organisation.number_format, organisation.language = number_format, setup.language
    organisation.time_zone, organisation.needs_second_factor = setup.time_zone, setup.needs_second_factor
    session.flush()
    return organisation
