"""Sums of days: medians stay true to within a twentieth, and what is kept comes back."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from mailgate.figures.histogram import bucket, middle, quantile
from mailgate.figures.tally import ALL, Day, from_numbers, total


@given(st.lists(st.floats(1, 500_000), min_size=1, max_size=60), st.sampled_from([0.5, 0.9]))
def test_a_quantile_is_within_a_twentieth(minutes: list[float], share: float) -> None:
    found = quantile(Counter(map(bucket, minutes)), share)
    exact = sorted(minutes)[max(0, -(-len(minutes) * share // 1).__int__() - 1)]
    assert found is not None
    assert abs(found - exact) <= exact * 0.05 + 1e-6


def test_edges_of_time() -> None:
    assert quantile({}, 0.5) is None
    assert middle(bucket(0.2)) == 0.5
    assert bucket(1) == 1


def test_one_thing_counts_for_everything_and_for_each_of_its_places() -> None:
    monday, tuesday = Day(), Day()
    place = {"team": 3, "agent": None}
    monday.count(place, ["opened", "kept"], first=30.0)
    monday.count({"team": 4, "agent": None}, ["opened"], first=None)
    tuesday.count(place, ["opened", "missed", "happy"], first=90.0, resolution=600.0)
    assert set(monday.tallies) == {(ALL, ""), ("team", "3"), ("team", "4"), ("agent", "")}
    kept = [from_numbers(day.tallies[ALL, ""].as_numbers()) for day in (monday, tuesday)]
    whole = total(kept)
    assert (whole["opened"], whole.kept_share, whole.happy_share, whole.sent_share) == (3, 0.5, 1.0, None)
    assert whole.first_median is not None
    assert abs(whole.first_median - 30) < 2
    assert monday.tallies[ALL, ""].as_numbers()["first"] == {str(bucket(30)): 1}
