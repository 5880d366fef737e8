"""What a check-up asks the database: its version, its clock, and what waits in it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, text

OLDEST = 15  # PostgreSQL's oldest major version that will do


class Server(NamedTuple):
    """The PostgreSQL behind a connection. `now` is its own clock's time, which is why it is asked here."""

    version: str
    major: int
    now: datetime


def server(connection: Connection) -> Server:
    question = text(
        "SELECT split_part(current_setting('server_version'), ' ', 1),"
        " current_setting('server_version_num')::integer / 10000, clock_timestamp()"
    )
    return Server(*connection.execute(question).one())
