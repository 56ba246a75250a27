"""Weeks, months, quarters and years begin and end where an office says they do."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from desktop.cases.periods import PERIODS, Period, bounds, months_on


@pytest.mark.parametrize(
    ("period", "day", "first", "last"),
    [
        ("week", "2026-11-22", "2026-11-16", "2026-11-22"),
        ("week", "2026-11-23", "2026-11-23", "2026-11-29"),
        ("week", "2027-01-01", "2026-12-28", "2027-01-03"),
        ("month", "2024-02-10", "2024-02-01", "2024-02-29"),
        ("month", "2026-12-31", "2026-12-01", "2026-12-31"),
        ("quarter", "2026-11-22", "2026-10-01", "2026-12-31"),
        ("quarter", "2026-03-31", "2026-01-01", "2026-03-31"),
        ("year", "2026-06-30", "2026-01-01", "2026-12-31"),
    ],
)
def test_a_period_has_its_first_and_last_day(period: Period, day: str, first: str, last: str) -> None:
    assert bounds(period, date.fromisoformat(day)) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("period", PERIODS)
def test_periods_follow_each_other_without_a_gap(period: Period) -> None:
    day = date(2024, 1, 1)
    _, last = bounds(period, day)
    while last < date(2028, 1, 1):
        first, after = bounds(period, last + timedelta(days=1))
        assert first == last + timedelta(days=1)
        last = after


def test_months_go_over_the_ends_of_years() -> None:
    assert months_on(date(2026, 11, 1), 2) == date(2027, 1, 1)
    assert months_on(date(2026, 3, 1), -5) == date(2025, 10, 1)
