"""Weeks, months, quarters and years, as an office counts them (pure)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

Period = Literal["week", "month", "quarter", "year"]
PERIODS: tuple[Period, ...] = ("week", "month", "quarter", "year")

DAY = timedelta(days=1)


def bounds(period: Period, day: date) -> tuple[date, date]:
    """The first and last day of the period that the day is in. Weeks begin on Monday (GB/T 7408, ISO 8601)."""
    if period == "week":
        first = day - timedelta(days=day.weekday())
        return first, first + 6 * DAY
    months = {"month": 1, "quarter": 3, "year": 12}[period]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    return first, months_on(first, months) - DAY


def months_on(first: date, months: int) -> date:
    """The first day of the month that many months later, or earlier where negative."""
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)
