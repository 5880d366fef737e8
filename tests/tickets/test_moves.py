"""Which moves of a status are allowed: written once, and as promised."""

import pytest

from mailgate.errors import Conflict
from mailgate.store.tickets import STATUSES, Ticket
from mailgate.tickets.moves import after_answer, allowed_from, require_move, wakes

PROMISED = {
    "new": {"open", "pending", "on_hold", "resolved", "closed"},
    "open": {"pending", "on_hold", "resolved"},
    "pending": {"open", "on_hold", "resolved"},
    "on_hold": {"open", "pending", "resolved"},
    "resolved": {"closed", "open"},
    "closed": {"open"},
}


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("target", STATUSES)
def test_a_move_is_allowed_exactly_when_it_was_promised(status: str, target: str) -> None:
    ticket = Ticket(status=status)
    if target == status or target in PROMISED[status]:
        require_move(ticket, target)
        assert target == status or target in allowed_from(status)
    else:
        with pytest.raises(Conflict, match=f"is {status} cannot become {target}"):
            require_move(ticket, target)


def test_a_customers_letter_wakes_what_waits_or_is_over() -> None:
    assert [status for status in STATUSES if wakes(status)] == ["pending", "on_hold", "resolved", "closed"]


def test_an_agents_answer_leaves_a_ticket_waiting_for_the_customer() -> None:
    assert [after_answer(status) for status in ("new", "open", "on_hold", "resolved")] == [
        "pending", "pending", "on_hold", "resolved",
    ]  # fmt: skip
