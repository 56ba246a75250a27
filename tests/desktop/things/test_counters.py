"""What counters say was used: exact over rollovers, additive over splits, and honest about what cannot be known."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate, pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from desktop.things.counters import (
    Consumption,
    Expectation,
    Flaw,
    consumption,
    medium_factor,
    moves,
    per_interval,
    stuck,
    taken_back,
)
from desktop.things.model import Counter

SIX_DIGITS = Counter(medium="water", rollover=1_000_000)
DAY = 86_400.0


def kinds(found: Consumption) -> list[str]:
    return [flaw.kind for flaw in found.flaws]


def hourly(*values: float) -> list[tuple[float, float]]:
    return [(n * 3600.0, value) for n, value in enumerate(values)]


@given(st.integers(0, 999_999), st.lists(st.integers(0, 100_000), max_size=60))
def test_over_any_number_of_rollovers_the_use_is_what_went_through(start: int, portions: list[int]) -> None:
    went_through = list(accumulate(portions, initial=start))
    readings = hourly(*(total % 1_000_000 for total in went_through))
    found = consumption(readings, SIX_DIGITS)
    assert found.used == sum(portions)
    crossings = sum(b // 1_000_000 - a // 1_000_000 for a, b in pairwise(went_through))
    assert kinds(Consumption(0, tuple(f for f in found.flaws if f.kind != "stuck"))) == ["rollover"] * crossings


READINGS = st.lists(st.tuples(st.integers(1, 200_000), st.integers(0, 1_000_000)), min_size=1, max_size=40).map(
    lambda steps: [(float(t), float(v)) for t, (_, v) in zip(accumulate(step for step, _ in steps), steps, strict=True)]
)
EXPECT = st.builds(
    Expectation,
    most_per_hour=st.none() | st.integers(1, 100_000),
    gap_after=st.none() | st.integers(60, 100_000),
)


@given(READINGS, EXPECT, st.data(), st.sampled_from([SIX_DIGITS, Counter()]))
def test_the_parts_of_a_split_interval_add_up(
    readings: list[tuple[float, float]], expect: Expectation, data: st.DataObject, counter: Counter
) -> None:
    at = data.draw(st.integers(0, len(readings) - 1))
    first, second = (consumption(part, counter, expect) for part in (readings[: at + 1], readings[at:]))
    whole = consumption(readings, counter, expect)
    assert first.used + second.used == whole.used

    def lasting(found: Consumption) -> list[Flaw]:
        return [flaw for flaw in found.flaws if flaw.kind != "stuck"]

    assert lasting(first) + lasting(second) == lasting(whole)


@given(READINGS, EXPECT, st.lists(st.integers(0, 9_000_000), unique=True, max_size=12).map(sorted))
def test_intervals_share_the_use_as_a_plain_recomputation_does(
    readings: list[tuple[float, float]], expect: Expectation, inner: list[int]
) -> None:
    edges = [-1.0, *map(float, inner), 9_000_001.0]
    found = per_interval(readings, SIX_DIGITS, edges, expect)
    assert sum(part.used for part in found) == pytest.approx(consumption(readings, SIX_DIGITS, expect).used)
    for (begin, end), part in zip(pairwise(edges), found, strict=True):
        plain = 0.0
        for (since, before), (until, after) in pairwise(readings):
            used = consumption([(since, before), (until, after)], SIX_DIGITS, expect).used
            plain += used * max(0.0, min(end, until) - max(begin, since)) / (until - since)
        assert part.used == pytest.approx(plain, abs=1e-6)


def test_a_replaced_meter_counts_nothing_that_is_not_known() -> None:
    readings = hourly(54_000, 54_010, 120, 125)
    assert (consumption(readings, SIX_DIGITS).used, kinds(consumption(readings, SIX_DIGITS))) == (15, ["reset"])
    # 120 in the hour can be true: it began at 0.
    assert consumption(readings, SIX_DIGITS, Expectation(most_per_hour=200)).used == 135
    assert consumption(readings, SIX_DIGITS, Expectation(most_per_hour=50)).used == 15


def test_a_counter_that_never_rolls_over_was_reset() -> None:
    assert kinds(consumption(hourly(999_990, 5), Counter())) == ["reset"]
    assert kinds(consumption(hourly(999_990, 5), SIX_DIGITS)) == ["rollover"]
    # From the middle to the middle is no rollover.
    assert kinds(consumption(hourly(800_000, 300_000), SIX_DIGITS)) == ["reset"]


def test_a_meter_running_back_and_on_is_counted_once() -> None:
    found = consumption(hourly(1000.0, 999.5, 1001.0), SIX_DIGITS)
    assert (found.used, kinds(found)) == (1.0, ["backwards"])


def test_a_wild_reading_adds_nothing() -> None:
    found = consumption(hourly(1000, 1002, 900_000, 1004, 1005), SIX_DIGITS, Expectation(most_per_hour=20))
    assert (found.used, kinds(found)) == (3, ["jump", "reset"])


def test_a_whole_hour_may_come_in_one_step() -> None:
    assert consumption([(0.0, 5.0), (1.0, 6.0)], SIX_DIGITS, Expectation(most_per_hour=2)).used == 1.0


def test_a_gap_is_told_and_what_it_hides_is_counted() -> None:
    found = consumption([(0.0, 5.0), (60.0, 6.0), (7200.0, 9.0)], SIX_DIGITS, Expectation(gap_after=900))
    assert (found.used, found.flaws) == (4.0, (Flaw("gap", 60.0, 7200.0, 6.0, 9.0),))


def test_stuck_is_more_than_a_day_without_change_where_use_was_expected() -> None:
    still = [(0.0, 1.0), (100.0, 2.0), (DAY, 2.0), (DAY + 101.0, 2.0)]
    assert stuck(still) == [Flaw("stuck", 100.0, DAY + 101.0, 2.0, 2.0)]
    assert stuck(still[:3]) == [] and stuck([]) == []
    # Only changes are stored: the last one, long ago.
    assert stuck(still[:2], until=100 + DAY) == []
    assert stuck(still[:2], until=200 + DAY) == [Flaw("stuck", 100.0, 200 + DAY, 2.0, 2.0)]
    # Others of its use stood still too: an empty house, no fault.
    assert stuck(still, Expectation(moving=moves([(0.0, 1.0), (100.0, 2.0), (9 * DAY, 2.0)]))) == []
    assert len(stuck(still, Expectation(moving=[(0.0, 9 * DAY)]))) == 1


def test_moves_are_the_joined_spans_of_change() -> None:
    assert moves(hourly(1, 2, 3, 3, 4)) == [(0.0, 7200.0), (10_800.0, 14_400.0)]
    assert moves(hourly(1)) == []


def test_one_reading_and_none_use_nothing() -> None:
    assert consumption([], SIX_DIGITS) == Consumption(0.0)
    assert consumption([(0.0, 7.0)], SIX_DIGITS) == Consumption(0.0)
    assert per_interval([], SIX_DIGITS, [0.0, 1.0]) == [Consumption(0.0)]


def far_above(value: float) -> float:
    return value * 3 + 90_000


WRONG = st.sampled_from([lambda value: 0.0, far_above, lambda value: value / 2])


@given(
    st.lists(st.integers(0, 20), min_size=12, max_size=60),
    st.sets(st.integers(1, 50), max_size=4),
    st.integers(1, 4),
    WRONG,
    st.sampled_from([SIX_DIGITS, Counter()]),
)
@example([0] * 12, {2}, 1, far_above, SIX_DIGITS)  # the one before stood still and is right
def test_wrong_readings_that_are_taken_back_cost_nothing(
    portions: list[int], at: set[int], run: int, wrong: Callable[[float], float], counter: Counter
) -> None:
    """Beside what the right ones alone say, wherever a few running are wrong."""
    right = hourly(*accumulate(portions, initial=20_000.0))
    begins = [n for n in sorted(at) if n + run < len(right)]
    begins = [n for m, n in enumerate(begins) if m == 0 or n - begins[m - 1] > run + 1]
    odd = [n + more for n in begins for more in range(run)]
    told = [(t, wrong(value) + n % 3 if n in odd else value) for n, (t, value) in enumerate(right)]
    assert taken_back(told, counter) == odd
    left = [reading for n, reading in enumerate(told) if n not in odd]
    assert consumption(left, counter).used == sum(portions)


def test_a_meter_that_begins_anew_and_overtakes_the_old_one_is_not_taken_back() -> None:
    readings = hourly(90, 0, 40, 80, 130, 170)
    assert taken_back(readings, Counter()) == []
    assert consumption(readings, Counter()).used == 170


def test_what_a_new_meter_says_counts_only_where_the_limit_can_tell() -> None:
    readings = hourly(54_000, 54_010, 120, 125)
    assert consumption(readings, Counter(), Expectation(most_per_hour=200, new_from_zero=False)).used == 15


@pytest.mark.parametrize(
    ("written", "medium", "factor"),
    [("kW.h", "electricity", 1.0), ("Wh", "electricity", 0.001), ("MW.h", "electricity", 1000.0), ("L", "water", 0.001),
     ("", "gas", 1.0), ("kWh", "heat", 0.0036), ("MJ", "heat", 0.001), ("kg", "water", None), ("kW", "electricity", None),
     ("Cel", "heat", None), ("kWh", "gas", None)],
)  # fmt: skip
def test_amounts_are_turned_into_their_mediums_unit(written: str, medium: str, factor: float | None) -> None:
    found = medium_factor(written, medium)
    assert found is None if factor is None else found == pytest.approx(factor)
