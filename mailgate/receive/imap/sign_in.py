"""Sign in: by password, or by a token that is fetched when it is needed."""

from __future__ import annotations

import base64

from mailgate.receive.imap.connection import Connection, NotLetIn, Unwilling
from mailgate.receive.imap.names import quoted

_TRY_LATER = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]", "[THROTTLED]")  # RFC 5530: nobody's credentials


async def by_password(connection: Connection, user: str, password: str) -> None:
    """LOGIN takes no more than ASCII everywhere; beyond that it is PLAIN."""
    if (user + password).isascii():
        await _entered(connection, "LOGIN", quoted(user), quoted(password))
    else:
        await _authenticated(connection, "PLAIN", f"\0{user}\0{password}")


async def by_token(connection: Connection, user: str, token: str) -> None:
    await _authenticated(connection, "XOAUTH2", f"user={user}\1auth=Bearer {token}\1\1")


async def _authenticated(connection: Connection, mechanism: str, secret: str) -> None:
    if not connection.can(f"AUTH={mechanism}"):
        raise NotLetIn(f"the server does not know {mechanism}")
    initial = base64.b64encode(secret.encode()).decode()
    if connection.can("SASL-IR"):
        connection.wire.replies = []
        await _entered(connection, "AUTHENTICATE", mechanism, initial)
    else:
        connection.wire.replies = [initial]
        await _entered(connection, "AUTHENTICATE", mechanism)


async def _entered(connection: Connection, *command: str) -> None:
    try:
        await connection.say(*command)
    except Unwilling as refusal:
        if any(code in str(refusal) for code in _TRY_LATER):
            raise
        raise NotLetIn(str(refusal).replace("refuses LOGIN", "refuses the user name or password")) from None
    connection.signed_in()
    await connection.learn()
