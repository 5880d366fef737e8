"""The words for what the program knows by short names, where a page needs them before its template."""

STATUSES = {
    "new": "New",
    "open": "Open",
    "pending": "Waiting for customer",
    "on_hold": "On hold",
    "resolved": "Resolved",
    "closed": "Closed",
}

TREATMENTS = {"allow": "Let in", "hold": "Block and hold", "discard": "Block and discard"}
