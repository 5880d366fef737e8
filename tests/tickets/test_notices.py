"""Facts become letters: every notice can be written, in every language, in the words of the desk."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from mailgate.compose import write
from mailgate.store.agents import Agent
from mailgate.store.messages import Message
from mailgate.store.office import Mailbox
from mailgate.store.organisations import Organisation
from mailgate.store.tickets import Ticket
from mailgate.tickets import notices
from mailgate.tokens import Marks

NOW = datetime(2026, 11, 20, 15, 4, 5, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 9, tzinfo=timezone(timedelta(hours=1)))
SAID = Message(author="Ana Ferreira", text="It fails again.\n> quoted", spans=[])
TO_AGENT = (
    (notices.NewTicket(SAID), "New ticket: Cannot sign in", "It fails again."),
    (notices.Assigned("Mia Keller"), "Assigned to you: Cannot sign in", "Mia Keller has assigned you"),
    (notices.CustomerAnswered(SAID), "Answer from Ana Ferreira: Cannot sign in", "It fails again."),
    (notices.Mentioned(SAID), "Ana Ferreira mentions you: Cannot sign in", "the customer does not see it"),
    (notices.Escalated("Mia Keller", 2, "A hospital."), "Escalated: Cannot sign in", "to level 2:"),
    (notices.Breached("first", MONDAY), "Late: Cannot sign in", "the first answer by Monday, 23 November, 09:00."),
)
TO_CUSTOMER = (
    (notices.StatusChanged(), "News about your request", "waiting for your answer"),
    (notices.StatusChanged("resolved"), "Your request is solved", "opens it again"),
    (notices.StatusChanged("reopened"), "Your request is open again", "are working on it"),
    (notices.StatusChanged("closed"), "Your request is closed", "is closed"),
    (notices.OutsideHours(MONDAY), "We have received your request", "back on Monday, 23 November, 09:00 and"),
    (notices.Survey("https://d.example/yes", "https://d.example/no"), "How did we do?", "https://d.example/yes"),
)


@pytest.fixture
def desk() -> notices.Desk:
    mailbox = Mailbox(address="help@nordlicht.example", name="Nordlicht Support", plus=True)
    return notices.Desk(Organisation(id=1, language="en"), mailbox, Marks("k" * 40), "https://desk.example")


def _ticket(language: str = "en") -> Ticket:
    return Ticket(
        id=7, number="TKT-2026-000123", subject="Cannot sign in", status="pending", language=language,
        requester_address="ana@lusitel.example", thread_root="first@lusitel.example",
    )  # fmt: skip


@pytest.mark.parametrize(("fact", "subject", "words"), TO_AGENT)
def test_an_agent_is_told(desk: notices.Desk, fact: notices.ToAgent, subject: str, words: str) -> None:
    task = notices.to_agent(desk, _ticket(), Agent(email="mara@nordlicht.example"), fact, NOW, customer="Ana Ferreira")
    draft = write(task)
    assert draft.subject == f"[#TKT-2026-000123] {subject}"
    assert words in draft.text
    assert "https://desk.example/t/TKT-2026-000123" in draft.text
    assert b"To: mara@nordlicht.example" in draft.raw
    assert b"Auto-Submitted: auto-generated" in draft.raw


@pytest.mark.parametrize(("fact", "subject", "words"), TO_CUSTOMER)
def test_a_customer_is_told(desk: notices.Desk, fact: notices.ToCustomer, subject: str, words: str) -> None:
    task = notices.to_customer(desk, _ticket(), fact, NOW, status_url="https://desk.example/s/x")
    draft = write(task)
    assert draft.subject == f"[#TKT-2026-000123] {subject}"
    assert words in draft.text
    assert b"To: ana@lusitel.example" in draft.raw
    spoken = {write(replace(task, language=language)).text for language in ("en", "de", "fr", "es")}
    assert len(spoken) == 4


def test_times_and_statuses_are_told_in_the_customers_language(desk: notices.Desk) -> None:
    german = write(notices.to_customer(desk, _ticket("de"), notices.OutsideHours(MONDAY), NOW, status_url="u"))
    assert "am Montag, 23. November, 09:00 Uhr zurück" in german.text
    french = write(notices.to_customer(desk, _ticket("fr"), notices.StatusChanged(), NOW, status_url="u"))
    assert "en attente de votre réponse" in french.text
