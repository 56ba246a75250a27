"""Meter readings as business records, and what they say of the community's consumption."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.rollup import Band
from db.store import Records, Transaction
from db.tables.energy import MeterReading
from db.tables.places import Place
from db.tables.things import ThingCard
from desktop.energy import rules
from desktop.energy.rules import Row
from desktop.energy.views import Doubt, EnergyReport, Night, Span
from desktop.kernel.clock import Clock
from desktop.kernel.ids import deterministic_id
from desktop.security.principal import act, system
from desktop.things.counters import Expectation, per_interval, readings_of, taken_back
from desktop.things.model import Medium, Point, Reading
from desktop.things.views import ThingView

DAY = 86_400
LONGEST_BACK = 40
"""Days that are caught up after the console, or a meter, was away; the telemetry file keeps raw samples a month."""
PATIENCE = 3 * DAY
"""A day is closed without a reading after its end when none came for so long; the figure then says "gap"."""
NIGHT = (1, 5)
"""Hours in which a house sleeps."""
EXPECTED = Expectation(gap_after=1.5 * DAY)
"""A meter may rest for a night, and where only changes are stored it is silent then; a day and a half is a gap."""


class Meters(Protocol):
    """What this service needs of `desktop.things.service.Things`."""

    def all(self) -> tuple[ThingView, ...]: ...
    def bands(self, thing_id: str, point: str, since: float, until: float, most: int = 500) -> list[Band]: ...
    def reading(self, thing_id: str, point: str) -> Reading: ...


class Energy:
    """Closes days into records (`close_days`) and reports on them (`report`); both wait for the disk."""

    def __init__(
        self, records: Records, clock: Clock, things: Meters, *, terminal: str, offset_minutes: int = 480
    ) -> None:
        self._records = records
        self._clock = clock
        self._things = things
        self._system = system(terminal)
        self._offset = timedelta(minutes=offset_minutes)

    def media(self) -> tuple[Medium, ...]:
        """The media that are metered here, electricity first."""
        order: tuple[Medium, ...] = ("electricity", "water", "gas", "heat")
        found: set[str] = {point.counter.medium for _, point in self._meters() if point.counter}
        found |= self._records.read(lambda session: set(session.scalars(select(MeterReading.medium).distinct())))
        return tuple(medium for medium in order if medium in found)

    def close_days(self) -> int:
        """Writes the reading of every meter for every day that is over and has none yet; returns how many.

        What is on record is not changed by it. Call it about once an hour.
        """
        now = self._clock.now().timestamp()
        today = self._date(now)
        known = self._records.read(_last_days)
        meters = [
            (view, point, first, self._readings(view, point, first, last, now))
            for view, point in self._meters()
            for last in (known.get((view.id, point.name)),)
            if (first := self._first_open(last, today)) < today
        ]
        # By what was heard of any meter, not by this clock alone: one that is days ahead must not close the running day.
        heard = max((readings[-1][0] for *_, readings in meters if readings), default=now)
        rows = [row for meter in meters for row in self._unclosed(*meter, today, min(now, heard))]
        if not rows:
            return 0

        def work(tx: Transaction) -> int:
            new = [row for row in rows if tx.get(MeterReading, row.id) is None]
            for row in new:
                tx.add(row)
            return len(new)

        return self._records.write(act(self._system, "energy.close", self._clock), work)

    def report(self, medium: Medium, span: Span, day: date) -> EnergyReport:
        """The medium over the day, its month or its year, beside the same a year before.

        A day's report charts the fourteen days up to it; what is still running is left out until it is closed.
        """
        first, last = rules.bounds(span, day)
        from_, to = rules.year_before(first), rules.year_before(last)
        back = (date.fromisoformat(first) - timedelta(days=rules.NIGHTS_BEFORE)).isoformat()
        found = self._records.read(lambda s: _rows(s, medium, back, last))
        earlier = self._records.read(lambda s: _rows(s, medium, rules.year_before(back), to))
        views = self._records.read(_carded) | {view.id: _Meter.of(view) for view in self._things.all()}
        names = {row.thing_id: _name(views, row.thing_id) for row in found}
        points = {row.thing_id: row.point for row in found}
        recent = [_row(row, views) for row in found]
        rows = [row for row in recent if row.day >= first]
        before = [row for row in (_row(each, views) for each in earlier) if row.day >= from_]
        held, against = rules.same_days(rows, before)
        charted = recent if span == "day" else rows
        past = [_row(row, views) for row in earlier]
        labels, size = _labels(span, back if span == "day" else first, last)
        nights = [
            Night(row.thing_id, names[row.thing_id], row.day, row.night or 0.0, usual, points[row.thing_id])
            for row, usual in rules.unusual_nights(recent, first)
        ]
        return EnergyReport(
            medium=medium,
            unit=_unit(medium, found or earlier),
            first=first,
            last=last,
            total=rules.total(rows),
            before=rules.total(against) if against else None,
            columns=rules.columns(charted, past if span == "day" else before, labels, size),
            buildings=rules.parts(rows, before, lambda row: row.building),
            uses=rules.parts(rows, before, lambda row: row.use),
            meters=rules.parts(rows, before, lambda row: row.thing_id, names),
            loss=rules.loss(rows),
            nights=tuple(nights),
            doubts=_doubts(found, recent, names, points, first),
            same=rules.total(held) if held else None,
            days=len({row.day for row in rules.counted(rows)}),
            days_same=len({row.day for row in rules.counted(held)}),
        )

    def _meters(self) -> list[tuple[ThingView, Point]]:
        return [
            (view, point)
            for view in self._things.all()
            for point in view.thing.model.points
            if point.counter is not None and point.counter.medium
        ]

    def _first_open(self, last: tuple[str, float] | None, today: date) -> date:
        """The first day that may have no record yet."""
        oldest = today - timedelta(days=LONGEST_BACK)
        return max(oldest, date.fromisoformat(last[0]) + timedelta(days=1)) if last else oldest

    def _readings(
        self, view: ThingView, point: Point, first: date, last: tuple[str, float] | None, now: float
    ) -> list[tuple[float, float]]:
        """The meter's readings from the first open day on. They begin with the one on record, so that whatever was used
        since is counted once, and go on until now where the meter still says the same: only changes are stored."""
        since = self._midnight(first)
        before = (since, last[1]) if last and date.fromisoformat(last[0]) + timedelta(days=1) == first else None
        begin = since if before else since - DAY
        bands = self._things.bands(view.id, point.name, begin, now, LONGEST_BACK * 24 * 4)
        readings = readings_of(before, bands, now)
        told = self._things.reading(view.id, point.name)
        if told.quality == "good" and isinstance(told.value, int | float) and (not readings or readings[-1][0] < now):
            readings.append((now, float(told.value)))
        return readings

    def _unclosed(
        self,
        view: ThingView,
        point: Point,
        first: date,
        readings: Sequence[tuple[float, float]],
        today: date,
        heard: float,
    ) -> list[MeterReading]:
        """The meter's days that are over, not on record, and known by a reading after their end."""
        if len(readings) < 2 or point.counter is None:
            return []
        odd = taken_back(readings, point.counter, EXPECTED)
        jumps = [readings[n][0] for n in odd]
        readings = [reading for n, reading in enumerate(readings) if n not in odd]
        rows: list[MeterReading] = []
        for number in range((today - first).days):
            day = first + timedelta(days=number)
            begin, end = self._midnight(day), self._midnight(day) + DAY
            dark = readings[-1][0] < end
            if readings[0][0] >= end or readings[-1][0] <= begin or (dark and heard < end + PATIENCE):
                continue
            edges = [begin, begin + NIGHT[0] * 3600, begin + NIGHT[1] * 3600, end]
            evening, night, rest = per_interval(readings, point.counter, edges, EXPECTED)
            flaws = {flaw.kind for part in (evening, night, rest) for flaw in part.flaws}
            if readings[0][0] > begin + 3600 or dark:
                flaws.add("gap")
            if any(begin < at <= end for at in jumps):
                flaws.add("jump")
            rows.append(
                MeterReading(
                    id=deterministic_id("reading", view.id, point.name, day.isoformat()),
                    thing_id=view.id,
                    point=point.name,
                    day=day.isoformat(),
                    medium=point.counter.medium,
                    unit=point.symbol or point.unit,
                    use=view.thing.use,
                    place_id=view.place_id,
                    reading=_standing(readings, end),
                    used=round(evening.used + night.used + rest.used, 6),
                    night=round(night.used, 6),
                    flaws=sorted(flaws),
                )
            )
        return rows

    def _date(self, at: float) -> date:
        return (datetime.fromtimestamp(at, UTC) + self._offset).date()

    def _midnight(self, day: date) -> float:
        return (datetime(day.year, day.month, day.day, tzinfo=UTC) - self._offset).timestamp()


def _standing(readings: Sequence[tuple[float, float]], at: float) -> float:
    """How the counter stood at a moment: between two readings as if it moved evenly, as the use between them is shared
    out; where it fell, as it was last read."""
    after = bisect_right(readings, at, key=lambda reading: reading[0])
    since, before = readings[after - 1]
    if after == len(readings) or readings[after][1] < before:
        return before
    until, then = readings[after]
    return round(before + (then - before) * (at - since) / (until - since), 6)


def _unit(medium: Medium, rows: Sequence[MeterReading]) -> str:
    """As it is written on the readings; on those of a medium nobody wrote it on, the usual one."""
    written = next((row.unit for row in reversed(rows) if row.unit), "")
    return written or {"electricity": "kWh", "water": "m³", "gas": "m³", "heat": "GJ"}.get(medium, "")


def _labels(span: Span, first: str, last: str) -> tuple[Sequence[str], int]:
    if span == "year":
        return [f"{first[:4]}-{month:02}" for month in range(1, 13)], 7
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    return [(begin + timedelta(days=n)).isoformat() for n in range((end - begin).days + 1)], 10


def _doubts(
    found: Sequence[MeterReading], rows: Sequence[Row], names: Mapping[str, str], points: Mapping[str, str], first: str
) -> tuple[Doubt, ...]:
    """What is written on the readings, and the meters that stand still; the newest first."""
    flaws = [(row.day, row.thing_id, str(flaw)) for row in found for flaw in row.flaws]
    flaws += [(row.day, row.thing_id, "stuck") for row in rules.stuck(rows)]
    return tuple(
        Doubt(thing_id, names[thing_id], day, flaw, points[thing_id])
        for day, thing_id, flaw in sorted(set(flaws), reverse=True)
        if day >= first
    )


def _last_days(session: Session) -> dict[tuple[str, str], tuple[str, float]]:
    """The newest day on record of every meter, and how it stood at its end."""
    # Of the row that has the greatest day SQLite gives the other columns as well.
    wanted = select(MeterReading.thing_id, MeterReading.point, func.max(MeterReading.day), MeterReading.reading)
    found = session.execute(wanted.group_by(MeterReading.thing_id, MeterReading.point))
    return {(thing, point): (day, reading) for thing, point, day, reading in found}


def _rows(session: Session, medium: Medium, first: str, last: str) -> list[MeterReading]:
    period = select(MeterReading).where(MeterReading.day.between(first, last), MeterReading.medium == medium)
    return list(session.scalars(period))


@dataclass(frozen=True, slots=True)
class _Meter:
    """What people call a meter, and the building it stands in."""

    name: str
    building: str

    @staticmethod
    def of(view: ThingView) -> _Meter:
        return _Meter(view.name, view.place_path[0] if view.place_path else "")


def _carded(session: Session) -> dict[str, _Meter]:
    """The meters on the office's cards: a report must not lose its names while no meter has spoken since the start."""
    places = {place.id: place for place in session.scalars(select(Place))}
    return {
        card.id: _Meter(card.name or card.id, _building(places, card.place_id))
        for card in session.scalars(select(ThingCard))
    }


def _building(places: Mapping[str, Place], place_id: str | None) -> str:
    """The name of the topmost place around a place."""
    name, seen = "", set[str]()
    at = places.get(place_id) if place_id else None
    while at is not None and at.id not in seen:
        seen.add(at.id)
        name = at.name
        at = places.get(at.parent_id) if at.parent_id else None
    return name


def _row(row: MeterReading, meters: Mapping[str, _Meter]) -> Row:
    meter = meters.get(row.thing_id)
    return Row(row.thing_id, row.use, meter.building if meter else "", row.day, row.used, row.night)


def _name(meters: Mapping[str, _Meter], thing_id: str) -> str:
    meter = meters.get(thing_id)
    return meter.name if meter else thing_id
