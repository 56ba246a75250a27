"""Meter readings as business records, and what they say of the community's consumption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.store import Records, Transaction
from db.tables.energy import FLOW, MeterReading
from db.tables.places import Place
from db.tables.things import ThingCard
from desktop.energy import rules
from desktop.energy.believed import AHEAD, BelievedClock
from desktop.energy.closing import (
    USUAL_DAYS,
    Meters,
    closed,
    first_open,
    last_days,
    most_used,
    opened,
    unit_factor,
)
from desktop.energy.rules import Row
from desktop.energy.views import Doubt, EnergyReport, Loss, Night, Span
from desktop.kernel.clock import Clock
from desktop.security.principal import act, system
from desktop.things.counters import MEDIUM_UNITS, medium_factor
from desktop.things.model import Flow, Medium, Point
from desktop.things.views import ThingView


class Energy:
    """Closes days into records (`close_days`) and reports on them (`report`); both wait for the disk."""

    def __init__(
        self, records: Records, clock: Clock, things: Meters, *, terminal: str, offset_minutes: int = 480
    ) -> None:
        self._records = records
        self._clock = clock
        self._things = things
        self._system = system(terminal)
        self._believed = BelievedClock(clock)
        self._offset = timedelta(minutes=offset_minutes)

    def media(self) -> tuple[Medium, ...]:
        """The media that are metered here, electricity first."""
        order: tuple[Medium, ...] = ("electricity", "water", "gas", "heat")
        found: set[str] = {point.counter.medium for _, point in self._meters() if point.counter}
        found |= self._records.read(lambda session: set(session.scalars(select(MeterReading.medium).distinct())))
        return tuple(medium for medium in order if medium in found)

    def close_days(self) -> int:
        """Writes the reading of every meter for every day that is over and has none yet; returns how many.

        What is on record is not changed by it, so nothing is written while the clock is in doubt. Call it about once an
        hour.
        """
        now = self._clock.now().timestamp()
        # Ahead by no more than what goes unnoticed, it closes no running day.
        today = self._date(now - AHEAD)
        known = self._records.read(last_days)
        most = self._records.read(lambda s: most_used(s, (today - timedelta(days=USUAL_DAYS)).isoformat()))
        meters = [
            opened(self._things, view, point, first, last, most.get((view.id, point.name)), now, self._midnight)
            for view, point in self._meters()
            for last in (known.get((view.id, point.name)),)
            if (first := first_open(last, today)) < today
        ]
        # By what is stored of any meter, not by this clock alone: one that is days ahead must not close the running day.
        stored = max((meter.stored for meter in meters if meter.stored), default=None)
        if self._believed.now(stored, self._differences()) is None:
            return 0
        heard = now if stored is None else stored
        rows = [row for meter in meters for row in closed(meter, today, min(now, heard), self._midnight)]
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
        # The newest that is on record, and before it what the meter itself says now.
        uses = {row.thing_id: row.use for row in sorted((*earlier, *found), key=lambda row: row.day) if row.use}
        uses |= {thing_id: meter.use for thing_id, meter in views.items() if meter.use}
        flows: dict[tuple[str, str], Flow] = {
            (row.thing_id, row.point): row.extra[FLOW] for row in (*earlier, *found) if FLOW in row.extra
        }
        flows |= {(view.id, point.name): point.counter.flow for view, point in self._meters() if point.counter}
        recent = [_row(row, views, uses, flows) for row in found]
        rows = [row for row in recent if row.day >= first]
        past = [_row(row, views, uses, flows) for row in earlier]
        before = [row for row in past if row.day >= from_]
        held, against = rules.same_days(rows, before)
        charted = recent if span == "day" else rows
        labels, size = _labels(span, back if span == "day" else first, last)
        nights = [
            Night(row.thing_id, names[row.thing_id], row.day, row.night or 0.0, usual, row.point)
            for row, usual in rules.unusual_nights(recent, first)
        ]
        loss = rules.loss(recent, first)
        return EnergyReport(
            medium=medium,
            unit=MEDIUM_UNITS[medium],
            first=first,
            last=last,
            total=rules.total(rows),
            before=rules.total(against) if against else None,
            columns=rules.columns(charted, past if span == "day" else before, labels, size),
            buildings=rules.parts(rows, before, lambda row: row.building),
            uses=rules.parts(rows, before, lambda row: row.use),
            meters=rules.parts(rows, before, lambda row: row.thing_id, names),
            loss=loss,
            nights=tuple(nights),
            doubts=_doubts(found, recent, loss, names, first),
            same=rules.total(held) if held else None,
            days=len({row.day for row in rules.counted(rows)}),
            days_same=len({row.day for row in rules.counted(held)}),
        )

    def _meters(self) -> list[tuple[ThingView, Point]]:
        """Those whose amounts can be added up."""
        return [(view, point) for view in self._things.all() for point in view.thing.model.points if unit_factor(point)]

    def _differences(self) -> list[float]:
        """By how many seconds the clocks of the meters that speak are ahead of ours."""
        told = (self._things.reading(view.id, point.name) for view, point in self._meters())
        return [one.device_at - one.at for one in told if one.quality == "good" and one.device_at is not None]

    def _date(self, at: float) -> date:
        return (datetime.fromtimestamp(at, UTC) + self._offset).date()

    def _midnight(self, day: date) -> float:
        return (datetime(day.year, day.month, day.day, tzinfo=UTC) - self._offset).timestamp()


def _labels(span: Span, first: str, last: str) -> tuple[Sequence[str], int]:
    if span == "year":
        return [f"{first[:4]}-{month:02}" for month in range(1, 13)], 7
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    return [(begin + timedelta(days=n)).isoformat() for n in range((end - begin).days + 1)], 10


def _doubts(
    found: Sequence[MeterReading], rows: Sequence[Row], loss: Loss | None, names: Mapping[str, str], first: str
) -> tuple[Doubt, ...]:
    """What is written on the readings, the meters that stand still, those that are missing, and those that nobody gave a
    use; the newest first."""
    flaws = [(row.day, row.thing_id, str(flaw), row.point) for row in found for flaw in row.flaws]
    flaws += [(row.day, row.thing_id, "stuck", row.point) for row in rules.stuck(rows)]
    span = [row for row in rows if row.day >= first]
    flaws += [(row.day, row.thing_id, "no_use", row.point) for row in rules.unassigned(span)]
    if loss is not None:
        missing = "missing" if loss.whole else "counted"
        flaws += [(day, thing_id, missing, point) for thing_id, point, day in loss.missing]
    return tuple(
        Doubt(thing_id, names[thing_id], day, flaw, point)
        for day, thing_id, flaw, point in sorted(set(flaws), reverse=True)
        if day >= first
    )


def _rows(session: Session, medium: Medium, first: str, last: str) -> list[MeterReading]:
    period = select(MeterReading).where(MeterReading.day.between(first, last), MeterReading.medium == medium)
    return list(session.scalars(period))


@dataclass(frozen=True, slots=True)
class _Meter:
    """What people call a meter, the building it stands in, and what it is for."""

    name: str
    building: str
    use: str = ""

    @staticmethod
    def of(view: ThingView) -> _Meter:
        return _Meter(view.name, view.place_path[0] if view.place_path else "", view.thing.use)


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


def _row(
    row: MeterReading, meters: Mapping[str, _Meter], uses: Mapping[str, str], flows: Mapping[tuple[str, str], Flow]
) -> Row:
    meter = meters.get(row.thing_id)
    times = medium_factor(row.unit, row.medium) or 1.0
    night = None if row.night is None else row.night * times
    use, building = uses.get(row.thing_id, ""), meter.building if meter else ""
    flow = flows.get((row.thing_id, row.point), "used")
    return Row(row.thing_id, use, building, row.day, row.used * times, night, row.point, flow)


def _name(meters: Mapping[str, _Meter], thing_id: str) -> str:
    meter = meters.get(thing_id)
    return meter.name if meter else thing_id
