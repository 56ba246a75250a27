"""Patterns in plain words, what is typed in the form, and days as cells."""

from __future__ import annotations

from datetime import date

import pytest

from desktop.cases.patterns import Pattern
from desktop.cases.planned import Occurrence
from desktop.kernel.words import Words
from tests.ui.pages import at
from ui.planned.days import entries, month_days, week_days
from ui.planned.inputs import read_days, read_times, read_whole
from ui.planned.words import day_words, pattern_words


@pytest.mark.parametrize(
    ("pattern", "zh", "en"),
    [
        (Pattern(every="day"), "每天 09:00", "Every day 09:00"),
        (Pattern(every="week", weekdays=(3, 0)), "每周一、周四 09:00", "Every Mon, Thu 09:00"),
        (Pattern(every="week", n=2, weekdays=(5,)), "每 2 周的周六 09:00", "Every 2 weeks on Sat 09:00"),
        (Pattern(every="month", month_days=(1, 31)), "每月 1 日、月末 09:00", "Monthly on 1., last day 09:00"),
        (Pattern(every="month", n=6), "每 6 个月 09:00", "Every 6 months 09:00"),
        (
            Pattern(every="days", n=15, basis="completed", workdays=True),
            "每 15 天 09:00（从完成之日起算、仅工作日）",
            "Every 15 days 09:00 (from when it was done, working days)",
        ),
        (Pattern(every="run_hours", hours=500, point="h"), "每运行 500 小时", "Every 500 run hours"),
        (Pattern(every="day", at=("22:00", "02:00")), "每天 22:00、02:00", "Every day 22:00, 02:00"),
    ],
)
def test_a_pattern_is_said_as_people_say_it(pattern: Pattern, zh: str, en: str) -> None:
    assert pattern_words(Words("zh"), pattern) == zh
    assert pattern_words(Words("en"), pattern) == en


def test_a_day_is_said_with_its_year_where_it_is_another_one() -> None:
    today = date(2026, 11, 22)
    assert day_words(Words("zh"), date(2026, 11, 26), today) == "11月26日 周四"
    assert day_words(Words("zh"), date(2027, 1, 4), today) == "2027 年1月4日 周一"
    assert day_words(Words("en"), date(2026, 11, 26), today) == "Thu 26 Nov"


@pytest.mark.parametrize(
    ("text", "times"),
    [("9:00", ("09:00",)), ("21：00、09:00", ("09:00", "21:00")), ("24:00", None), ("9", None), ("", None)],
)
def test_times_are_read_in_any_width(text: str, times: tuple[str, ...] | None) -> None:
    assert read_times(text) == times


def test_days_and_numbers_are_read() -> None:
    assert (
        read_days("15, 1、1") == (1, 15) and read_days("") == () and read_days("32") is None and read_days("0") is None
    )
    assert read_whole("１５", 365) == 15 and read_whole("400", 365) is None and read_whole("-1", 365) is None


def test_a_month_is_shown_in_whole_weeks() -> None:
    days = month_days(date(2026, 11, 22))
    assert (days[0], days[-1], len(days)) == (date(2026, 10, 26), date(2026, 12, 6), 42)
    assert len(month_days(date(2027, 2, 1))) == 28
    assert week_days(date(2026, 11, 22))[0] == date(2026, 11, 16)


def test_the_times_of_a_plan_on_one_day_are_one_line_and_the_most_pressing_is_first() -> None:
    def one(id_: str, when: str, late: bool = False) -> Occurrence:
        standing = "open" if late else "planned"
        return Occurrence(id_, id_, "k", at(when), None, "", standing, late, {"zh": ""}, "", ())  # type: ignore[arg-type]

    found = entries(
        [
            one("a", "2026-11-22 01:00"),
            one("b", "2026-11-22 09:00", True),
            one("a", "2026-11-22 23:30"),
            one("a", "2026-11-23 01:00"),
        ]
    )
    today = found[date(2026, 11, 22)]
    assert [(entry.schedule_id, len(entry.times), entry.standing) for entry in today] == [
        ("b", 1, "late"),
        ("a", 2, "planned"),
    ]
    assert len(found[date(2026, 11, 23)]) == 1
