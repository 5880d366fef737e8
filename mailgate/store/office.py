"""What admins set up: mailboxes, teams, categories."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from mailgate.errors import BadInput
from mailgate.store.base import TenantRow, add, points_to


class Team(TenantRow):
    """A department or a branch: its tier of support, and the region it is for."""

    __tablename__ = "teams"
    __table_args__ = (
        UniqueConstraint("org_id", "name"),
        CheckConstraint("tier BETWEEN 1 AND 3", name="tier"),
        points_to("teams", "parent_id"),
    )

    name: Mapped[str]
    tier: Mapped[int] = mapped_column(server_default=text("1"))
    region: Mapped[str] = mapped_column(server_default="")
    parent_id: Mapped[int | None]
    created_at: Mapped[datetime]


class Category(TenantRow):
    """A node in the tree of what tickets are about."""

    __tablename__ = "categories"
    __table_args__ = (
        UniqueConstraint("org_id", "name"),
        points_to("categories", "parent_id"),
    )

    name: Mapped[str]
    parent_id: Mapped[int | None]
    description: Mapped[str] = mapped_column(server_default="")
    active: Mapped[bool] = mapped_column(server_default=text("true"))  # may be chosen
    created_at: Mapped[datetime]


class TeamCategory(TenantRow):
    """A category whose tickets a team sees, whoever has them."""

    __tablename__ = "team_categories"
    __table_args__ = (
        Index("team_categories_team_key", "org_id", "team_id", "category_id", unique=True),
        points_to("teams", "team_id", gone_with=True),
        points_to("categories", "category_id", gone_with=True),
    )

    team_id: Mapped[int]
    category_id: Mapped[int]


QUOTING = ("off", "last", "all")


class Mailbox(TenantRow):
    """An address customers write to. `plus` says whether its host delivers plus-addresses.

    `catch_all`: it takes whatever is sent to its domain and to no other mailbox; one in a domain.
    """

    __tablename__ = "mailboxes"
    __table_args__ = (
        Index("mailboxes_address_key", "address", unique=True),
        Index(
            "mailboxes_catch_all_key",
            text("split_part(address, '@', 2)"),
            unique=True,
            postgresql_where=text("catch_all"),
        ),
        CheckConstraint("address = lower(address) AND position('@' in address) > 1", name="address"),
        CheckConstraint("quoting IN ('off', 'last', 'all')", name="quoting"),
        points_to("teams", "team_id"),
    )

    address: Mapped[str]
    name: Mapped[str]
    team_id: Mapped[int | None]
    plus: Mapped[bool] = mapped_column(server_default=text("true"))
    catch_all: Mapped[bool] = mapped_column(server_default=text("false"))
    language: Mapped[str | None]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    signature: Mapped[str] = mapped_column(server_default="")  # below agents' answers, instead of its name
    quoting: Mapped[str] = mapped_column(server_default="off")  # what stands below an answer of what it answers
    largest_files: Mapped[int | None]  # bytes that travel with one letter; None: by the setting
    created_at: Mapped[datetime]

    @property
    def local_part(self) -> str:
        return self.address.rpartition("@")[0]

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


def take_address(session: Session, mailbox: Mailbox) -> Mailbox:
    """Write a new mailbox. Mail to an address goes to one organisation: that of another is refused, and not named."""
    try:
        with session.begin_nested():
            add(session, mailbox)
            session.flush()
    except IntegrityError as error:
        constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
        if constraint == "mailboxes_address_key":
            raise BadInput(
                f"{mailbox.address} is a mailbox of another organisation on this Mailgate: "
                "take another address, or have it given up there first.",
                address="is taken",
            ) from None
        if constraint == "mailboxes_catch_all_key":
            raise BadInput(
                f"Another organisation on this Mailgate takes all mail to {mailbox.domain} already.",
                catch_all="is taken",
            ) from None
        raise
    return mailbox


def mailboxes(session: Session) -> list[Mailbox]:
    return list(session.scalars(select(Mailbox).order_by(Mailbox.address)))


def mailbox_by_address(session: Session, address: str) -> Mailbox | None:
    return session.scalar(select(Mailbox).where(Mailbox.address == address.lower()))


def mailbox_by_id(session: Session, mailbox_id: int) -> Mailbox:
    """The mailbox something points to."""
    return session.scalars(select(Mailbox).where(Mailbox.id == mailbox_id)).one()


def mailbox_with_id(session: Session, mailbox_id: int) -> Mailbox | None:
    """The mailbox somebody names."""
    return session.scalar(select(Mailbox).where(Mailbox.id == mailbox_id))


def teams(session: Session) -> list[Team]:
    return list(session.scalars(select(Team).order_by(Team.name)))


def categories(session: Session) -> list[Category]:
    return list(session.scalars(select(Category).order_by(Category.name)))


def team_named(session: Session, name: str) -> Team | None:
    return session.scalar(select(Team).where(Team.name == name))


def category_named(session: Session, name: str) -> Category | None:
    return session.scalar(select(Category).where(Category.name == name))


def team_by_id(session: Session, team_id: int) -> Team | None:
    return session.scalar(select(Team).where(Team.id == team_id))


def category_by_id(session: Session, category_id: int) -> Category | None:
    return session.scalar(select(Category).where(Category.id == category_id))


def categories_of(session: Session, team_id: int) -> list[TeamCategory]:
    """The categories a team sees."""
    question = select(TeamCategory).where(TeamCategory.team_id == team_id)
    return list(session.scalars(question.order_by(TeamCategory.category_id)))


def category_names_of_teams(session: Session) -> dict[int, list[str]]:
    """The names of the categories every team sees, by team."""
    question = select(TeamCategory.team_id, Category.name).join(Category, Category.id == TeamCategory.category_id)
    found: dict[int, list[str]] = {}
    for team_id, name in session.execute(question.order_by(Category.name)):
        found.setdefault(team_id, []).append(name)
    return found


def remove_unused(session: Session, row: TenantRow) -> bool:
    """Take away what nothing points to; False where something does, which then stays."""
    session.flush()
    try:
        with session.begin_nested():
            session.delete(row)
            session.flush()
            session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))  # ask now, not at the commit
            session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
    except IntegrityError:
        return False
    return True
