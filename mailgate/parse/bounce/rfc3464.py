"""Delivery status reports as RFC 3464 describes them, and as they are really written."""

from __future__ import annotations

import re

from mailgate.mail import BouncedRecipient
from mailgate.parse.bounce.status import stated_in, status_in

_FIELD = re.compile(r"^([A-Za-z][A-Za-z0-9-]{1,60})\s*:[ \t]?(.*)$")
_ADDRESS_TYPE = re.compile(r"^[\w.-]{1,30}\s*;\s*")
_ADDRESS = re.compile(r"[^\s<>;,\"()]{1,200}@[^\s<>;,\"()]{1,250}")
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
_ACTIONS = {
    "failed": ("failed", "failure", "fail", "fatal", "error", "expired"),
    "delayed": ("delayed", "delay"),
    "delivered": ("delivered", "relayed", "expanded", "deliverable", "successful", "success"),
}


def read_delivery_status(data: bytes) -> list[BouncedRecipient]:
    """The recipients a message/delivery-status part speaks of."""
    recipients = []
    for fields in _blocks(data.decode("utf-8", "replace")):
        recipient = _recipient(fields)
        if recipient is not None:
            recipients.append(recipient)
    return recipients


def _blocks(text: str) -> list[dict[str, str]]:
    """Groups of fields; a new group begins at a blank line, or where a recipient is named a second time."""
    blocks: list[dict[str, str]] = [{}]
    last = ""
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if not line.strip():
            blocks.append({})
            last = ""
            continue
        if line[0] in " \t" and last:
            blocks[-1][last] += " " + line.strip()
            continue
        field = _FIELD.match(line)
        if field is None:
            if last:
                blocks[-1][last] += " " + line.strip()
            continue
        last = field[1].lower()
        if last in blocks[-1] and last in ("final-recipient", "original-recipient"):
            blocks.append({})
        blocks[-1].setdefault(last, field[2].strip())
    return _without_splits(blocks)


def _without_splits(blocks: list[dict[str, str]]) -> list[dict[str, str]]:
    """Some servers put a blank line between a recipient and its status."""
    joined: list[dict[str, str]] = []
    for block in blocks:
        names = "final-recipient" in block or "original-recipient" in block
        if (
            joined
            and block
            and not names
            and "reporting-mta" not in block
            and ("action" in block or "status" in block or "diagnostic-code" in block)
            and ("final-recipient" in joined[-1] or "original-recipient" in joined[-1])
            and not set(block) & set(joined[-1])
        ):
            joined[-1].update(block)
        elif block:
            joined.append(block)
    return joined


def _recipient(fields: dict[str, str]) -> BouncedRecipient | None:
    address = ""
    for name in ("final-recipient", "original-recipient", "x-actual-recipient", "x-original-recipient"):
        address = address or address_of(fields.get(name, ""))
    if not address:
        return None
    stated = _STATUS.search(fields.get("status", ""))
    status = ".".join(stated.groups()) if stated else None
    diagnostic = fields.get("diagnostic-code") or fields.get("x-display-name-error") or None
    if diagnostic:
        diagnostic = _ADDRESS_TYPE.sub("", diagnostic)
    if status is None:
        status = status_in(diagnostic or "")
    elif status.endswith(".0.0"):  # the server had nothing better; the one it spoke to may have
        better = stated_in(diagnostic or "")
        status = better if better and better[0] == status[0] else status
    action = _action(fields, status)
    return BouncedRecipient(address, action, status or {"failed": "5.0.0", "delayed": "4.0.0"}.get(action), diagnostic)


def _action(fields: dict[str, str], status: str | None) -> str:
    word = re.match(r"[a-z]+", fields.get("action", "").lower())
    for action, words in _ACTIONS.items():
        if word and word[0] in words:
            return action
    return {"2": "delivered", "4": "delayed"}.get((status or "5")[0], "failed")


def address_of(value: str) -> str:
    """The address in a recipient field, without its type."""
    value = _ADDRESS_TYPE.sub("", value.strip())
    found = _ADDRESS.search(value)
    if found:
        return found[0].strip(".'").lower() if found[0].count("@") == 1 else found[0].strip(".'")
    return ""
