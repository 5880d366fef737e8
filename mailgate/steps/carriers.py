"""Who carries a mailbox's letters: a relay of its own, or the common one; each opened once and kept by its worker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from mailgate import clock, oauth
from mailgate.errors import MailgateError
from mailgate.oauth import Client, TokenSecret
from mailgate.seal import Seal
from mailgate.send import Carrier, Relay, Unreachable
from mailgate.send.address import RelayAddress
from mailgate.send.graph import Graph
from mailgate.store import relays
from mailgate.store.db import Database
from mailgate.store.relays import RelayAccount

# Together with a batch's own patience these stay well below the claim of ten minutes (jobs.py): a letter on its way is
# not taken up by a second worker.
_TIMES = {"connect_timeout": 10.0, "answer_timeout": 30.0, "accept_timeout": 120.0}
_TOKEN_LASTS = timedelta(minutes=45)  # providers' last an hour, and tell us late or not at all


class Carriers:
    """All that one worker has opened."""

    def __init__(self) -> None:
        self._open: dict[tuple[int, str], tuple[datetime | None, Carrier]] = {}

    def common(self, url: str) -> Carrier:
        """The relay of the settings."""
        return self._kept((0, url), None, lambda: Relay(url, **_TIMES))

    def put(self, url: str, carrier: Carrier) -> None:
        """Use this one for a URL of the settings."""
        self._open[0, url] = (None, carrier)

    def of(self, account: RelayAccount, org: int, database: Database, seal: Seal) -> Carrier:
        """A mailbox's own; opened anew when it was changed."""
        secrets = Secrets(database, org, account, seal)
        return self._kept((org, str(account.id)), account.changed_at, lambda: carrier_of(account, secrets))

    def close(self) -> None:
        for _, carrier in self._open.values():
            carrier.close()
        self._open.clear()

    def _kept(self, key: tuple[int, str], version: datetime | None, make: Callable[[], Carrier]) -> Carrier:
        known = self._open.get(key)
        if known is not None and known[0] == version:
            return known[1]
        if known is not None:
            known[1].close()
        carrier = make()
        self._open[key] = (version, carrier)
        return carrier


class Secrets:
    """The password of an account, or a fresh token of its provider's."""

    def __init__(self, database: Database, org: int, account: RelayAccount, seal: Seal) -> None:
        self._database, self._org, self._seal = database, org, seal
        self._account_id, self._oauth = account.id, account.oauth
        self._token, self._fresh_until = "", datetime.min.replace(tzinfo=clock.now().tzinfo)

    def password(self) -> str:
        with self._database.desk(self._org) as session:
            sealed = relays.secret_of(session, self._account_id)
        return self._seal.open(sealed) if sealed is not None else ""

    def token(self) -> str:
        """An access token that is still good for a while."""
        if clock.now() < self._fresh_until:
            return self._token
        assert self._oauth is not None
        with self._database.desk(self._org) as session:
            sealed = relays.secret_of(session, self._account_id)
            assert sealed is not None
            known = TokenSecret.unpacked(self._seal.open(sealed))
            client = Client(self._oauth["client_id"], known.client_secret)
            try:
                grant = oauth.refreshed(self._oauth["token_url"], client, known.refresh_token)
            except oauth.SignedOut as error:
                raise Unreachable(f"{error}. Sign in again with `mailgate mailbox relay`.") from None
            except MailgateError as error:
                raise Unreachable(str(error)) from None
            if grant.refresh_token != known.refresh_token or grant.lasts is not None:
                fresh = self._seal.close(TokenSecret(grant.refresh_token, known.client_secret).packed())
                ends = clock.now() + timedelta(seconds=grant.lasts) if grant.lasts is not None else None
                relays.replace_secret(session, self._account_id, fresh, ends)
        self._token, self._fresh_until = grant.access_token, clock.now() + _TOKEN_LASTS
        return self._token


def carrier_of(account: RelayAccount, secrets: Secrets) -> Carrier:
    """Whoever carries the letters of a mailbox with this account."""
    if account.kind == "graph":
        return Graph(secrets.token, host=account.host, port=account.port)
    is_secret = account.username is not None
    return Relay(
        RelayAddress(
            account.host,
            account.port,
            is_tls=account.security == "tls",
            user=account.username or "",
            password=secrets.password() if is_secret and account.oauth is None else "",
            token=secrets.token if account.oauth is not None else None,
            may_be_plain=account.security == "none",
        ),
        **_TIMES,
    )
