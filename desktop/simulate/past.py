"""What the simulated building would have said before it began: charts and the energy page of a new demo open on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from db.telemetry import Telemetry
from desktop.simulate.behaviour import Moment, fitted, reading, values
from desktop.simulate.curves import DAY, OFFSET
from desktop.simulate.noise import seed_of
from desktop.simulate.sensors import Sensors
from desktop.simulate.shapes import Counted, only
from desktop.things.model import Medium

HOURS, STEP = 26, 300
"""How far back the main points are remembered (a day and a little), and the seconds between two looks."""
LATE_HOURS, LATE_STEP = 1.25, 60
"""The same for all points, shortly before."""


class DayUsed(NamedTuple):
    """What a meter counted on one day: its reading at the end of it, and what was used, in the point's unit."""

    thing_id: str
    point: str
    day: str
    """YYYY-MM-DD, in the community's time."""
    medium: Medium
    use: str
    reading: float
    used: float


def past_days(sensors: Sequence[Sensors], until: date, days: int) -> list[DayUsed]:
    """Every meter's days before `until` (which is not among them): one row for each point that counts a medium.

    From the same curves as the live readings, so that they go on from these without a jump; a supply meter counts what the
    others counted and its loss.
    """
    rows: list[DayUsed] = []
    dates = [(until - timedelta(days=number)).isoformat() for number in range(days, 0, -1)]
    midnights = [_midnight(until) - number * DAY for number in range(days, -1, -1)]
    for one in sensors:
        for point, shape in one.shapes:
            if point.counter is None or not point.counter.medium or not isinstance(shape, Counted):
                continue
            seed = seed_of(one.seed, point.name)
            shown = [float(fitted(point, reading(shape, seed, end))) for end in midnights]
            for day, (before, after) in zip(dates, pairwise(shown), strict=True):
                used = after - before
                if used < 0 and shape.rollover is not None:
                    used += shape.rollover
                rows.append(
                    DayUsed(
                        one.device.id, point.name, day, point.counter.medium, one.device.use, after,
                        round(used, point.decimals),
                    )
                )  # fmt: skip
    return rows


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
