"""Hand a customer's mail to the gateway, over SMTP like everybody else."""

from __future__ import annotations

from collections.abc import Sequence

from mailgate.send import Relay
from mailgate.settings import Listen
from mailgate.supervise.ports import EVERYWHERE


def send(door: Listen, sender: str, recipients: Sequence[str], raw: bytes) -> None:
    """One mail to each of its recipients. Raises Temporary or Permanent, with the gateway's own words."""
    reachable = door._replace(host=EVERYWHERE.get(door.host, door.host))
    with Relay(f"smtp://{reachable}") as gateway:
        for recipient in recipients:
            gateway.deliver(sender, recipient, raw)
