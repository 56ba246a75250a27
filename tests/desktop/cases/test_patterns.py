"""When work comes again: known dates, and a count day by day that knows nothing of the arithmetic."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from desktop.cases.calendar import Calendar, load_calendars
from desktop.cases.patterns import (
    Ground,
    Pattern,
    after_completion,
    hours_due,
    months_on,
    next_after,
    occurrences,
    problem,
)
from resources.loader import folder

OFFICE = load_calendars(folder("calendars"))["office"]
NEVER = Calendar("never", {"zh": "无"}, week=((),) * 7)


def at(text: str) -> datetime:
    """A local instant, Beijing."""
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


def local(instant: datetime) -> str:
    return f"{instant + timedelta(hours=8):%Y-%m-%d %H:%M}"


def days(pattern: Pattern, since: str, begin: str, end: str, calendar: Calendar | None = None) -> list[str]:
    ground = Ground(at(since), calendar=calendar) if calendar else Ground(at(since))
    return [local(one)[:10] for one in occurrences(pattern, ground, at(begin), at(end))]


@pytest.mark.parametrize("basis", ["scheduled", "completed"])
def test_a_lift_serviced_on_the_first_of_march_is_due_on_the_sixteenth(basis: str) -> None:
    """Vector: last 2025-03-01, every 15 days → due 2025-03-16, overdue from 03-17."""
    lift, last = Pattern(every="days", n=15), at("2025-03-01 10:20")
    ground = Ground(last)
    due = after_completion(lift, ground, last) if basis == "completed" else next_after(lift, ground, last)
    assert due is not None and ground.day(due) == date(2025, 3, 16)
    assert not date(2025, 3, 16) > ground.day(due)
    assert date(2025, 3, 17) > ground.day(due)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ("2025-06-30", -1, "2025-05-30"),
        ("2025-03-31", -1, "2025-02-28"),
        ("2024-03-31", -1, "2024-02-29"),
        ("2025-12-31", 2, "2026-02-28"),
        ("2025-01-15", 12, "2026-01-15"),
    ],
)
def test_months_are_clamped_to_their_end(day: str, months: int, then: str) -> None:
    """Vectors: a certificate that ends on 2025-06-30 is asked for by 05-30, one that ends on 2025-03-31 by 02-28."""
    assert months_on(date.fromisoformat(day), months) == date.fromisoformat(then)


def test_the_last_of_each_month_is_there_in_every_month() -> None:
    monthly = Pattern(every="month", month_days=(31,))
    assert days(monthly, "2025-01-01 00:00", "2025-01-01 00:00", "2025-05-01 00:00") == [
        "2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30",
    ]  # fmt: skip


def test_two_days_that_a_month_clamps_to_one_come_once() -> None:
    assert days(
        Pattern(every="month", month_days=(29, 31)), "2025-02-01 00:00", "2025-02-01 00:00", "2025-03-01 00:00"
    ) == ["2025-02-28"]


def test_mondays_and_thursdays_of_every_second_week() -> None:
    pattern = Pattern(every="week", n=2, weekdays=(3, 0))
    assert days(pattern, "2026-11-24 00:00", "2026-11-01 00:00", "2026-12-20 00:00") == [
        "2026-11-26", "2026-12-07", "2026-12-10",
    ]  # fmt: skip


def test_every_half_year_comes_on_the_first_days_day() -> None:
    assert days(Pattern(every="month", n=6), "2026-08-31 00:00", "2026-01-01 00:00", "2028-01-01 00:00") == [
        "2026-08-31", "2027-02-28", "2027-08-31",
    ]  # fmt: skip


def test_several_times_a_day_are_in_order_and_what_was_before_the_beginning_is_not() -> None:
    ground = Ground(at("2026-11-23 20:30"))
    pattern = Pattern(every="day", at=("22:00", "02:00", "20:00"))
    found = occurrences(pattern, ground, at("2026-11-01 00:00"), at("2026-11-25 00:00"))
    assert [local(one) for one in found] == [
        "2026-11-23 22:00",
        "2026-11-24 02:00",
        "2026-11-24 20:00",
        "2026-11-24 22:00",
    ]


def test_on_working_days_daily_work_is_left_out_on_holidays_and_done_on_worked_weekends() -> None:
    """2026: 1–7 October off, 10 October worked (State Council, 2025-11)."""
    found = days(
        Pattern(every="day", workdays=True), "2026-09-28 00:00", "2026-09-28 00:00", "2026-10-13 00:00", OFFICE
    )
    expected = [
        f"{day}" for n in range(15) if OFFICE.hours(day := date(2026, 9, 28) + timedelta(days=n))
    ]  # fmt: skip
    assert found == expected
    assert "2026-10-01" not in found and "2026-10-10" in found


def test_on_working_days_monthly_work_moves_on_and_an_interval_never_grows() -> None:
    monthly = Pattern(every="month", month_days=(1,), workdays=True)
    moved = days(monthly, "2026-09-01 00:00", "2026-09-02 00:00", "2026-10-31 00:00", OFFICE)
    assert len(moved) == 1 and moved[0] > "2026-10-01" and OFFICE.hours(date.fromisoformat(moved[0]))
    interval = Pattern(every="days", n=3, workdays=True)
    assert days(interval, "2026-09-30 00:00", "2026-10-01 00:00", "2026-10-06 00:00", OFFICE) == []
    due = after_completion(interval, Ground(at("2026-09-30 10:00"), calendar=OFFICE), at("2026-09-30 10:00"))
    assert due is not None and local(due)[:10] == "2026-10-08", "never on the day counted from"
    longer = Pattern(every="days", n=8, workdays=True)
    assert days(longer, "2026-09-28 00:00", "2026-09-29 00:00", "2026-10-10 00:00", OFFICE) == ["2026-09-30"]


def test_a_pattern_that_no_day_fits_ends_the_search() -> None:
    pattern = Pattern(every="week", weekdays=(5, 6), workdays=True)
    assert next_after(pattern, Ground(at("2026-11-22 00:00"), calendar=NEVER), at("2026-11-22 00:00")) is None


@pytest.mark.parametrize(
    ("pattern", "due"),
    [
        (Pattern(every="month", basis="completed"), "2025-02-28 09:00"),
        (Pattern(every="week", n=2, basis="completed", at=("14:30",)), "2025-02-14 14:30"),
        (Pattern(every="day", n=3, basis="completed"), "2025-02-03 09:00"),
    ],
)
def test_counted_from_when_it_was_done(pattern: Pattern, due: str) -> None:
    found = after_completion(pattern, Ground(at("2025-01-01 00:00")), at("2025-01-31 23:30"))
    assert found is not None and local(found) == due


@pytest.mark.parametrize(("reading", "due"), [(1999.9, None), (2000, 2000), (2300, 2000), (4100, 4000), (900, None)])
def test_run_hours_are_due_at_multiples_from_where_they_are_counted(reading: float, due: float | None) -> None:
    assert hours_due(Pattern(every="run_hours", hours=1000, point="hours"), 1000, reading) == due


@pytest.mark.parametrize(
    ("pattern", "field"),
    [
        (Pattern(every="day", n=0), "n"),
        (Pattern(every="week", weekdays=(7,)), "weekdays"),
        (Pattern(every="month", month_days=(0,)), "month_days"),
        (Pattern(every="day", at=()), "at"),
        (Pattern(every="day", at=("25:00",)), "at"),
        (Pattern(every="day", at=("9:00",)), "at"),
        (Pattern(every="day", at=("09:00", "09:00")), "at"),
        (Pattern(every="days", basis="completed", at=("09:00", "10:00")), "at"),
        (Pattern(every="day", lead_minutes=-1), "lead_minutes"),
        (Pattern(every="run_hours", point="hours"), "hours"),
        (Pattern(every="run_hours", hours=500), "point"),
    ],
)
def test_a_pattern_that_will_not_do_names_its_field(pattern: Pattern, field: str) -> None:
    found = problem(pattern)
    assert found is not None and found[0] == field


def test_a_good_pattern_has_no_problem() -> None:
    assert problem(Pattern(every="week", weekdays=(0, 3), at=("09:00", "21:30"), lead_minutes=30)) is None


PATTERNS = some.builds(
    Pattern,
    every=some.sampled_from(("day", "days", "week", "month")),
    n=some.integers(1, 5),
    weekdays=some.lists(some.integers(0, 6), max_size=3).map(tuple),
    month_days=some.lists(some.integers(1, 31), max_size=3).map(tuple),
    at=some.lists(some.sampled_from(("00:00", "07:30", "23:59")), min_size=1, max_size=3, unique=True).map(tuple),
)


def _falls(pattern: Pattern, anchor: date, day: date) -> bool:
    """Whether the pattern falls on the day, asked of the day."""
    gone = (day - anchor).days
    if gone < 0:
        return False
    if pattern.every in ("day", "days"):
        return gone % pattern.n == 0 and (pattern.every == "day" or gone > 0)
    if pattern.every == "week":
        weeks = (day - (anchor - timedelta(days=anchor.weekday()))).days // 7
        return weeks % pattern.n == 0 and day.weekday() in (pattern.weekdays or (anchor.weekday(),))
    months = (day.year - anchor.year) * 12 + day.month - anchor.month
    last = (day + timedelta(days=1)).day == 1
    wanted = pattern.month_days or (anchor.day,)
    return months % pattern.n == 0 and (day.day in wanted or (last and max(wanted) > day.day))


@given(PATTERNS, some.dates(date(2024, 1, 1), date(2025, 12, 31)), some.integers(-40, 400), some.integers(0, 70))
def test_a_count_day_by_day_finds_the_same(pattern: Pattern, anchor: date, later: int, length: int) -> None:
    since = at(f"{anchor} 00:00")
    begin, end = since + timedelta(days=later), since + timedelta(days=later + length)
    counted = [
        at(f"{day} {clock}")
        for n in range(later, later + length)
        if _falls(pattern, anchor, day := anchor + timedelta(days=n))
        for clock in sorted(pattern.at)
    ]
    assert list(occurrences(pattern, Ground(since), begin, end)) == counted
