"""How a meter's days that are over become readings on record."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Protocol

from msgspec import structs
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.rollup import Band
from db.tables.energy import FLOW, MeterReading
from desktop.kernel.ids import deterministic_id
from desktop.things.counters import (
    MEDIUM_UNITS,
    ODD_READINGS,
    Expectation,
    Readings,
    medium_factor,
    per_interval,
    readings_of,
    steps,
    taken_back,
)
from desktop.things.model import Counter, Point, Reading
from desktop.things.views import ThingView

DAY = 86_400
LONGEST_BACK = 40
"""Days that are caught up after the console, or a meter, was away; the telemetry file keeps raw samples a month."""
PATIENCE = 3 * DAY
"""A day is closed without a reading after its end when none came for so long; the figure then says "gap"."""
NIGHT = (1, 5)
"""Hours in which a house sleeps."""
EXPECTED = Expectation(gap_after=1.5 * DAY, new_from_zero=False)
"""A meter may rest for a night, and where only changes are stored it is silent then; a day and a half is a gap."""
SILENT = 3 * 3600.0
"""Seconds without a word after which a thing counts as not heard, where its points may not be silent for longer: what is
shorter is how meters are read, once an hour at the least."""
MOST_DAYS, USUAL_DAYS, FEWEST_DAYS = 10, 60, 5
"""So many times the largest of the last so many days cannot be used within an hour, where at least so many are known."""
MOST_AT_LEAST: Mapping[str, float] = {"electricity": 1000.0, "water": 100.0, "gas": 200.0, "heat": 10.0}
"""kWh, m³, m³ and GJ an hour that any meter may count: about what a building's connection carries, so that a vacant one
which fills is believed (our own starting values)."""

Midnight = Callable[[date], float]
"""When a day of the community's time begins, in Unix seconds."""


class Meters(Protocol):
    """What this room needs of `desktop.things.service.Things`."""

    def all(self) -> tuple[ThingView, ...]: ...
    def bands(self, thing_id: str, point: str, since: float, until: float, most: int = 500) -> list[Band]: ...
    def last_before(self, thing_id: str, point: str, at: float) -> tuple[float, float] | None: ...
    def reading(self, thing_id: str, point: str) -> Reading: ...


@dataclass(frozen=True, slots=True)
class Last:
    """A meter's newest day on record, and how it stood at its end."""

    day: str
    reading: float
    unit: str

    @property
    def next(self) -> date:
        return date.fromisoformat(self.day) + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Open:
    """A meter whose days are to be closed; amounts in the medium's own unit."""

    view: ThingView
    point: Point
    counter: Counter
    first: date
    """That has no record yet."""
    readings: Sequence[tuple[float, float]]
    expect: Expectation
    stored: float
    """When the newest of them that is stored was told; 0 where none is."""
    silent: Sequence[tuple[float, float]] = ()
    """From, until: when it was not heard and then had moved. How much of that was used when nobody knows."""


def first_open(last: Last | None, today: date) -> date:
    """The first day that may have no record yet."""
    oldest = today - timedelta(days=LONGEST_BACK)
    return max(oldest, last.next) if last else oldest


def opened(
    things: Meters, view: ThingView, point: Point, first: date, last: Last | None, most: float | None, now: float,
    midnight: Midnight,
) -> Open:  # fmt: skip
    """The meter's readings from the first open day on. They begin with the one on record, so that whatever was used since
    is counted once, and go on until now where the meter still says the same: only changes are stored. `most` is its
    largest usual day."""
    assert point.counter
    medium, since = point.counter.medium, midnight(first)
    times = unit_factor(point)
    follows = last is not None and last.next == first
    bands = things.bands(view.id, point.name, since if follows else since - DAY, now, LONGEST_BACK * 24 * 4)
    readings = [(at, value * times) for at, value in readings_of(None, bands, now)]
    told = things.reading(view.id, point.name)
    if told.quality == "good" and isinstance(told.value, int | float) and (not readings or readings[-1][0] < now):
        readings.append((now, told.value * times))
    if last and follows:
        before = since, last.reading * (medium_factor(last.unit, medium) or 1.0)
        readings = [before, *(reading for reading in readings if reading[0] > since)]
    readings, silent = _heard(things, view, point, readings, _edges(first, now, midnight))
    around = point.counter.rollover
    counter = structs.replace(point.counter, rollover=around * times if around else None)
    limit = None if most is None else max(MOST_DAYS * most, MOST_AT_LEAST[medium])
    stored = bands[-1].at_ms / 1000 if bands else 0.0
    return Open(view, point, counter, first, readings, replace(EXPECTED, most_per_hour=limit), stored, silent)


def _edges(first: date, now: float, midnight: Midnight) -> list[float]:
    """Where days and their nights begin and end, from a day on."""
    begins = [midnight(first)]
    while begins[-1] <= now:
        begins.append(begins[-1] + DAY)
    return [begin + hour * 3600 for begin in begins for hour in (0, *NIGHT)]


def _heard(
    things: Meters, view: ThingView, point: Point, readings: Readings, edges: Sequence[float]
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """The readings with those that were not stored, and when the thing was silent.

    Only changes of a counter are stored. What the thing told of another point, of which all is stored, says until when
    the counter stood where it stood: what it has moved by the next reading is of the time after. Only asked where it
    makes a difference, for a while that an edge lies in.
    """
    others = [one for one in view.thing.model.points if one.history == "every" and one.name != point.name]
    found, silent = list(readings[:1]), list[tuple[float, float]]()
    for (since, before), (until, after) in pairwise(readings):
        across = bisect_right(edges, since) < bisect_left(edges, until)
        if others and before != after and across and until - since > SILENT:
            # What was told together with the reading is no word before it.
            word = things.last_before(view.id, others[0].name, until - 60)
            last = max(since, word[0]) if word else until
            if until - last > max(SILENT, others[0].stale_after):
                silent.append((last, until))
                if last > since:
                    found.append((last, before))
        found.append((until, after))
    return found, silent


def unit_factor(point: Point) -> float:
    """What turns an amount of this counter into its medium's own unit; 0 where nothing does."""
    medium = point.counter.medium if point.counter else ""
    return (medium_factor(point.unit or point.symbol, medium) or 0.0) if medium else 0.0


def closed(meter: Open, today: date, heard: float, midnight: Midnight) -> list[MeterReading]:
    """The meter's days that are over, not on record, and known by a reading after their end. `heard` is up to when there
    would be one if the meter spoke."""
    counter, expect = meter.counter, meter.expect
    if len(meter.readings) < 2:
        return []
    odd = set(taken_back(meter.readings, counter, expect))
    jumps = [meter.readings[n][0] for n in odd]
    readings = [reading for n, reading in enumerate(meter.readings) if n not in odd]
    readings = _sure(readings, counter, expect, heard)
    rows: list[MeterReading] = []
    for number in range((today - meter.first).days):
        day = meter.first + timedelta(days=number)
        begin, end = midnight(day), midnight(day) + DAY
        dark = readings[-1][0] < end
        if readings[0][0] >= end or readings[-1][0] <= begin or (dark and heard < end + PATIENCE):
            continue
        edges = [begin, begin + NIGHT[0] * 3600, begin + NIGHT[1] * 3600, end]
        evening, night, rest = per_interval(readings, counter, edges, expect)
        flaws = {flaw.kind for part in (evening, night, rest) for flaw in part.flaws}
        unheard = any(since < edge < until for since, until in meter.silent for edge in edges)
        if readings[0][0] > begin + 3600 or dark or unheard:
            flaws.add("gap")
        if any(begin < at <= end for at in jumps):
            flaws.add("jump")
        rows.append(
            MeterReading(
                id=deterministic_id("reading", meter.view.id, meter.point.name, day.isoformat()),
                thing_id=meter.view.id,
                point=meter.point.name,
                day=day.isoformat(),
                medium=counter.medium,
                unit=MEDIUM_UNITS[counter.medium],
                use=meter.view.thing.use,
                place_id=meter.view.place_id,
                reading=_standing(readings, end, counter, expect),
                used=round(evening.used + night.used + rest.used, 6),
                night=round(night.used, 6),
                flaws=sorted(flaws),
                extra={FLOW: counter.flow},
            )
        )
    return rows


def _sure(
    readings: list[tuple[float, float]], counter: Counter, expect: Expectation, heard: float
) -> list[tuple[float, float]]:
    """Without the newest ones from a fall or a leap on, as long as they are so few that later ones may take them back."""
    if expect.most_per_hour is None:
        # Of a new meter nobody knows what is usual: it waits, and then it is believed.
        expect = replace(expect, most_per_hour=MOST_AT_LEAST[counter.medium])
    for n in range(max(1, len(readings) - ODD_READINGS), len(readings)):
        [step] = steps(readings[n - 1 : n + 1], counter, expect)
        if {flaw.kind for flaw in step.flaws} & {"reset", "jump"} and heard < readings[n][0] + PATIENCE:
            return readings[:n]
    return readings


def _standing(readings: Sequence[tuple[float, float]], at: float, counter: Counter, expect: Expectation) -> float:
    """How the counter stood at a moment: between two readings as if it moved evenly, as the use between them is shared
    out; where it fell or jumped, as it was last read."""
    after = bisect_right(readings, at, key=lambda reading: reading[0])
    since, before = readings[after - 1]
    if after == len(readings):
        return before
    until, then = readings[after]
    [step] = steps(readings[after - 1 : after + 1], counter, expect)
    if then < before or step.used != then - before:
        return before
    return round(before + (then - before) * (at - since) / (until - since), 6)


def last_days(session: Session) -> dict[tuple[str, str], Last]:
    """The newest day on record of every meter, and how it stood at its end."""
    # Of the row that has the greatest day SQLite gives the other columns as well.
    row = MeterReading
    wanted = select(row.thing_id, row.point, func.max(row.day), row.reading, row.unit)
    found = session.execute(wanted.group_by(row.thing_id, row.point))
    return {(thing, point): Last(day, reading, unit) for thing, point, day, reading, unit in found}


def most_used(session: Session, since: str) -> dict[tuple[str, str], float]:
    """The largest day on record of every meter that has enough of them, those that are in doubt left out; in the medium's
    own unit."""
    row = MeterReading
    wanted = select(row.thing_id, row.point, row.medium, row.unit, func.count(), func.max(row.used))
    certain = wanted.where(row.day >= since, func.json_array_length(row.flaws) == 0)
    most: dict[tuple[str, str], float] = {}
    days: defaultdict[tuple[str, str], int] = defaultdict(int)
    for thing, point, medium, unit, count, used in session.execute(
        certain.group_by(row.thing_id, row.point, row.medium, row.unit)
    ):
        key = thing, point
        days[key] += count
        most[key] = max(most.get(key, 0.0), used * (medium_factor(unit, medium) or 1.0))
    return {key: used for key, used in most.items() if days[key] >= FEWEST_DAYS}
