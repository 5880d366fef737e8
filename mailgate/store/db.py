"""Connections and tenants: every transaction says for whom it works, and sees nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from psycopg import RawCursor
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from mailgate.errors import BadSettings, Conflict, Temporary
from mailgate.store import tables  # noqa: F401 - whoever writes rows needs every table, to follow foreign keys
from mailgate.store.base import insert_written
from mailgate.store.news import News, brought
from mailgate.store.noting import note_changes
from mailgate.store.sight import narrow

__all__ = ["Connection", "Database", "Session", "require_tenant_role", "take_back", "temporary_when_down"]

# From here on, to the end of the transaction, a session works for this organisation.
_SITTING = text("SELECT set_config('mailgate.org', :org, true)")
# Lists are planned for the values of each question, and as if the disk jumped as easily as it reads on, as all do now.
# Without the first, counts of 2 ms take 25 ms from the tenth time on; without the second, whole lists are sorted.
_SITTING_FOR_PAGES = text(
    "SELECT set_config('mailgate.org', :org, true), set_config('plan_cache_mode', 'force_custom_plan', true),"
    " set_config('random_page_cost', '1.1', true)"
)
_OTHER_VERSION = {"42P01", "42703", "42883"}  # no such table, column or function


class Database:
    """One process's connections under one credential. `tell`, if any, hears the news of what was committed.

    `for_pages`: it is asked for lists by people who wait, rather than for rows by their keys.
    """

    def __init__(
        self,
        url: str,
        *,
        pool: int = 4,
        wait: float = 10.0,
        tell: Callable[[Sequence[News]], None] | None = None,
        for_pages: bool = False,
    ) -> None:
        self._tell = tell
        self._sitting = _SITTING_FOR_PAGES if for_pages else _SITTING
        self.engine = create_engine(
            _psycopg(url),
            pool_size=pool,
            max_overflow=0,
            pool_timeout=wait,
            pool_recycle=1800,
            # PostgreSQL's own $1, $2 … go to the server as they stand: rewriting a batch's long INSERT costs more
            # than the batch's other bookkeeping together.
            paramstyle="numeric_dollar",
            connect_args={"connect_timeout": 5, "application_name": "mailgate", "cursor_factory": RawCursor},
        )
        # Rows of one table in one INSERT .. VALUES (..), (..) also where nothing is read back: a tenth less a mail.
        self.engine.dialect.use_insertmanyvalues_wo_returning = True
        event.listen(self.engine, "invalidate", self._start_anew)

    @contextmanager
    def desk(self, org: int) -> Iterator[Session]:
        """One transaction for one organisation: committed whole at the end, or not at all."""
        with (
            temporary_when_down(),
            _Desk(self.engine, autoflush=False, expire_on_commit=False) as session,
            session.begin(),
        ):
            session.info["org"] = org
            session.execute(self._sitting, {"org": str(org)})
            yield session
            session.flush()  # what was written as plain rows goes with the commit, too
        if self._tell is not None and (news := brought(session)):
            self._tell(news)

    @contextmanager
    def crossing(self) -> Iterator[Connection]:
        """No organisation: tables show nothing, only the crossing functions answer.

        Each of them is one statement and commits by itself, which saves two round trips a call.
        """
        with temporary_when_down(), self.engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

    def close(self) -> None:
        self.engine.dispose()

    def _start_anew(self, *_: object) -> None:
        # After a restart of the database every pooled connection is dead: drop them all, not one failed try each.
        self.engine.dispose()


class _Desk(Session):
    """A session that also writes plain rows (`store.base.write`), and notes what somebody changes in the set-up."""

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        note_changes(self)
        insert_written(self)
        super().flush(objects)


event.listen(_Desk, "do_orm_execute", narrow)


def only_look(session: Session) -> None:
    """From here on, to the end of the transaction, the database refuses every change."""
    session.execute(text("SET TRANSACTION READ ONLY"))


def take_back(session: Session) -> None:
    """Undo all of this transaction; nothing may be asked or written in it any more."""
    session.rollback()


@contextmanager
def temporary_when_down() -> Iterator[None]:
    """A database that cannot be reached is our failure and passes: say so, without a word of where it lives.

    One without our tables is not yet, or no longer, of this version.
    """
    try:
        yield
    except OperationalError as error:
        if error.connection_invalidated or error.orig is None or getattr(error.orig, "sqlstate", None) is None:
            raise Temporary("The database cannot be reached.") from error
        if str(getattr(error.orig, "sqlstate", "")).startswith(("53", "57P")):  # out of disk, memory; shutting down
            raise Temporary("The database cannot take anything just now.") from error
        raise
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) in _OTHER_VERSION:
            raise Conflict("The database is not at this version: run `mailgate migrate` first.") from error
        raise


def require_tenant_role(database: Database) -> None:
    """Refuse a credential that could switch row-level security off."""
    question = text(
        "SELECT r.rolsuper OR r.rolbypassrls OR EXISTS (SELECT FROM pg_class c WHERE c.relname = 'tickets'"
        " AND c.relkind IN ('r', 'p') AND pg_has_role(r.oid, c.relowner, 'USAGE'))"
        " FROM pg_roles r WHERE r.rolname = current_user"
    )
    with database.crossing() as connection:
        if connection.execute(question).scalar_one():
            raise BadSettings(
                "MAILGATE_DATABASE_URL: this role owns the tables or may bypass row-level security. "
                "Use a plain role here and the owner in MAILGATE_DATABASE_OWNER_URL."
            )


def _psycopg(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if scheme in ("postgres", "postgresql") else url
