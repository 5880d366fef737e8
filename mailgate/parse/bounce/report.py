"""Decide whether a mail is a report, and read what it says about whom."""

from __future__ import annotations

import email
import logging
import re
from dataclasses import dataclass
from email.message import Message

from mailgate.mail import Address, Bounce, BouncedRecipient
from mailgate.parse.bounce.cloud import read_notification
from mailgate.parse.bounce.original import original_message_id, original_recipients
from mailgate.parse.bounce.plain import Named, named_recipients, notice_of
from mailgate.parse.bounce.recognise import suspect
from mailgate.parse.bounce.rfc3464 import address_of, read_delivery_status
from mailgate.parse.bounce.status import status_in
from mailgate.parse.headers import Headers
from mailgate.parse.payload import as_written
from mailgate.parse.structure import Structure, walk

MAX_NOTICE = 100_000
_log = logging.getLogger("mailgate.parse")
_MDN_TYPE = re.compile(r"report-type\s*=\s*\"?disposition-notification")
_REJECTED = re.compile(r"(?i)automatically rejected|auto-replied \(rejected\)")
_ARF_FIELD = re.compile(
    rb"(?im)^(original-rcpt-to|removal-recipient|original-recipient|redacted-address)[ \t]*:[ \t]*(.+)$"
)
_SURELY_DELAYED = re.compile(
    r"(?i)warning (?:message )?only|not need to re-?send|will be re-?tried|no action is required"
)
_DELAYED = re.compile(
    r"(?i)\bdelay(?:ed)?\b|still being (?:re)?tried|(?:will|be) (?:continue|keep|be) (?:to )?(?:try|re-?tr)"
    r"|will be (?:re-?tried|attempted)|warning (?:message )?only|not yet been delivered"
    r"|(?:do )?not need to re-?send"
    r"|has been postponed|delivery attempts will continue|will try again|continue to try"
    r"|we will keep trying|temporar(?:y|ily) (?:delayed|deferred)|keep trying|noch nicht zugestellt"
    r"|verzögert|retardée?"
)
_FINAL = re.compile(
    r"(?i)permanent|given up|giving up|gave up|not going to try again|fatal|has been (?:returned|removed)"
    r"|could not be delivered for \d+ days|will be deleted|undeliverable to the following"
    r"|delivery (?:has )?failed"
)
_COMPLAINT_SUBJECT = re.compile(
    r"(?i)^(?:\[?(?:abuse|spam|email feedback|feedback loop|complaint)\b.{0,40}(?:report|complaint"
    r"|notification)|complaint about message|email feedback report|spam complaint)"
)


@dataclass(frozen=True, slots=True)
class Report:
    """bounce, delay, receipt or complaint, and what it says."""

    kind: str
    bounce: Bounce


def read_report(
    message: Message, headers: Headers, found: Structure, text: str, subject: str, sender: Address | None
) -> Report | None:
    """The report this mail is, or None."""
    kinds = dict(found.reports)
    if "message/feedback-report" in kinds:
        data = kinds["message/feedback-report"]
        return Report("complaint", Bounce(tuple(_complained(data, found)), original_message_id(found.attached, text)))
    notification = read_notification(text) if text.lstrip()[:1] == "{" else None
    if notification:
        return Report(
            _kind_of(notification[1], "", "") if notification[0] == "bounce" else notification[0],
            Bounce(tuple(notification[1])),
        )
    is_mdn = "message/disposition-notification" in kinds or _MDN_TYPE.search(headers.plain("content-type")) is not None
    if is_mdn and not (_REJECTED.search(subject) or _REJECTED.search(headers.plain("auto-submitted"))):
        read = re.search(
            rb"(?im)^original-message-id[ \t]*:\s*<?([^\s<>]+)", kinds.get("message/disposition-notification", b"")
        )
        return Report(
            "receipt",
            Bounce((), read[1].decode("utf-8", "replace") if read else original_message_id(found.attached, text)),
        )
    recipients = [
        one for kind, data in found.reports if kind.endswith("delivery-status") for one in read_delivery_status(data)
    ]
    notice = ""
    if not recipients:
        suspicion = suspect(headers, sender, subject)
        if not suspicion.is_worth_reading:
            return None
        notice = notice_of(text)
        if not suspicion.is_bounce(notice) and not (
            suspicion.may_be_bounce(notice) and _known_to_flufl(message, notice)
        ):
            return None
        recipients = _recipients_of_notice(message, headers, found, text, notice, sender, subject)
    recipients = _once(recipients)
    return Report(
        _kind_of(recipients, notice, subject), Bounce(tuple(recipients), original_message_id(found.attached, text))
    )


def _recipients_of_notice(
    message: Message, headers: Headers, found: Structure, text: str, notice: str, sender: Address | None, subject: str
) -> list[BouncedRecipient]:
    """From the surest place to the least sure one."""
    if "final-recipient" in text.lower() and (stated := read_delivery_status(text[:200_000].encode())):
        return stated
    inner = [one for kind, data in found.attached if kind == "message/rfc822" for one in _reported_inside(data)]
    if inner:
        return inner
    action = "delayed" if _says_delayed(notice, subject) else "failed"
    own = {sender.address.lower()} if sender else set()
    receiver = {
        found_address.lower()
        for value in headers.raw_all("to")
        for found_address in re.findall(r"[^\s<>,;\"]+@[^\s<>,;\"]+", value)
    }
    listed = [
        one.strip().strip("<>").lower()
        for value in headers.raw_all("x-failed-recipients")
        for one in value.replace("\n", " ").split(",")
    ]
    if any("@" in one for one in listed):
        return [_bounced(one, action, "", notice) for one in listed if "@" in one]
    domain = sender.address.rpartition("@")[2].lower() if sender else ""
    named = (
        named_recipients(notice, own | receiver, domain, sure=True)
        or _known_to_flufl(message, notice)
        or named_recipients(notice, own | receiver, domain)
        or named_recipients(notice, own, "")
    )
    if named:
        return [_bounced(one.address, action, one.diagnostic, notice) for one in named]
    return [_bounced(one, action, "", notice) for one in original_recipients(found.attached, text) if one not in own]


def _bounced(address: str, action: str, said: str, notice: str) -> BouncedRecipient:
    kind = "4" if action == "delayed" else "5"
    status = status_in(said, otherwise=kind) or status_in(notice, otherwise=kind) or f"{kind}.0.0"
    return BouncedRecipient(address, action, status, said or " ".join(notice.split())[:500] or None)


def _reported_inside(data: bytes) -> list[BouncedRecipient]:
    """A report that some gateway has wrapped into a mail of its own."""
    if b"delivery-status" not in data:
        return []
    inside = walk(email.message_from_bytes(data))
    return [
        one for kind, part in inside.reports if kind.endswith("delivery-status") for one in read_delivery_status(part)
    ]


def _known_to_flufl(message: Message, notice: str) -> list[Named]:
    """What the collection of GNU Mailman knows that our rules don't."""
    from flufl.bounce import all_failures  # noqa: PLC0415 - only bounces need it

    logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)  # it reports each of its own stumbles
    try:
        temporary, permanent = all_failures(_beginning_of(message))
    except Exception as error:  # noqa: BLE001 - on damaged mails it raises whatever its matches come to
        _log.info("flufl.bounce cannot read a notice: %s: %s", type(error).__name__, error)
        return []
    addresses = sorted({address.decode("utf-8", "replace").lower() for address in {*temporary, *permanent}})
    return [Named(address, notice[:1_000]) for address in addresses if "@" in address]


def _beginning_of(message: Message) -> Message:
    """A notice stands at the top; its patterns go through all they are given, seventy times."""
    whole = as_written(message)
    return message if len(whole) <= MAX_NOTICE else email.message_from_bytes(whole[:MAX_NOTICE])


def _says_delayed(notice: str, subject: str) -> bool:
    """A warning: the mail system goes on trying."""
    words = notice[:4_000]
    if _SURELY_DELAYED.search(words) or _DELAYED.search(subject):
        return True
    return _DELAYED.search(words) is not None and _FINAL.search(words) is None


def _kind_of(recipients: list[BouncedRecipient], notice: str, subject: str) -> str:
    actions = {recipient.action for recipient in recipients}
    if "failed" in actions:
        return "bounce"
    if "delayed" in actions:
        return "delay"
    if actions:
        return "receipt"
    return "delay" if _says_delayed(notice, subject) else "bounce"


def _once(recipients: list[BouncedRecipient]) -> list[BouncedRecipient]:
    """Each recipient once; what failed in the end counts more than what was delayed on the way."""
    best: dict[str, BouncedRecipient] = {}
    for recipient in recipients:
        known = best.get(recipient.address.lower())
        if known is None or (known.action != "failed" and recipient.action == "failed"):
            best[recipient.address.lower()] = recipient
    return list(best.values())


def _complained(data: bytes, found: Structure) -> list[BouncedRecipient]:
    stated = [address_of(match[2].decode("utf-8", "replace")) for match in _ARF_FIELD.finditer(data)]
    stated = [address for address in stated if address] or original_recipients(found.attached, "")
    return [BouncedRecipient(address, "complained") for address in dict.fromkeys(stated)]
