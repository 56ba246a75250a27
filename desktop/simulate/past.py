"""What the simulated building would have said before it began: charts and the energy page of a new demo open on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from db.telemetry import Telemetry
from desktop.simulate.behaviour import Moment, fitted, reading, values
from desktop.simulate.curves import DAY, OFFSET
from desktop.simulate.noise import seed_of
from desktop.simulate.sensors import Sensors
from desktop.simulate.shapes import Counted, only
from desktop.things.model import Flow, Medium, Point

HOURS, STEP = 26, 300
"""How far back the main points are remembered (a day and a little), and the seconds between two looks."""
LATE_HOURS, LATE_STEP = 1.25, 60
"""The same for all points, shortly before."""


NIGHT = (1, 5)
"""The hours of a day's `night`, as the energy page counts it."""


@dataclass(frozen=True, slots=True)
class Leak:
    """What ran one night through a meter, and the medium's supply meter, that nobody meant to run."""

    thing_id: str
    ago: int
    """So many days before the demo began; older than what `remember` writes, so that the two tell no different story."""
    hours: tuple[float, float]
    per_hour: float

    def run(self, until: float, at: float) -> float:
        """What ran of it by a time; `until` is the midnight from which `ago` counts."""
        begin, end = (until - self.ago * DAY + hour * 3600 for hour in self.hours)
        return self.per_hour * min(max(at - begin, 0.0), end - begin) / 3600


LEAKS = (
    # A cistern in building 1 that ran for two nights, and a valve of the garden that stayed open after watering.
    Leak("water-meter-1", 3, (0.5, 6.0), 0.62),
    Leak("water-meter-1", 2, (0.0, 6.5), 0.94),
    Leak("water-meter-garden", 16, (0.0, 6.0), 0.85),
)


class DayUsed(NamedTuple):
    """What a meter counted on one day: its reading at the end of it, and what was used, in the point's unit."""

    thing_id: str
    point: str
    day: str
    """YYYY-MM-DD, in the community's time."""
    medium: Medium
    unit: str
    use: str
    reading: float
    used: float
    night: float | None = None
    """Of that, in the hours NIGHT; None where it was not asked for."""
    flow: Flow = "used"


def past_days(sensors: Sequence[Sensors], until: date, days: int, nights: int = 0) -> list[DayUsed]:
    """Every meter's days before `until` (which is not among them): one row for each point that counts a medium.

    From the same curves as the live readings, so that they go on from these without a jump; a supply meter counts what the
    others counted and its loss. The last `nights` days have their night too, and LEAKS.
    """
    rows: list[DayUsed] = []
    dates = [(until - timedelta(days=number)).isoformat() for number in range(days, 0, -1)]
    midnights = [_midnight(until) - number * DAY for number in range(days, -1, -1)]
    mains = {one.device.id for one in sensors if one.device.use == "supply"}
    media = {one.device.id: _medium(one) for one in sensors}
    leaks = [leak for leak in LEAKS if leak.ago <= nights and leak.thing_id in media]
    for one in sensors:
        thing_id = one.device.id
        own = [
            leak for leak in leaks
            if leak.thing_id == thing_id or (thing_id in mains and media[leak.thing_id] == media[thing_id])
        ]  # fmt: skip
        for point, shape in one.shapes:
            if point.counter is None or not point.counter.medium or not isinstance(shape, Counted):
                continue
            dial = _Dial(point, shape, seed_of(one.seed, point.name), own, midnights[-1])
            shown = [dial.shows(end) for end in midnights]
            for n, (day, (before, after)) in enumerate(zip(dates, pairwise(shown), strict=True)):
                night = None
                if n >= days - nights:
                    night = dial.between(*(dial.shows(midnights[n] + hour * 3600) for hour in NIGHT))
                used = dial.between(before, after)
                unit, use = point.symbol or point.unit, one.device.use
                medium, flow = point.counter.medium, point.counter.flow
                rows.append(DayUsed(thing_id, point.name, day, medium, unit, use, after, used, night, flow))
    return rows


@dataclass(frozen=True, slots=True)
class _Dial:
    """One meter's reading at any time of the past."""

    point: Point
    shape: Counted
    seed: int
    leaks: Sequence[Leak]
    until: float

    def shows(self, at: float) -> float:
        # What ran is taken off before, not added after: at the end the dial shows what the live one shows.
        ahead = sum(leak.run(self.until, self.until) - leak.run(self.until, at) for leak in self.leaks)
        shown = reading(self.shape, self.seed, at) - ahead
        return float(fitted(self.point, shown if self.shape.rollover is None else shown % self.shape.rollover))

    def between(self, before: float, after: float) -> float:
        used = after - before
        if used < 0 and self.shape.rollover is not None:
            used += self.shape.rollover
        return round(used, self.point.decimals)


def _medium(one: Sensors) -> str:
    return next((point.counter.medium for point, _ in one.shapes if point.counter and point.counter.medium), "")


def today(at: float) -> date:
    """The community's date at a time (Unix seconds)."""
    return datetime.fromtimestamp(at + OFFSET, UTC).date()


def remember(telemetry: Telemetry, sensors: Sequence[Sensors], until: float) -> int:
    """Writes what the sensors showed before `until` (Unix seconds) as samples, without any trouble; returns how many."""
    rows: list[tuple[int, int, float]] = []
    for one in sensors:
        # As the field service does: text has no history, and where only changes count, the same again is not stored.
        kept = {point.name: point.history == "every" for point, _ in one.shapes if _kept(point.history, point.type)}
        main = [point.name for point, _ in one.shapes if point.main and point.name in kept]
        late = until - LATE_HOURS * 3600
        spans = [
            (only(one.shapes, main), main, until - HOURS * 3600, late, STEP),
            (one.shapes, list(kept), late, until, LATE_STEP),
        ]
        last: dict[str, float] = {}
        for shapes, names, since, end, step in spans:
            numbers = {name: telemetry.series_id(one.device.id, name) for name in names}
            for at in _times(since, end, step):
                now = values(shapes, one.seed, Moment(at), {})
                for name in names:
                    value = float(now[name])
                    if kept[name] or last.get(name) != value:
                        last[name] = value
                        rows.append((numbers[name], round(at * 1000), value))
    telemetry.write(rows)
    return len(rows)


def _times(since: float, until: float, step: int) -> Iterator[float]:
    """The looks in a span, the last of them one step before its end."""
    count = int((until - since) / step)
    return (until - number * step for number in range(count, 0, -1))


def _kept(history: str, kind: str) -> bool:
    return history != "none" and kind != "string"


def _midnight(day: date) -> float:
    """When a day of the community begins, in Unix seconds."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() - OFFSET
