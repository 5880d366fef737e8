"""A database nobody has filled yet is planned as one that will be full."""

from sqlalchemy import text

from mailgate.store.db import Database
from mailgate.store.tables import metadata

POINTED_AT = sorted({key.column.table.name for table in metadata.tables.values() for key in table.foreign_keys})


def test_what_a_foreign_key_asks_is_answered_by_the_primary_key(owner: Database) -> None:
    with owner.engine.begin() as connection:
        for table in POINTED_AT:
            question = f"SELECT 1 FROM ONLY {table} x WHERE org_id = $1 AND id = $2 FOR KEY SHARE OF x"
            plan = " ".join(connection.scalars(text(f"EXPLAIN (GENERIC_PLAN, FORMAT TEXT) {question}")))
            # A table that has been looked at and holds three rows is read whole, which is right.
            assert f"{table}_pkey" in plan or "Seq Scan" in plan, plan
