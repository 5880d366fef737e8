"""Hand a customer's mail to the gateway, over SMTP like everybody else."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence

from mailgate.settings import Listen
from mailgate.supervise.ports import EVERYWHERE

_PATIENCE = 30.0


def send(door: Listen, sender: str, recipients: Sequence[str], raw: bytes) -> None:
    """One mail to all its recipients at once. Raises OSError, of which smtplib's own errors are."""
    host = EVERYWHERE.get(door.host, door.host)
    with smtplib.SMTP(host, door.port, "customer.invalid", timeout=_PATIENCE) as smtp:
        smtp.ehlo_or_helo_if_needed()
        options = ["BODY=8BITMIME"] if smtp.has_extn("8bitmime") else []
        smtp.sendmail(sender, list(recipients), raw, options)
