"""Receipts go over a connection of the pool, whatever was done with it before."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from mailgate import clock
from mailgate.store.db import Database
from mailgate.store.receipts import Receipts
from tests.support.databases import Fresh


@pytest.fixture
def one(fresh: Fresh) -> Database:
    """A pool of one connection: everybody has the same."""
    return Database(fresh.app_url, pool=1)


def _receipt(database: Database) -> None:
    with database.crossing() as connection, Receipts(connection) as receipts:
        receipts.note(1, 1, "250 taken", clock.now())
        receipts.note(1, 2, "250 taken", clock.now())


def test_a_receipt_is_written_also_after_somebody_else_took_back_what_they_did(one: Database) -> None:
    _receipt(one)
    with pytest.raises(ZeroDivisionError), one.desk(1) as session:
        for _ in range(10):  # from the fifth on psycopg has it prepared, and forgets all that is when it is rolled back
            session.execute(text("SELECT 1"))
        raise ZeroDivisionError
    _receipt(one)
    one.close()


def test_a_receipt_that_is_refused_leaves_the_connection_usable(one: Database) -> None:
    with pytest.raises(Exception, match="out of range"), one.crossing() as connection, Receipts(connection) as receipts:
        receipts.note(1, 2**70, "250 taken", clock.now())
    _receipt(one)
    one.close()
