"""Mails to send in tests. All people are invented."""

import itertools

_numbers = itertools.count(1)


def mail(
    *,
    sender: str = "Ana Ferreira <ana@lusitel.example>",
    to: str = "help@nordlicht.example",
    subject: str = "Cannot sign in after reset",
    body: str = "Hello, since yesterday I cannot sign in.",
    message_id: str | None = None,
    headers: tuple[tuple[str, str], ...] = (),
) -> bytes:
    """A plain mail; each has a Message-ID of its own unless one is given."""
    number = next(_numbers)
    lines = [
        f"From: {sender}",
        f"To: {to}",
        f"Subject: {subject}",
        f"Message-ID: <{message_id or f'm{number}@lusitel.example'}>",
        f"Date: Fri, 20 Nov 2026 09:{number % 60:02}:00 +0000",
        *(f"{name}: {value}" for name, value in headers),
        "",
        body,
        "",
    ]
    return "\r\n".join(lines).encode()
