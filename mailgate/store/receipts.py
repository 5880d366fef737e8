"""Receipts of letters that were taken: each is a commit of its own, waited for only when somebody has to."""

from __future__ import annotations

from datetime import datetime
from select import POLLIN, poll
from types import TracebackType
from typing import NoReturn, Self

from psycopg import OperationalError
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult
from sqlalchemy import Connection

from mailgate.errors import Temporary

_UNNAMED = b""  # psycopg takes all named statements back after a rollback, and tells nobody
_STATEMENT = b"SELECT letter_sent($1, $2, $3, $4)"


class Receipts:
    """Writes receipts over one connection, one at a time, by libpq itself.

    The database commits a receipt while the next letter is announced to the relay: waiting for it right away would cost
    a third of the time that a letter takes. Whoever lets the next letter go without `settle` breaks F7.
    """

    def __init__(self, connection: Connection) -> None:
        """`connection` commits each statement by itself (`Database.crossing`), and nobody else uses it meanwhile."""
        self._connection = connection
        self._is_prepared = False
        self._wire = connection.connection.driver_connection.pgconn  # type: ignore[union-attr] # psycopg's
        self._answer = poll()
        self._answer.register(self._wire.socket, POLLIN)
        self._is_waiting = False

    def note(self, org: int, copy_id: int, answer: str, now: datetime) -> None:
        """Have the relay's 250 written down. It is on its way when this returns, and no more than that."""
        self.settle()
        values = [str(org), str(copy_id), answer, now.isoformat()]
        try:
            if not self._is_prepared:
                _require_good(self._wire.prepare(_UNNAMED, _STATEMENT))
                self._is_prepared = True
            self._wire.send_query_prepared(_UNNAMED, [value.encode() for value in values])
            self._is_waiting = True
        except OperationalError as error:
            self._lost(error)

    def settle(self) -> None:
        """Wait until what was noted is committed. Temporary where nobody knows whether it ever will be."""
        if not self._is_waiting:
            return
        try:
            while self._wire.is_busy():
                self._answer.poll()  # and not within libpq, which would hear no signal until the answer is there
                self._wire.consume_input()
            results = list(iter(self._wire.get_result, None))  # to the last: else the connection stays busy
            self._is_waiting = False
            for result in results:
                _require_good(result)
        except OperationalError as error:
            self._lost(error)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.settle()

    def _lost(self, error: OperationalError) -> NoReturn:
        self._is_waiting = False
        self._connection.invalidate(error)  # and with it all that lie in the pool: they are as dead as this one
        raise Temporary("The database cannot be reached.") from error


def _require_good(result: PGresult) -> None:
    if result.status not in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
        raise error_from_result(result)
