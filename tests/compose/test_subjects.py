"""One token, one Re:, and no growth."""

import pytest

from mailgate.compose.subjects import bare, line

TOKEN = "[#TKT-2026-000123]"


@pytest.mark.parametrize(
    ("customers", "ours"),
    [
        ("Printer on fire", "Printer on fire"),
        ("Re: Printer on fire", "Printer on fire"),
        ("AW: RE[2]: Sv: Re:Re: 回复: Printer on fire", "Printer on fire"),
        (f"Re: {TOKEN} Printer on fire", "Printer on fire"),
        (f"Printer {TOKEN} on fire {TOKEN.lower()}", "Printer on fire"),
        ("Re: [#TKT-2026-000999] Printer on fire", "Printer on fire"),
        ("[OTHER-77] Printer on fire", "[OTHER-77] Printer on fire"),
        ("Fwd: Printer on fire", "Fwd: Printer on fire"),
        ("Reprint: 3 pages", "Reprint: 3 pages"),
        ("Research: 3 pages", "Research: 3 pages"),
        ("  two  \r\n lines ", "two lines"),
        ("Re:", ""),
        (TOKEN, ""),
        ("", ""),
    ],
)
def test_the_bare_subject_is_the_customers_own(customers: str, ours: str) -> None:
    assert bare(customers, TOKEN) == ours
    assert bare(line(bare(customers, TOKEN), TOKEN, is_answer=True), TOKEN) == ours


def test_a_subject_holds_one_token_and_only_answers_say_re() -> None:
    assert line("Printer", TOKEN, is_answer=True) == f"Re: {TOKEN} Printer"
    assert line("Printer", TOKEN, is_answer=False) == f"{TOKEN} Printer"
    assert line("Printer", None, is_answer=False) == "Printer"


def test_an_endless_subject_is_cut_once_and_stays_so() -> None:
    cut = bare("Re: " * 50 + "long " * 100_000, TOKEN)
    assert len(cut) <= 200
    assert cut.endswith("…")
    assert bare(cut, TOKEN) == cut


def test_without_a_token_numbers_in_brackets_stay() -> None:
    assert bare(f"{TOKEN} Printer", None) == f"{TOKEN} Printer"
