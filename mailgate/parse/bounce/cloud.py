"""Notifications of cloud services: bounces and complaints as JSON."""

from __future__ import annotations

import json
from typing import Any

from mailgate.mail import BouncedRecipient


def read_notification(text: str) -> tuple[str, list[BouncedRecipient]] | None:
    """The kind (bounce, complaint or receipt) and recipients of an Amazon SES notification."""
    start = text.find("{")
    if start < 0 or not any(word in text for word in ("bouncedRecipients", "complainedRecipients", "notificationType")):
        return None
    try:
        outer, _ = json.JSONDecoder().raw_decode(text[start : start + 200_000].replace("\n", " "))
        inner = json.loads(outer["Message"]) if isinstance(outer.get("Message"), str) else outer
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    if not isinstance(inner, dict):
        return None
    kind = str(inner.get("notificationType") or inner.get("eventType") or "").lower()
    if kind == "bounce":
        bounce = _dict(inner.get("bounce"))
        action = "delayed" if str(bounce.get("bounceType")).lower() == "transient" else "failed"
        return "bounce", [_recipient(one, action) for one in _dicts(bounce.get("bouncedRecipients"))]
    if kind == "complaint":
        complaint = _dict(inner.get("complaint"))
        return "complaint", [_recipient(one, "complained") for one in _dicts(complaint.get("complainedRecipients"))]
    if kind == "delivery":
        names = _dict(inner.get("delivery")).get("recipients")
        return "receipt", [
            BouncedRecipient(str(name), "delivered", "2.1.5") for name in (names if isinstance(names, list) else [])
        ]
    return None


def _recipient(one: dict[str, Any], action: str) -> BouncedRecipient:
    status = one.get("status")
    diagnostic = one.get("diagnosticCode")
    return BouncedRecipient(
        str(one.get("emailAddress") or ""),
        action,
        str(status) if status else None,
        str(diagnostic) if diagnostic else None,
    )


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
