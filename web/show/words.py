"""The words for what the program knows by short names, where a page needs them before its template."""

from web.speech import later

STATUSES = {
    "new": later("New"),
    "open": later("Open"),
    "pending": later("Waiting for customer"),
    "on_hold": later("On hold"),
    "resolved": later("Resolved"),
    "closed": later("Closed"),
}

PRIORITIES = {"low": later("Low"), "normal": later("Normal"), "high": later("High"), "urgent": later("Urgent")}

TREATMENTS = {
    "allow": later("Let in"),
    "hold": later("Block and hold"),
    "discard": later("Block and discard"),
}
