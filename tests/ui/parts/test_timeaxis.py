"""The marks of a time axis: few enough to read, at whole times of the community's clock, each inside the period."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.pages import at
from ui.parts.timeaxis import DAY, HOUR, time_marks
from ui.parts.when import use_zone


@pytest.fixture(autouse=True)
def zone() -> Iterator[None]:
    use_zone(480)
    yield
    use_zone(480)


def seconds(text: str) -> float:
    return at(text).timestamp()


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        ("2026-11-22 13:00", "2026-11-22 14:00", ["13:00", "13:15", "13:30", "13:45", "14:00"]),
        ("2026-11-22 06:00", "2026-11-22 14:00", ["06:00", "08:00", "10:00", "12:00", "14:00"]),
        ("2026-11-21 14:00", "2026-11-22 14:00", ["18:00", "11-22", "06:00", "12:00"]),
        ("2025-12-30 00:00", "2026-01-03 00:00", ["12-30", "12-31", "2026-01-01", "01-02", "01-03"]),
        ("2025-11-22 00:00", "2026-11-22 00:00", ["2026-01", "2026-04", "2026-07", "2026-10"]),
    ],
)
def test_marks_stand_at_whole_times(since: str, until: str, words: list[str]) -> None:
    assert [word for _, word in time_marks(seconds(since), seconds(until), 5)] == words


def test_the_same_instants_are_marked_at_other_hours_in_another_zone() -> None:
    since, until = seconds("2026-11-22 00:00"), seconds("2026-11-23 00:00")
    use_zone(330)
    assert ("11-22" in [word for _, word in time_marks(since, until, 5)]) is True
    assert all((mark - 18.5 * HOUR) % (6 * HOUR) == 0 for mark, _ in time_marks(since, until, 5))


@given(since=st.floats(946_684_800, 4_000_000_000), length=st.floats(5, 5 * 366 * DAY), most=st.integers(2, 20))
def test_any_period_has_a_few_marks_inside_it_in_order(since: float, length: float, most: int) -> None:
    marks = time_marks(since, since + length, most)
    assert len(marks) <= most + 1
    assert all(since <= mark <= since + length for mark, _ in marks)
    assert all(a < b for (a, _), (b, _) in itertools.pairwise(marks))


@pytest.mark.parametrize(("since", "until", "most"), [(10.0, 10.0, 5), (20.0, 10.0, 5), (0.0, 100.0, 0)])
def test_no_period_has_no_marks(since: float, until: float, most: int) -> None:
    assert time_marks(since, until, most) == []
