"""Set up a worker's workshop from the settings, and give back what its predecessor held."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mailgate.embedded import Servers
from mailgate.errors import BadInput, BadSettings
from mailgate.queue.lanes import Lanes
from mailgate.queue.live import Wire
from mailgate.queue.nudges import Bell
from mailgate.seal import Seal
from mailgate.send import Relay
from mailgate.settings import Settings
from mailgate.steps.workshop import Workshop, move_in
from mailgate.store.blobs import Blobs
from mailgate.store.claims import release_claims
from mailgate.store.db import Database, require_tenant_role
from mailgate.tokens import Marks
from mailgate.trust.case import Believed
from mailgate.trust.checker import Checker
from mailgate.trust.names import Resolver
from mailgate.viruses.clamd import read_clamav_url
from mailgate.viruses.scanner import Scanner


@contextmanager
def set_up(settings: Settings, servers: Servers, *, worker: str) -> Iterator[Callable[[], None]]:
    """The workshop for as long as the block runs. The callable gives back what a dead worker of this name held."""
    wire = Wire(servers.redis_url)
    database = Database(servers.database_url, pool=2, tell=wire.tell)
    require_tenant_role(database)
    relay_url = settings.relay_url.get_secret_value() if settings.relay_url else None
    if relay_url is not None:
        _require_relay(relay_url)
    former = settings.former_secret_key
    shop = Workshop(
        worker=worker,
        database=database,
        blobs=Blobs(settings.blob_url or str(settings.data / "blobs")),
        bell=Bell(servers.redis_url),
        marks=Marks(servers.secret_key),
        public_url=settings.public_url,
        is_sending=settings.sending == "on",
        relay_url=relay_url,
        ack_per_sender=settings.ack_per_sender,
        ack_per_hour=settings.ack_per_hour,
        requests_per_sender=settings.requests_per_sender,
        reopen_days=settings.reopen_days,
        keep_shelf=settings.keep_shelf,
        keep_audit=settings.keep_audit,
        trust=_checker(settings),
        scanner=Scanner(read_clamav_url(settings.clamav) if settings.clamav else None, settings.clamav_timeout),
        seal=Seal(servers.secret_key, former.get_secret_value() if former else None),
        lanes=Lanes(servers.redis_url, worker, settings.relay_connections, settings.relay_per_minute),
        largest_files=settings.largest_files,
        wire=wire,
    )
    move_in(shop)

    def give_back() -> None:
        with database.crossing() as connection:
            release_claims(connection, worker, counted=True)
        shop.bell.ring("sweep")

    try:
        yield give_back
    finally:
        shop.carriers.close()
        shop.trust.close()
        move_in(None)
        database.close()


def _checker(settings: Settings) -> Checker:
    """Whoever judges whether senders are who they say; without a resolver it believes our own relays alone."""
    names = None if settings.resolver == "off" else Resolver(settings.resolver)
    believed = Believed(
        settings.trusted_relays, settings.trusted_results, settings.trusted_sealers, settings.trusted_spam_filters
    )
    return Checker(names, believed)


def _require_relay(url: str) -> None:
    """Refuse a relay that could never be used before the first letter needs it."""
    try:
        Relay(url)
    except BadInput as error:
        raise BadSettings(f"MAILGATE_RELAY_URL: {error}") from None
