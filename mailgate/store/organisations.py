"""Organisations: the tenants. The one table without a tenant of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Connection, Identity, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from mailgate.errors import BadInput
from mailgate.store.base import Base, tenant


class Organisation(Base):
    __tablename__ = "organisations"
    __table_args__ = (CheckConstraint("position('{N' in number_format) > 0", name="number_format"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    number_format: Mapped[str] = mapped_column(server_default="TKT-{YYYY}-{N:6}")
    language: Mapped[str] = mapped_column(server_default="en")
    time_zone: Mapped[str] = mapped_column(server_default="UTC")
    # A restored copy: letters are written, but kept back until `mailgate restore --release`.
    is_holding: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[datetime]
    needs_second_factor: Mapped[bool] = mapped_column(server_default=text("false"))  # to see anything at all
    is_timed: Mapped[bool] = mapped_column(server_default=text("false"))  # something is promised to somebody
    is_routed: Mapped[bool] = mapped_column(server_default=text("false"))  # some tickets are given out by themselves
    tells_new_tickets: Mapped[bool] = mapped_column(server_default=text("false"))  # an agent wants to hear of them
    survey_questions: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))  # asked beside the one
    figures_at: Mapped[datetime | None]  # when the sums behind the figures were last looked after
    retime_after: Mapped[int | None]  # open tickets after this one are still to be timed anew
    rule_triggers: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))  # what the rules that are on wait for
    rules_version: Mapped[int] = mapped_column(server_default=text("0"))  # counted up with every change of a rule
    rerule_after: Mapped[int | None]  # open tickets after this one are still to be looked at for changed rules


class NumberBlock(Base):
    """The next free number of an organisation in a period (the year, month or day its format names)."""

    __tablename__ = "number_blocks"

    org_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    period: Mapped[str] = mapped_column(primary_key=True)
    next: Mapped[int]


def every(session: Session) -> list[Organisation]:
    return list(session.scalars(select(Organisation).order_by(Organisation.id)))


def by_name(session: Session, name: str) -> Organisation | None:
    return session.scalar(select(Organisation).where(Organisation.name == name))


def find_organisation(connection: Connection, name: str | None) -> int | None:
    """The id of the organisation with this name; without a name, of the only one."""
    found: int | None = connection.execute(text("SELECT find_organisation(:name)"), {"name": name}).scalar_one()
    return found


def own(session: Session) -> Organisation:
    """The organisation this session works for."""
    organisation = session.get(Organisation, tenant(session))  # asked for once in a transaction …
    assert organisation is not None
    session.info["own"] = organisation  # … as long as somebody holds it
    return organisation


def rules_wait_for(session: Session) -> list[str]:
    """What the rules that are on wait for; asked for once in a transaction."""
    known: dict[int, list[str]] = session.info.setdefault("rule_triggers", {})
    org = tenant(session)
    if org not in known:
        known[org] = [str(each) for each in own(session).rule_triggers]
    return known[org]


def lock_own(session: Session) -> Organisation:
    """The same, held and read anew: nobody else changes it until this transaction ends."""
    mine = select(Organisation).where(Organisation.id == tenant(session)).with_for_update(key_share=True)
    return session.scalars(mine.execution_options(populate_existing=True)).one()


def take_name(session: Session, organisation: Organisation, name: str) -> None:
    """Call it otherwise; another one's name is refused, and not told whose it is."""
    try:
        with session.begin_nested():
            organisation.name = name
            session.flush()
    except IntegrityError:
        session.refresh(organisation)
        raise BadInput(f"There is an organisation “{name}” already.", name="is taken") from None


def sole(connection: Connection) -> int | None:
    """The one organisation of this installation, if there is only one: pages may name it before they know who asks."""
    found = connection.execute(text("SELECT sole_organisation()")).scalar_one()
    return int(found) if found is not None else None
