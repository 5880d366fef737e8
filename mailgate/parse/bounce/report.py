"""Decide whether a mail is a report, and read what it says about whom."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailgate.mail import Address, Bounce, BouncedRecipient
from mailgate.parse.bounce import plain
from mailgate.parse.bounce.original import original_message_id
from mailgate.parse.bounce.rfc3464 import address_of, read_delivery_status
from mailgate.parse.headers import Headers
from mailgate.parse.structure import Structure

_MDN_TYPE = re.compile(r"report-type\s*=\s*\"?disposition-notification")
_ARF_FIELD = re.compile(
    rb"(?im)^(original-rcpt-to|removal-recipient|original-recipient|redacted-address)[ \t]*:[ \t]*(.+)$"
)


@dataclass(frozen=True, slots=True)
class Report:
    """bounce, delay, receipt or complaint, and what it says."""

    kind: str
    bounce: Bounce


def read_report(headers: Headers, found: Structure, text: str, subject: str, sender: Address | None) -> Report | None:
    """The report this mail is, or None."""
    kinds = dict(found.reports)
    original = original_message_id(found.attached, text)
    if "message/feedback-report" in kinds:
        return Report("complaint", Bounce(tuple(_complained(kinds["message/feedback-report"])), original))
    if "message/disposition-notification" in kinds or _MDN_TYPE.search(headers.plain("content-type")):
        return Report(
            "receipt",
            Bounce((), _field(kinds.get("message/disposition-notification", b""), "original-message-id") or original),
        )
    recipients: list[BouncedRecipient] = []
    for kind, data in found.reports:
        if kind.endswith("delivery-status"):
            recipients += read_delivery_status(data)
    if not recipients:
        recipients = plain.read_plain_bounce(headers, found, text, subject, sender)
    if not recipients and not plain.is_bounce(headers, found, text, subject, sender):
        return None
    recipients = _once(recipients)
    return Report(_kind_of(recipients, text, subject), Bounce(tuple(recipients), original))


def _kind_of(recipients: list[BouncedRecipient], text: str, subject: str) -> str:
    actions = {recipient.action for recipient in recipients}
    if "failed" in actions:
        return "bounce"
    if "delayed" in actions:
        return "delay"
    if actions:
        return "receipt"
    return "delay" if plain.is_only_delayed(text, subject) else "bounce"


def _once(recipients: list[BouncedRecipient]) -> list[BouncedRecipient]:
    """Each recipient once; what failed in the end counts more than what was delayed on the way."""
    best: dict[str, BouncedRecipient] = {}
    for recipient in recipients:
        known = best.get(recipient.address.lower())
        if known is None or (known.action != "failed" and recipient.action == "failed"):
            best[recipient.address.lower()] = recipient
    return list(best.values())


def _complained(data: bytes) -> list[BouncedRecipient]:
    found = [address_of(match[2].decode("utf-8", "replace")) for match in _ARF_FIELD.finditer(data)]
    return [BouncedRecipient(address, "complained") for address in dict.fromkeys(found) if address]


def _field(data: bytes, name: str) -> str | None:
    found = re.search(rf"(?im)^{name}[ \t]*:\s*<?([^\s<>]+)".encode(), data)
    return found[1].decode("utf-8", "replace") if found else None
