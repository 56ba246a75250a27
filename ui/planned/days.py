"""Days and what falls on them, as cells of a calendar. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from desktop.cases.planned import Occurrence
from ui.parts.when import local
from ui.planned.words import ORDER, standing_of

DAY, WEEK = timedelta(days=1), 7


@dataclass(frozen=True)
class Entry:
    """What one plan asks for on one day, however many times."""

    schedule_id: str
    title: str
    times: tuple[Occurrence, ...]

    @property
    def standing(self) -> str:
        """How the most pressing of its times stands."""
        return min((standing_of(one) for one in self.times), key=ORDER.index)

    @property
    def lead(self) -> Occurrence:
        """The occurrence that Enter opens: the most pressing one."""
        return min(self.times, key=lambda one: (ORDER.index(standing_of(one)), one.at))


def month_days(day: date) -> tuple[date, ...]:
    """The whole weeks, Monday first, that the day's month is in."""
    first = day.replace(day=1)
    begin = first - first.weekday() * DAY
    days = [begin + n * DAY for n in range(6 * WEEK)]
    weeks = [days[n : n + WEEK] for n in range(0, len(days), WEEK)]
    return tuple(one for week in weeks if any(d.month == day.month for d in week) for one in week)


def week_days(day: date) -> tuple[date, ...]:
    """The week of the day, Monday first."""
    monday = day - day.weekday() * DAY
    return tuple(monday + n * DAY for n in range(WEEK))


def entries(found: Iterable[Occurrence]) -> dict[date, tuple[Entry, ...]]:
    """What falls on each day, the most pressing first, then by time."""
    times: dict[date, dict[str, list[Occurrence]]] = defaultdict(lambda: defaultdict(list))
    for one in found:
        times[local(one.at).date()][one.schedule_id].append(one)
    return {
        day: tuple(
            sorted(
                (Entry(id_, ones[0].title, tuple(ones)) for id_, ones in plans.items()),
                key=lambda entry: (ORDER.index(entry.standing), entry.times[0].at, entry.title),
            )
        )
        for day, plans in times.items()
    }


def over(found: Iterable[Occurrence]) -> tuple[Occurrence, ...]:
    """What is late, the oldest first."""
    return tuple(one for one in found if one.late)
