"""Bounces that are not RFC 3464: recognised by sender, subject and words; recipients by where programs name them."""

from __future__ import annotations

import re

from mailgate.mail import Address, BouncedRecipient
from mailgate.parse.bounce.status import status_in
from mailgate.parse.headers import Headers
from mailgate.parse.structure import Structure

_SUBJECT = re.compile(
    r"(?i)(?:undeliver(?:ed|able)|(?:delivery|mail) (?:status notification|failure|failed|problem|error|report|has failed|delayed|system error)|returned (?:mail|to sender)|failure notice|mail failure|non-?delivery"
    r"|could ?n.t be delivered|could not be delivered|not delivered|delivery incomplete|message (?:delayed|status)|nicht zugestellt|unzustellbar|non remis|no se pudo entregar|配信不能|warning: (?:message|could not))"
)
_DAEMON = re.compile(r"(?i)mailer-?daemon|post-?master|mail delivery (?:sub)?system|mdaemon")
_ADDRESS = re.compile(r"[^\s<>;,\"'()\[\]]{1,200}@[^\s<>;,\"'()\[\]]{1,250}")
_ORIGINAL = re.compile(
    r"(?im)^[-=\s]{0,60}(?:this is a copy of (?:the|your) message|below this line is|original message|returned message|forwarded message|the original message|unsent message|included is a copy|message header|header follow|received: from|return-path: )"
)
_DELAYED = re.compile(
    r"(?i)delayed|still being (?:re)?tried|will (?:continue|keep) (?:to )?(?:try|retry)|no action is required|warning message only|not yet been delivered|you do not need to resend"
)


def is_bounce(headers: Headers, found: Structure, text: str, subject: str, sender: Address | None) -> bool:
    """Does a mail system say that a mail could not be delivered?"""
    del found, text
    who = f"{sender.name} {sender.address}" if sender else ""
    return _SUBJECT.search(subject) is not None and (
        _DAEMON.search(who) is not None or headers.raw("return-path").strip() == "<>"
    )


def is_only_delayed(text: str, subject: str) -> bool:
    """A warning: the mail system goes on trying."""
    return _DELAYED.search(subject) is not None or _DELAYED.search(text[:4_000]) is not None


def read_plain_bounce(
    headers: Headers, found: Structure, text: str, subject: str, sender: Address | None
) -> list[BouncedRecipient]:
    """The recipients such a mail names."""
    if not is_bounce(headers, found, text, subject, sender):
        return []
    own = sender.address.lower() if sender else ""
    cut = _ORIGINAL.search(text)
    told = text[: cut.start()] if cut else text
    action = "delayed" if is_only_delayed(told, subject) else "failed"
    failed = [
        address.strip().lower() for value in headers.raw_all("x-failed-recipients") for address in value.split(",")
    ]
    if not failed:
        failed = [match.lower().strip(".:") for match in _ADDRESS.findall(told) if match.lower() != own]
    return [
        BouncedRecipient(address, action, status_in(told), None) for address in dict.fromkeys(failed) if "@" in address
    ]
