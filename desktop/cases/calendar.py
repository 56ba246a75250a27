"""Working calendars: which minutes count (pure, but for the reading of their files).

A calendar is a file of `resources/calendars`: hours of each weekday, and whose public holidays it follows. Holidays are a
file a year (`cn-2026.toml`), as the State Council announces them: days off, and weekend days that are worked instead (调休).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import msgspec

from desktop.kernel.words import Text
from resources.loader import load

DAY = timedelta(days=1)
HORIZON = 3660
"""Days after which a search for working time gives up: a calendar without hours never ends a clock."""

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Hours(NamedTuple):
    """A stretch of working time within one local day."""

    begins: time
    ends: time


class Stretch(NamedTuple):
    """From an instant to a later one; `ends` None is still going on."""

    begins: datetime
    ends: datetime | None


@dataclass(frozen=True)
class Holidays:
    """The days off and the worked weekend days of some years, and which years those are."""

    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Calendar:
    """Which time counts. Days and hours are those of the community, `offset_minutes` from UTC."""

    name: str
    title: Text
    week: tuple[tuple[Hours, ...], ...] = ()
    """The hours of Monday to Sunday; empty is around the clock."""
    holidays: Holidays = field(default_factory=Holidays)
    offset_minutes: int = 480

    @cached_property
    def _usual(self) -> tuple[Hours, ...]:
        """What a worked weekend day has: the hours of the first weekday that has any."""
        return next((hours for hours in self.week if hours), ())

    def knows(self, year: int) -> bool:
        """Whether the holidays of the year are in the files; without them only weekends are off."""
        return not self.week or year in self.holidays.years

    def hours(self, day: date) -> tuple[Hours, ...]:
        """The working hours of a local day."""
        if day in self.holidays.off:
            return ()
        usual = self.week[day.weekday()]
        return usual or (self._usual if day in self.holidays.worked else ())

    def after(self, start: datetime, minutes: float, pauses: Iterable[Stretch] = ()) -> datetime | None:
        """The first instant at which `minutes` of working time outside the pauses have gone since `start`.

        None while that cannot be known: a pause that is still going on comes first, or no working time is found.
        """
        left = timedelta(minutes=minutes)
        for begins, ends in _without(self._stretches(start), _in_order(pauses)):
            if ends is None:
                return begins + left
            if ends - begins >= left:
                return begins + left
            left -= ends - begins
        return None

    def between(self, start: datetime, end: datetime, pauses: Iterable[Stretch] = ()) -> timedelta:
        """How much working time outside the pauses lies between two instants."""
        gone = timedelta()
        for begins, ends in _without(self._stretches(start), _in_order(pauses)):
            if begins >= end:
                break
            gone += min(ends or end, end) - begins
        return gone

    def _stretches(self, start: datetime) -> Iterator[Stretch]:
        start = start.astimezone(UTC)
        if not self.week:
            yield Stretch(start, None)
            return
        shift = timedelta(minutes=self.offset_minutes)
        day = (start + shift).date()
        for _ in range(HORIZON):
            for begins, ends in self.hours(day):
                opens = datetime.combine(day, begins, UTC) - shift
                closes = datetime.combine(day, ends, UTC) - shift
                if closes > start:
                    yield Stretch(max(opens, start), closes)
            day += DAY


def _in_order(pauses: Iterable[Stretch]) -> list[Stretch]:
    """By their beginning, without those that end before they begin."""
    real = [pause for pause in pauses if pause.ends is None or pause.ends > pause.begins]
    return sorted(real, key=lambda pause: pause.begins)


def _without(stretches: Iterator[Stretch], pauses: list[Stretch]) -> Iterator[Stretch]:
    """What is left of the stretches outside the pauses, in order. Nothing comes after a pause without an end."""
    for begins, ends in stretches:
        at = begins
        for stop, go in pauses:
            if go is not None and go <= at:
                continue
            if ends is not None and stop >= ends:
                break
            if stop > at:
                yield Stretch(at, stop)
            if go is None:
                return
            at = max(at, go)
            if ends is not None and at >= ends:
                break
        if ends is None or at < ends:
            yield Stretch(at, ends)


ALWAYS = Calendar("always", {"zh": "全天候", "en": "Around the clock"})


def missing_years(calendars: Iterable[Calendar], today: date) -> tuple[int, ...]:
    """The years whose holidays are needed by now and not there: this one, and from November on, when the State Council
    has announced it, the next."""
    needed = {today.year, (today + timedelta(days=61)).year}
    known = list(calendars)
    return tuple(sorted(year for year in needed if not all(calendar.knows(year) for calendar in known)))


class _HolidayFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    year: int
    source: str
    off: tuple[date, ...]
    worked: tuple[date, ...]


class _CalendarFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    title: Text
    holidays: str
    hours: Mapping[str, tuple[str, ...]]


def load_calendars(folder: Path, offset_minutes: int = 480) -> dict[str, Calendar]:
    """Every calendar of the folder by name, and `always`. Raises DataFileError for a file with a mistake."""
    found = {ALWAYS.name: ALWAYS}
    for path in sorted(folder.glob("*.toml")):
        if not path.stem[-4:].isdigit():
            file = load(path, _CalendarFile)
            week = tuple(tuple(_hours(text) for text in file.hours.get(day, ())) for day in WEEK)
            known = _holidays(folder, file.holidays)
            found[file.name] = Calendar(file.name, file.title, week, known, offset_minutes)
    return found


def _hours(text: str) -> Hours:
    begins, ends = text.split("-")
    return Hours(time.fromisoformat(begins), time.fromisoformat(ends))


def _holidays(folder: Path, country: str) -> Holidays:
    files = [load(path, _HolidayFile) for path in sorted(folder.glob(f"{country}-[0-9][0-9][0-9][0-9].toml"))]
    return Holidays(
        frozenset(day for file in files for day in file.off),
        frozenset(day for file in files for day in file.worked),
        frozenset(file.year for file in files),
    )
