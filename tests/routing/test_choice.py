"""Who is given a ticket, and the words for it."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from mailgate.routing.choice import Candidate, Method, Need, Rule, Weight, choose

BILLING = "billing"
ANN = Candidate(1, "Ann", 20, 3, skills=frozenset({BILLING}), languages=frozenset({"de", "en"}), region="North")
BOB = Candidate(2, "Bob", 20, 1, turn=5, languages=frozenset({"en"}))
CLEO = Candidate(3, "Cleo", 4, 4, skills=frozenset({BILLING}))
DAN = Candidate(4, "Dan", 20, 0, presence="away", skills=frozenset({BILLING}))
ALL = (ANN, BOB, CLEO, DAN)
GERMAN_BILL = Need(frozenset({BILLING}), "Billing", "de")


def test_the_choice_is_explained() -> None:
    choice = choose(GERMAN_BILL, ALL, Rule())
    assert choice.agent == ANN
    assert choice.reasons == (
        "Ann: has Billing, speaks German, 3 of 20, last was Bob.",
        "Bob: 1 of 20.",
        "Cleo: full, 4 of 4.",
        "Dan: away.",
    )


def test_each_weight_and_method_does_what_it_says() -> None:
    at_random = Need(language="fr")
    for need, rule, name in (
        (Need(), Rule(Method.LEAST_LOADED), "Bob"),
        (Need(), Rule(Method.ROUND_ROBIN), "Ann"),
        (GERMAN_BILL, Rule(skill=Weight.IGNORE, language=Weight.IGNORE), "Bob"),
        (GERMAN_BILL, Rule(skill=Weight.REQUIRE), "Ann"),
        (replace(GERMAN_BILL, known_id=BOB.id), Rule(), "Bob"),
        (replace(GERMAN_BILL, known_id=BOB.id), Rule(known=Weight.IGNORE), "Ann"),
        (replace(GERMAN_BILL, known_id=BOB.id), Rule(skill=Weight.REQUIRE), "Ann"),
        (Need(region="north"), Rule(), "Ann"),
        (at_random, Rule(), "Bob"),
        (at_random, Rule(language=Weight.REQUIRE), None),
        (Need(tier=2), Rule(), None),
    ):
        chosen = choose(need, ALL, rule).agent
        assert (chosen.name if chosen else None) == name, (need, rule)


def test_a_lower_tier_is_not_given_it_and_a_higher_one_only_when_it_must() -> None:
    second, third = replace(BOB, id=8, name="Eve", tier=2, load=9), replace(BOB, id=9, name="Fay", tier=3, load=0)
    assert choose(Need(tier=2), (BOB, second, third), Rule()).agent == second
    full = replace(second, load=20)
    choice = choose(Need(tier=2), (BOB, full, third), Rule())
    assert choice.agent == third
    assert "Bob: tier 1, and the ticket is at tier 2." in choice.reasons


def test_nobody_is_said_and_a_crowd_is_counted() -> None:
    assert choose(Need(), (), Rule()).reasons == ("Nobody is there who could have it.",)
    crowd = [replace(DAN, id=number, name=f"Agent {number}") for number in range(40)]
    choice = choose(Need(), crowd, Rule())
    assert choice.agent is None
    assert choice.reasons[-1] == "And 33 others."
    assert len(choice.reasons) == 8


@given(
    st.lists(st.integers(0, 6), min_size=1, max_size=8),
    st.integers(0, 60),
    st.sampled_from([Method.LEAST_LOADED, Method.ROUND_ROBIN]),
)
def test_nobody_has_too_much_and_the_rest_is_even(capacities: list[int], tickets: int, method: Method) -> None:
    """One after the other, from an empty desk."""
    desk = {number: Candidate(number, str(number), capacity, 0) for number, capacity in enumerate(capacities, 1)}
    for turn in range(1, tickets + 1):
        chosen = choose(Need(), list(desk.values()), Rule(method)).agent
        if chosen is None:
            break
        desk[chosen.id] = replace(desk[chosen.id], load=chosen.load + 1, turn=turn)
    assert sum(one.load for one in desk.values()) == min(tickets, sum(capacities))
    assert all(one.capacity is None or one.load <= one.capacity for one in desk.values())
    if method == Method.ROUND_ROBIN:
        most = max(one.load for one in desk.values())
        assert all(one.is_full or one.load >= most - 1 for one in desk.values())
