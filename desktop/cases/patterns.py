"""When work comes again: patterns of days and times, and of run hours (pure).

Days and times are the community's (`offset_minutes` from UTC); a pattern says when an occurrence is due, not when its case
is opened (`lead_minutes` before that).
"""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, takewhile
from typing import Literal, NamedTuple

import msgspec

from desktop.cases.calendar import ALWAYS, Calendar
from desktop.cases.definition import Every

DAY = timedelta(days=1)
MOST_N, MOST_TIMES, MOST_LEAD = 365, 24, 31 * 1440
SHIFT = 15
"""Days that an occurrence moves at most to come to a working day; no holiday is longer."""
HORIZON = 20 * 366
"""Days after which a search for the next occurrence gives up."""


class Pattern(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """`every` n-th day, week or month from the first day on; n `days` after the last time; or so many `run_hours`."""

    every: Every
    n: int = 1
    weekdays: tuple[int, ...] = ()
    """Of a week, Monday 0; without them the first day's."""
    month_days: tuple[int, ...] = ()
    """Of a month, 1 to 31, what a month does not have is its last day; without them the first day's."""
    at: tuple[str, ...] = ("09:00",)
    """Local times of the day."""
    basis: Literal["scheduled", "completed"] = "scheduled"
    """What the next is counted from: the pattern, or the day on which the last one was done."""
    lead_minutes: int = 0
    """How long before it is due its case is opened."""
    workdays: bool = False
    """Only days on which the office works. Daily and weekly work is left out on others; monthly work moves on to the next
    working day; what is due after so many days moves to the working day before, since an interval is a longest time, and
    where that is the day counted from to the next one."""
    hours: float = 0.0
    point: str = ""
    """The thing's point that counts its run hours, and after how many of them."""


class Ground(NamedTuple):
    """What a pattern is laid upon: when it begins (of `days`: when it was last done), and the community's calendar."""

    since: datetime
    offset_minutes: int = 480
    calendar: Calendar = ALWAYS

    def day(self, at: datetime) -> date:
        """The local day of an instant."""
        return (at.astimezone(UTC) + timedelta(minutes=self.offset_minutes)).date()

    def instant(self, day: date, at: str) -> datetime:
        """A local day and time as an instant."""
        return datetime.combine(day, time.fromisoformat(at), UTC) - timedelta(minutes=self.offset_minutes)

    def works(self, day: date) -> bool:
        return not self.calendar.week or bool(self.calendar.hours(day))


def problem(pattern: Pattern) -> tuple[str, str] | None:
    """What is wrong with a pattern as (field, why: missing, not_an_option, too_big), or None."""
    clock = pattern.every == "run_hours"
    checks = (
        ("n", "not_an_option", not 1 <= pattern.n <= MOST_N),
        ("weekdays", "not_an_option", not all(0 <= day <= 6 for day in pattern.weekdays)),
        ("month_days", "not_an_option", not all(1 <= day <= 31 for day in pattern.month_days)),
        ("at", "missing", not pattern.at),
        ("at", "not_an_option", not all(map(_is_time, pattern.at)) or len(set(pattern.at)) < len(pattern.at)),
        ("at", "too_big", len(pattern.at) > (MOST_TIMES if pattern.basis == "scheduled" else 1)),
        ("lead_minutes", "not_an_option", not 0 <= pattern.lead_minutes <= MOST_LEAD),
        ("hours", "missing", clock and not (math.isfinite(pattern.hours) and pattern.hours > 0)),
        ("point", "missing", clock and not pattern.point),
    )
    return next(((field, why) for field, why, wrong in checks if wrong), None)


def months_on(day: date, months: int) -> date:
    """The same day so many months later or, below zero, before; the month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def occurrences(pattern: Pattern, ground: Ground, begin: datetime, end: datetime | None = None) -> Iterator[datetime]:
    """When it is due, from `begin` (included) to `end` (not included), in order; without an end for twenty years.

    Nothing of a pattern of run hours, which no calendar knows.
    """
    if pattern.every == "run_hours":
        return
    begin = max(begin, ground.since)
    times = sorted(pattern.at, key=time.fromisoformat)
    for day in _days(pattern, ground, ground.day(begin)):
        for at in times:
            instant = ground.instant(day, at)
            if end is not None and instant >= end:
                return
            if instant >= begin:
                yield instant


def next_after(pattern: Pattern, ground: Ground, instant: datetime) -> datetime | None:
    """The first time it is due after an instant; None where it never is."""
    return next(occurrences(pattern, ground, instant + timedelta(microseconds=1)), None)


def after_completion(pattern: Pattern, ground: Ground, done: datetime) -> datetime | None:
    """When it is due next where that is counted from the day on which it was done; None for run hours.

    So a lift serviced on 1 March with an interval of 15 days is due on 16 March (特种设备安全监察条例 Art. 31).
    """
    day = ground.day(done)
    match pattern.every:
        case "run_hours":
            return None
        case "month":
            day = months_on(day, pattern.n)
        case "week":
            day += 7 * pattern.n * DAY
        case _:
            day += pattern.n * DAY
    if pattern.workdays:
        day = _working(pattern, day, ground)
    return ground.instant(day, pattern.at[0])


def hours_due(pattern: Pattern, counted_from: float, reading: float) -> float | None:
    """The reading at which it was due, the last of several, where the counter stands at `reading` hours; None before."""
    times = math.floor((reading - counted_from) / pattern.hours)
    return counted_from + times * pattern.hours if times > 0 else None


def _days(pattern: Pattern, ground: Ground, first: date) -> Iterator[date]:
    """The local days from `first` on, in order, each once."""
    days = takewhile(
        lambda day: day - first < HORIZON * DAY, _plain_days(pattern, ground.day(ground.since), first - SHIFT * DAY)
    )
    if not pattern.workdays:
        yield from (day for day in days if day >= first)
        return
    last = first - DAY
    for day in days:
        if not ground.works(day):
            if pattern.every in ("day", "week"):
                continue
            day = _working(pattern, day, ground)
        if day > last:
            last = day
            yield day


def _working(pattern: Pattern, day: date, ground: Ground) -> date:
    """The working day on which the work of a day is done: for what is due after so many days the one before, unless that is
    the day counted from or lies before it."""
    if pattern.every == "days":
        before = _moved(day, ground, -DAY)
        if before > day - pattern.n * DAY:
            return before
    return _moved(day, ground, DAY)


def _moved(day: date, ground: Ground, step: timedelta) -> date:
    """The nearest working day in that direction; the day itself where there is none within reach."""
    reach = (day + n * step for n in range(SHIFT + 1))
    return next((other for other in reach if ground.works(other)), day)


def _plain_days(pattern: Pattern, anchor: date, first: date) -> Iterator[date]:
    """Without a look at the calendar."""
    match pattern.every:
        case "day":
            return _stepped(anchor, pattern.n, max(0, _steps(anchor, first, pattern.n)))
        case "days":
            return _stepped(anchor, pattern.n, max(1, _steps(anchor, first, pattern.n)))
        case "week":
            return _weekly(pattern, anchor, first)
        case "month":
            return _monthly(pattern, anchor, first)
        case _:
            return iter(())


def _steps(anchor: date, first: date, n: int) -> int:
    return -((anchor - first).days // n)


def _stepped(anchor: date, n: int, begin: int) -> Iterator[date]:
    return (anchor + k * n * DAY for k in count(begin))


def _weekly(pattern: Pattern, anchor: date, first: date) -> Iterator[date]:
    monday = anchor - anchor.weekday() * DAY
    weekdays = sorted(set(pattern.weekdays)) or [anchor.weekday()]
    for k in count(max(0, (first - monday).days // 7 // pattern.n)):
        for weekday in weekdays:
            day = monday + (7 * pattern.n * k + weekday) * DAY
            if day >= max(anchor, first):
                yield day


def _monthly(pattern: Pattern, anchor: date, first: date) -> Iterator[date]:
    wanted = sorted(set(pattern.month_days)) or [anchor.day]
    between = (first.year - anchor.year) * 12 + first.month - anchor.month
    for k in count(max(0, between // pattern.n)):
        month = months_on(anchor.replace(day=1), k * pattern.n)
        length = monthrange(month.year, month.month)[1]
        for number in dict.fromkeys(min(number, length) for number in wanted):
            day = month.replace(day=number)
            if day >= max(anchor, first):
                yield day


def _is_time(text: str) -> bool:
    try:
        return len(text) == 5 and time.fromisoformat(text).second == 0
    except ValueError:
        return False
