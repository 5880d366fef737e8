"""Bring the database to this version: Alembic's migrations, then guards and rights, all in one transaction."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, make_url, text

from mailgate.shipped import shipped
from mailgate.store import foresight, guards
from mailgate.store.db import Database, temporary_when_down
from mailgate.store.founding import found_first

_LOCK = 7_130_251_988  # one migration at a time, from however many machines


def migrate(owner_url: str, app_url: str) -> None:
    """Upgrade as the owner of the tables. Safe to run twice, and at once from two machines."""
    app_role = make_url(app_url).username or "mailgate_app"
    database = Database(owner_url, pool=1)
    try:
        with temporary_when_down(), database.engine.begin() as connection:
            alone(connection)
            to_newest(connection, app_role)
    finally:
        database.close()


def alone(connection: Connection) -> None:
    """From here to the end of the transaction, nobody else changes the tables."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def to_newest(connection: Connection, app_role: str) -> None:
    """The newest tables, with guards and rights as this program declares them."""
    to_version(connection, "head")
    # What migrations wrote is checked now: a table that waits for a check takes no policy.
    connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    guards.install(connection, app_role)
    foresight.tell(connection)
    found_first(connection)


def to_version(connection: Connection, version: str) -> None:
    """The tables of this version, or of a later one that they have already."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, version)


def knows_version(version: str) -> bool:
    """Whether this program's migrations lead to this version."""
    return version in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def newest_version() -> str | None:
    """The version this program's migrations lead to."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(shipped("migrations")))
    config.set_main_option("path_separator", "os")
    return config
