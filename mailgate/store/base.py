"""What every table shares: a tenant, an id known before the row is written, and names for its constraints."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, TypeVar, cast

from sqlalchemy import BigInteger, DateTime, ForeignKeyConstraint, Identity, MetaData, String, insert, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

NAMES = {
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}


class Base(DeclarativeBase):
    """All tables."""

    metadata = MetaData(naming_convention=NAMES)
    # Ids are known before a row is written and nobody reads a server's default back: no RETURNING, whole batches.
    __mapper_args__: ClassVar = {"eager_defaults": False}  # type: ignore[misc] # SQLAlchemy reads it off the class
    type_annotation_map: ClassVar = {
        datetime: DateTime(timezone=True),
        int: BigInteger,
        str: String,
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
    }


class TenantRow(Base):
    """A row of one organisation. The tenant stands first in every key, so foreign keys cannot cross it."""

    __abstract__ = True

    org_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)


def points_to(table: str, column: str, *, gone_with: bool = False) -> ForeignKeyConstraint:
    """Let a column name a row of another table, of the same tenant.

    Checked at commit, so that the rows of one transaction may be written in any order. `gone_with`: the row goes when
    what it points to goes.
    """
    return ForeignKeyConstraint(
        ["org_id", column],
        [f"{table}.org_id", f"{table}.id"],
        ondelete="CASCADE" if gone_with else None,
        deferrable=True,
        initially="DEFERRED",
    )


Row = TypeVar("Row", bound=TenantRow)


def add(session: Session, row: Row) -> Row:
    """Write a row under the session's tenant. Its id is known at once, so that other rows can name it."""
    row.org_id = tenant(session)
    (row.id,) = take_ids(session, type(row), 1)
    session.add(row)
    return row


def write(session: Session, kind: type[TenantRow], /, **values: Any) -> int:
    """Write a row that nobody changes or reads back before the next flush, in one INSERT with its like; its id.

    As an object, which `add` is for, it would cost about four times as much.
    """
    (row_id,) = take_ids(session, kind, 1)
    write_plain(session, kind, id=row_id, **values)
    return row_id


def write_plain(session: Session, kind: type[Base], /, **values: Any) -> None:
    """The same for a row that has no id of its own."""
    values["org_id"] = tenant(session)
    _rows(session).setdefault((kind, *values), []).append(values)


def insert_written(session: Session) -> None:
    """Hand what was written to the database."""
    rows = _rows(session)
    for (kind, *_), values in rows.items():
        session.connection().execute(insert(kind.__table__), values)
    rows.clear()


def _rows(session: Session) -> dict[tuple[Any, ...], list[dict[str, Any]]]:
    """By table and columns, so that each INSERT has what all its rows have."""
    return cast("dict[tuple[Any, ...], list[dict[str, Any]]]", session.info.setdefault("rows", {}))


def tenant(session: Session) -> int:
    """The organisation this session works for."""
    return cast("int", session.info["org"])


def reserve(session: Session, **tables: int) -> None:
    """Fetch ids for so many rows of each table at once: one question for a whole batch."""
    wanted = {table: count for table, count in tables.items() if count > 0}
    if not wanted:
        return
    columns = ", ".join(
        f"(SELECT array_agg(nextval('{table}_id_seq')) FROM generate_series(1, {int(count)}))"  # noqa: S608 - our own names
        for table, count in wanted.items()
    )
    blocks = session.execute(text(f"SELECT {columns}")).one()
    for table, block in zip(wanted, blocks, strict=True):
        _pool(session, table).extend(block)


def take_ids(session: Session, kind: type[TenantRow], count: int) -> list[int]:
    """Ids for so many new rows, of those that were reserved or else fetched now."""
    table = kind.__tablename__
    pool = _pool(session, table)
    reserve(session, **{table: count - len(pool)})
    taken, pool[:] = pool[:count], pool[count:]
    return taken


def _pool(session: Session, table: str) -> list[int]:
    pools = cast("dict[str, list[int]]", session.info.setdefault("ids", {}))
    return pools.setdefault(table, [])
