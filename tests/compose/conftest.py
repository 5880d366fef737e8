"""A task to write, as the ticket's verbs would ask for it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

import pytest

from mailgate.compose import about
from mailgate.mail import Address, Draft, Task

TASK = Task(
    letter="answered",
    language="en",
    message_id="tm5.aaaabbbbccccdddd.eeeeffffgggghhhh@example.org",
    sender=Address("support@example.org", "Mia Keller (Nordlicht Support)"),
    to=(Address("ana@lusitel.example", "Ana Ferreira"),),
    reply_to="support+tm5.aaaabbbbccccdddd@example.org",
    subject="Cannot sign in",
    token="[#TKT-2026-000123]",
    in_reply_to="second@lusitel.example",
    references=("first@lusitel.example", "second@lusitel.example"),
    thread_root="first@lusitel.example",
    body="Hello Ana,\n\nplease try again.\n",
    variables={
        **about.sample("received", "en").variables,
        "number": "TKT-2026-000123",
        "status_url": "https://help.example.org/s/secret",
        "sign_in_url": "https://help.example.org/sign-in/secret",
        "minutes": "15",
        "desk": "Nordlicht Support",
        "agent": "Mia Keller",
    },
    date=datetime(2026, 11, 20, 15, 4, 5, tzinfo=UTC),
)


@pytest.fixture
def task() -> Callable[..., Task]:
    """`task(subject="…")`: an agent's answer, but for what is given."""

    def make(**changes: Any) -> Task:
        return replace(TASK, **changes)

    return make


@pytest.fixture
def opened() -> Callable[[Draft], EmailMessage]:
    """A draft as the standard library reads it, strictly."""

    def read(draft: Draft) -> EmailMessage:
        message = BytesParser(policy=default).parsebytes(draft.raw)
        assert isinstance(message, EmailMessage)
        for part in message.walk():
            assert not part.defects
        return message

    return read
